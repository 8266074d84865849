/** CTRF files are valid by the format's own validator, strictly, and their sums are those of their tests. */
import { calculateSummary, parse, validate, validateStrict } from "ctrf";
import { describe, expect, it } from "vitest";
import { formats } from "../../../src/check/formats/formats.ts";
import type { Report } from "../../../src/check/report.ts";
import { all, mixed, notBuilt, unfinished } from "./_reports.ts";

describe("a CTRF file, by ctrf", () => {
  it.each(Object.keys(all))("is valid, strictly: %s", (name) => {
    const document = JSON.parse(formats.ctrf(all[name] as Report));
    expect(validate(document)).toMatchObject({ valid: true });
    expect(() => validateStrict(document)).not.toThrow();
  });

  it("is refused with a key that is none, so that the test can fail", () => {
    const document = JSON.parse(formats.ctrf(mixed));
    document.results.tests[0].grade = "MUST";
    expect(() => validateStrict(document)).toThrow();
  });

  it("has the sums that its tests have", () => {
    const { results } = parse(formats.ctrf(mixed));
    const { tests, passed, failed, skipped, pending, other, flaky } = calculateSummary(results.tests);
    expect(results.summary).toMatchObject({ tests, passed, failed, skipped, pending, other });
    expect(results.summary).toMatchObject({ failed: 1, other: 3, pending: 1, flaky: 1 });
    expect(flaky ?? 1).toBe(1);
  });

  it("counts a program that was not built as failed, and a check that fell as nobody's failure", () => {
    expect(parse(formats.ctrf(notBuilt)).results.summary).toMatchObject({ failed: 1, other: 0 });
    expect(parse(formats.ctrf(unfinished)).results.summary).toMatchObject({ passed: 0, failed: 0, other: 1 });
  });
});
