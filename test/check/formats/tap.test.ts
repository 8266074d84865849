/** TAP files are read by tap-parser as they were meant, whatever a hand-in says. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Parser } from "tap-parser";
import { describe, expect, it } from "vitest";
import { formats } from "../../../src/check/formats/formats.ts";
import type { Report } from "../../../src/check/report.ts";
import { all, hostile, mixed, notBuilt, right, unfinished } from "./_reports.ts";

/** As its reader has it, in strict mode: anything that is no TAP is a failure of the file. */
function parsed(report: Report) {
  const odd: string[] = [];
  const tests: { ok: boolean; name: string; skip: unknown; todo: unknown; diag: unknown; time: unknown }[] =
    [];
  const parser = new Parser({ strict: true });
  parser.on("assert", (one) => tests.push(one));
  parser.on("extra", (line: string) => odd.push(line));
  parser.end(formats.tap(report));
  return { tests, odd, results: parser.results };
}

describe("a TAP file, by tap-parser", () => {
  it.each(Object.keys(all))("is TAP and nothing else, in strict mode: %s", (name) => {
    const report = all[name] as Report;
    const { odd, results, tests } = parsed(report);
    expect(odd).toEqual([]);
    expect(results?.failures.filter((one) => "tapError" in one && one.tapError)).toEqual([]);
    expect(results?.plan.end).toBe(report.results.length + (report.ended ? 1 : 0));
    expect(tests).toHaveLength(results?.plan.end ?? 0);
    expect(results?.bailout).toBe(false);
  });

  it("fails by a MUST alone: a SHOULD, an INFO and a fault of ours are TODO", () => {
    const { results, tests } = parsed(mixed);
    expect(tests.filter(({ ok, todo, skip }) => !ok && !todo && !skip).map(({ name }) => name)).toEqual([
      "CALC-1.shortest-repr: answers 50.0 and not 50",
    ]);
    expect(results?.todo).toBe(3);
    expect(results?.skip).toBe(2);
    expect(results?.ok).toBe(false);
    expect(parsed(right).results?.ok).toBe(true);
  });

  it("gives rule, grade, what was wanted and found, and the likely cause below a failure", () => {
    expect(parsed(mixed).tests[1]?.time).toBe(12);
    expect(parsed(mixed).tests[1]?.diag).toMatchObject({
      message: "answered 50 where the rule says 50.0",
      severity: "fail",
      rule: "CALC-1",
      grade: "MUST",
      weight: 2,
      wanted: "50.0",
      found: "50",
      likely: "D34: A whole number came without .0",
    });
  });

  it("keeps hostile words in their place: no test, plan, directive or end of the run is made of them", () => {
    const { tests, results } = parsed(hostile);
    expect(tests.map(({ ok, todo, skip }) => [ok, Boolean(todo), Boolean(skip)])).toEqual([
      [false, false, false],
      [false, true, false],
      [true, false, true],
      [true, false, true],
      [false, true, false],
      [true, false, false],
      [true, false, false],
    ]);
    expect(results?.plan.end).toBe(7);
    const [{ diag, name } = { diag: undefined, name: "" }] = tests;
    expect(name).toContain("# SKIP \\# \\\\ # TODO");
    expect((diag as { message: string }).message).toContain("NUL \\x00, bell \\x07");
    expect((diag as { message: string }).message).toContain("\nBail out! now\n  ...\n---\n");
  });

  it("is not ok where the program was not built", () => {
    expect(parsed(notBuilt).results?.ok).toBe(false);
  });

  it("is not ok where the check fell before its end: a list of nothing would look whole", () => {
    expect(parsed(unfinished).results?.ok).toBe(false);
  });
});

const hasProve = spawnSync("prove", ["--version"]).status === 0;

describe.skipIf(!hasProve)("a TAP file, by Perl's prove (skipped without it)", () => {
  it.each(Object.keys(all))("has no parse error, and the same verdict: %s", (name) => {
    const folder = mkdtempSync(path.join(tmpdir(), "netlabd-tap-"));
    try {
      const file = path.join(folder, "report.tap");
      writeFileSync(file, formats.tap(all[name] as Report));
      // Of Test::Harness, versions before 3.48 take none but 13; what is written below its first line is the same.
      const as13 = "sed 1s/14/13/";
      const { stdout, stderr, status } = spawnSync("prove", ["--exec", as13, file], { encoding: "utf8" });
      expect(`${stdout}${stderr}`).not.toMatch(/Parse errors|Badly formed|Bad plan/);
      expect(status === 0).toBe(parsed(all[name] as Report).results?.ok);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
