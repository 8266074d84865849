/** Common Test Report Format (ctrf.io), version 0.0.0. What it has no name for stands in `extra`. */
import type { Report, Result } from "../report.ts";
import { cardText } from "./_card-text.ts";
import { endedTest } from "./_report-run.ts";
import { tailOf } from "./_safe-text.ts";

type Status = "passed" | "failed" | "skipped" | "pending" | "other";

export function ctrfDocument(report: Report): unknown {
  const { role, side, seed, box, score, results, version } = report;
  const ended = endedTest(report).map(({ name, status, message, type }) => ({
    name,
    status: (status === "error" ? "other" : "failed") as Status,
    duration: 0,
    rawStatus: type,
    message,
  }));
  const tests = [...results.map((result) => testOf(result, report)), ...ended];
  const count = (status: Status) => tests.filter((test) => test.status === status).length;
  const start = Date.parse(report.started);
  return {
    reportFormat: "CTRF",
    specVersion: "0.0.0",
    results: {
      tool: { name: "netlabd", version },
      summary: {
        tests: tests.length,
        passed: count("passed"),
        failed: count("failed"),
        skipped: count("skipped"),
        pending: count("pending"),
        other: count("other"),
        flaky: results.filter(({ flaky }) => flaky).length,
        suites: 1,
        start,
        stop: start + Math.round(report.ms),
        duration: Math.round(report.ms),
        extra: { format: report.format, role, side, seed, box: box.kind, score: score.got, max: score.max },
      },
      tests,
    },
  };
}

function testOf(result: Result, { side, role }: Report) {
  const { id, title, rule, grade, weight, status, flaky, tries, ms, message, output } = result;
  const isTold = status === "failed" || status === "error" || flaky;
  return {
    name: `${id}: ${title}`,
    testId: id,
    status: statusOf(result),
    duration: Math.round(ms),
    rawStatus: status,
    suite: [side, role],
    type: "conformance",
    tags: [grade, rule],
    retries: Math.max(0, tries.length - 1),
    flaky,
    ...(message === "" ? {} : { message }),
    ...(isTold ? { trace: cardText(result) } : {}),
    ...(output === "" ? {} : { stdout: tailOf(output).split("\n") }),
    extra: { grade, weight, rule, likely: result.likely },
  };
}

/** `pending` is theirs for a test of what is not there yet; a fault of ours is no failure of the program. */
function statusOf({ status, grade }: Result): Status {
  if (status === "failed") return grade === "MUST" ? "failed" : "other";
  if (status === "error") return "other";
  return status === "unimplemented" ? "pending" : status;
}
