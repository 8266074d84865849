/** Numbers of a report: how many cases of which status and grade. */
import type { Grade, Report, Result } from "../report.ts";

export interface Tally {
  readonly passed: number;
  readonly flaky: number;
  readonly failed: Readonly<Record<Grade, number>>;
  readonly skipped: number;
  readonly unimplemented: number;
  readonly error: number;
}

export function tallyOf({ results }: Report): Tally {
  const count = (is: (result: Result) => boolean) => results.filter(is).length;
  const failed = (grade: Grade) => count((one) => one.status === "failed" && one.grade === grade);
  return {
    passed: count(({ status }) => status === "passed"),
    flaky: count(({ flaky }) => flaky),
    failed: { MUST: failed("MUST"), SHOULD: failed("SHOULD"), INFO: failed("INFO") },
    skipped: count(({ status }) => status === "skipped"),
    unimplemented: count(({ status }) => status === "unimplemented"),
    error: count(({ status }) => status === "error"),
  };
}

/** A report that ended early by a fault that is not the program's. */
export const isOurs = ({ ended }: Report) => ended?.code === "unfinished" || ended?.code === "interrupted";

/** `17 of 20 cases passed; failed: 2 MUST, 1 SHOULD`; why it ended early stands first. */
export function summaryOf(report: Report): string {
  const { passed, failed, skipped, unimplemented, error, flaky } = tallyOf(report);
  const grades = (["MUST", "SHOULD", "INFO"] as const).filter((grade) => failed[grade] > 0);
  const total = report.results.length;
  const parts = [
    `${passed} of ${total} ${total === 1 ? "case" : "cases"} passed`,
    ...(grades.length > 0
      ? [`failed: ${grades.map((grade) => `${failed[grade]} ${grade}`).join(", ")}`]
      : []),
    ...(flaky > 0 ? [`${flaky} flaky`] : []),
    ...(unimplemented > 0 ? [`${unimplemented} not implemented`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(error > 0 ? [`${error} not judged by a fault of the checker`] : []),
  ];
  const sum = parts.join("; ");
  if (report.ended === null) return sum;
  return total === 0 ? report.ended.message : `${report.ended.message}. Before that: ${sum}`;
}
