/** Our own format, by the schema that is shipped beside the documentation. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { formats } from "../../../src/check/formats/formats.ts";
import type { Report } from "../../../src/check/report.ts";
import { all, hostile, mixed } from "./_reports.ts";

const file = path.join(import.meta.dirname, "../../../docs/reference/check-report.schema.json");
const ajv = new Ajv2020({ strict: true, allErrors: true, formats: { "date-time": true } });
const validate = ajv.compile(JSON.parse(readFileSync(file, "utf8")));

const errorsOf = (document: unknown) => (validate(document) ? [] : validate.errors);

describe("the JSON of a report, by ajv", () => {
  it.each(Object.keys(all))("is valid by docs/reference/check-report.schema.json: %s", (name) => {
    expect(errorsOf(JSON.parse(formats.json(all[name] as Report)))).toEqual([]);
  });

  it("is refused with a status that is none and without a score, so that the test can fail", () => {
    const document = JSON.parse(formats.json(mixed));
    document.results[0].status = "great";
    delete document.score;
    expect(errorsOf(document)).toHaveLength(2);
  });

  it("is the report itself, byte for byte back", () => {
    expect(JSON.parse(formats.json(mixed))).toEqual(mixed);
    expect(JSON.parse(formats.json(hostile))).toEqual(hostile);
  });

  it("holds nothing that a terminal would obey", () => {
    expect(formats.json(hostile)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]/);
  });
});
