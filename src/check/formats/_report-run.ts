/** A check's report as a run of tests. */
import { endedOutput, type Report, type Result } from "../report.ts";
import { cardText } from "./_card-text.ts";
import { isOurs } from "./_tally.ts";
import type { Test, TestRun, TestStatus } from "./test-run.ts";

export function runOf(report: Report): TestRun {
  const { role, side, seed, box, program, score, started, ms, version } = report;
  const properties = {
    format: report.format,
    version,
    role,
    side,
    seed: String(seed),
    box: box.kind,
    score: `${score.got}/${score.max}`,
    ...(program.run === null ? {} : { run: program.run }),
    ...(program.at === null ? {} : { at: program.at }),
    ...(program.build === null ? {} : { build: program.build.command }),
  };
  return {
    name: `${role} ${side}`,
    group: `netlabd.${side}.${role}`,
    started,
    ms,
    properties,
    tests: [...report.results.map(testOf), ...endedTest(report)],
  };
}

/** Early ends are a test of their own: without it, a list of passed ones would look whole. */
export function endedTest(report: Report): Test[] {
  const { ended } = report;
  if (ended === null) return [];
  const output = endedOutput(report);
  return [
    {
      name: "netlabd.run",
      endsRun: true,
      title: "the run comes to its end",
      status: isOurs(report) || ended.code === "not-reached" ? "error" : "failed",
      type: ended.code,
      ms: 0,
      message: ended.message,
      ...(output === "" ? {} : { output }),
    },
  ];
}

function testOf(result: Result): Test {
  const { id, title, rule, grade, weight, status, flaky, tries, ms, message, expected, got, likely } = result;
  return {
    name: id,
    title,
    status: STATUSES[status],
    ...(grade === "MUST" ? {} : { tolerated: grade }),
    isFlaky: flaky,
    type: rule,
    ms,
    message: status === "unimplemented" ? `not implemented: ${message}` : message,
    details: cardText(result),
    facts: {
      rule,
      grade,
      weight,
      wanted: expected?.text,
      found: got?.text,
      follows: result.follows ?? undefined,
      likely: likely.length > 0 ? likely.map((one) => `${one.id}: ${one.title}`) : undefined,
      tries: flaky ? tries.map((one) => one.status) : undefined,
    },
    output: result.output,
  };
}

const STATUSES: Readonly<Record<Result["status"], TestStatus>> = {
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
  unimplemented: "skipped",
  error: "error",
};
