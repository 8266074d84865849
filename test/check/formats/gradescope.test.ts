/** results.json as Gradescope's documentation of autograders has it, and points that are nobody's loss by a fault of ours. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { formats } from "../../../src/check/formats/formats.ts";
import { type Report, scoreOf } from "../../../src/check/report.ts";
import { all, hostile, mixed, notBuilt, reportOf, result, right, unfinished } from "./_reports.ts";

const text = { type: "string" };
const number = { type: "number" };
const textFormat = { enum: ["text", "html", "simple_format", "md", "ansi"] };
const visibility = { enum: ["hidden", "after_due_date", "after_published", "visible"] };
/** From the page "Autograder Specifications": a key that is not there would be passed over without a word. */
const schema = {
  type: "object",
  additionalProperties: false,
  required: ["score", "tests"],
  properties: {
    score: { type: "number", minimum: 0 },
    execution_time: number,
    output: text,
    output_format: textFormat,
    test_output_format: textFormat,
    test_name_format: textFormat,
    visibility,
    stdout_visibility: visibility,
    extra_data: { type: "object" },
    tests: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        dependentRequired: { score: ["max_score"], max_score: ["score"] },
        properties: {
          score: number,
          max_score: number,
          status: { enum: ["passed", "failed"] },
          name: text,
          name_format: textFormat,
          number: text,
          output: text,
          output_format: textFormat,
          tags: { type: "array", items: text },
          visibility,
          extra_data: { type: "object" },
        },
      },
    },
  },
};

const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
const documentOf = (report: Report, points?: number) => JSON.parse(formats.gradescope(report, { points }));

describe("results.json of Gradescope", () => {
  it.each(Object.keys(all))("has the keys that are documented, and no other: %s", (name) => {
    expect(validate(documentOf(all[name] as Report)), JSON.stringify(validate.errors)).toBe(true);
  });

  it("sums to its score, also scaled to the points of the assignment", () => {
    for (const points of [undefined, 100, 20, 7]) {
      const { score, tests } = documentOf(mixed, points);
      const of = (key: "score" | "max_score") =>
        tests.reduce((sum: number, one: Record<string, number>) => sum + (one[key] ?? 0), 0);
      expect(of("score")).toBeCloseTo(score, 1);
      expect(of("max_score")).toBeCloseTo(points ?? mixed.score.max, 1);
    }
    expect(documentOf(right, 100).score).toBe(100);
  });

  it("takes no points for what was skipped or fell by our own fault, and shows no verdict there", () => {
    const { tests } = documentOf(mixed);
    const skipped = tests.find((one: { name: string }) => one.name.startsWith("FRAME-8.ipv6"));
    const error = tests.find((one: { name: string }) => one.name.startsWith("CALC-0.one-answer-each"));
    expect([skipped.status, skipped.max_score, error.status, error.max_score]).toEqual(
      Array(4).fill(undefined),
    );
    expect(error.output).toMatch(/^A fault of the checker: it costs no points\./);
  });

  it("is never of full marks where the time was over after a few cases", () => {
    const ended = { code: "timed-out", message: "the check was ended after its time limit of 60 s" } as const;
    const results = [result({}), result({ id: "CALC-1.product" })];
    const report = reportOf(results, { ended, score: scoreOf(results, [{ weight: 2 }, { weight: 4 }]) });
    expect(documentOf(report, 20).score).toBe(8);
  });

  it("is of no points before the check has ended, and says whose fault that is", () => {
    const { score, output, tests } = documentOf(unfinished, 100);
    expect([score, tests]).toEqual([0, []]);
    expect(output).toContain("the check did not come to its end. This says nothing about your program");
  });

  it("shows a student the compiler's words", () => {
    const { score, output } = documentOf(notBuilt, 100);
    expect(score).toBe(0);
    expect(output).toContain("make ended with exit status 2");
    expect(output).toContain("calc.c:7:3: error");
    expect(output).not.toContain("says nothing");
  });

  it("sends every word of a hand-in as text, its control characters escaped", () => {
    const document = documentOf(hostile);
    const formatsOf = document.tests.map((one: { output_format: string }) => one.output_format);
    expect(new Set([document.output_format, document.test_name_format, ...formatsOf])).toEqual(
      new Set(["text"]),
    );
    expect(document.tests[0].output).not.toMatch(/[\0\x1b\u202e]/);
  });
});
