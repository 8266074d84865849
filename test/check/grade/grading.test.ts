/** Points by an assignment. */
import { describe, expect, it } from "vitest";
import { defineCase, defineChecks, wholeCase } from "../../../src/check/case.ts";
import { parseAssignment } from "../../../src/check/grade/assignment.ts";
import { type GradedCase, gradedCases, pointsOf, reportAsGraded } from "../../../src/check/grade/grading.ts";
import type { Report, Result, Status } from "../../../src/check/report.ts";

const run = async () => undefined;
const checks = defineChecks({
  role: "calculator",
  cases: [
    defineCase({ id: "CALC-1.sum", side: "server", grade: "MUST", title: "adds", run }),
    defineCase({ id: "CALC-1.product", side: "server", grade: "SHOULD", title: "multiplies", run }),
    defineCase({ id: "CALC-2.zero", side: "server", grade: "MUST", title: "divides", run }),
    defineCase({ id: "CALC-1.c.sum", side: "client", grade: "MUST", title: "asks", run }),
  ],
});
const assignment = (more = "") => parseAssignment(`role: calculator\nrun: x\n${more}`, "a.yaml");
const of = (more = "") => gradedCases(assignment(more), checks.cases.map(wholeCase));

function report(statuses: Readonly<Record<string, Status>>, ended: Report["ended"] = null): Report {
  const results = Object.entries(statuses).map(
    ([id, status]) => ({ id, status, grade: "MUST", weight: 2 }) as Result,
  );
  return { results, ended, score: { got: 0, max: 0 } } as unknown as Report;
}
const points = (
  statuses: Readonly<Record<string, Status>>,
  cases: readonly GradedCase[],
  ended: Report["ended"] = null,
) => pointsOf(reportAsGraded(report(statuses, ended), cases), cases, 20);

describe("an assignment's points", () => {
  it("weigh a MUST 2 and a SHOULD 1, of its side alone", () => {
    expect(of().map(({ id, weight }) => [id, weight])).toEqual([
      ["CALC-1.sum", 2],
      ["CALC-1.product", 1],
      ["CALC-2.zero", 2],
    ]);
  });

  it("are those that it gives itself, and of a grade of its own those of the grade", () => {
    const cases = of("weights: { CALC-1.sum: 7 }\ngrades: { CALC-2.zero: INFO, CALC-1.product: MUST }");
    expect(cases.map(({ grade, weight }) => [grade, weight])).toEqual([
      ["MUST", 7],
      ["MUST", 2],
      ["INFO", 0],
    ]);
  });

  it("are for the cases that it chooses", () => {
    expect(of('cases: ["CALC-1.*"]').map(({ id }) => id)).toEqual(["CALC-1.sum", "CALC-1.product"]);
    expect(() => of('cases: ["CHAT*"]')).toThrow(/^a\.yaml:3: no case of this role matches CHAT\*/);
    expect(() => of("weights: { CALC-1.some: 2 }")).toThrow(
      "a.yaml:3: no case of this role is called CALC-1.some; did you mean CALC-1.sum?",
    );
  });

  it("are lost by what failed, and by what was not come to", () => {
    const all = { "CALC-1.sum": "passed", "CALC-1.product": "passed", "CALC-2.zero": "passed" } as const;
    expect(points(all, of())).toBe(20);
    expect(points({ ...all, "CALC-2.zero": "failed" }, of())).toBe(12);
    expect(points({ ...all, "CALC-2.zero": "unimplemented" }, of())).toBe(12);
    expect(points({ "CALC-1.sum": "passed" }, of(), { code: "timed-out", message: "" })).toBe(8);
    expect(points({}, of(), { code: "not-built", message: "" })).toBe(0);
  });

  it("are not lost by a fault of the checker, nor by a case that could not be judged", () => {
    expect(
      points({ "CALC-1.sum": "passed", "CALC-1.product": "error", "CALC-2.zero": "skipped" }, of()),
    ).toBe(20);
    expect(points({}, of(), { code: "unfinished", message: "" })).toBeUndefined();
  });
});
