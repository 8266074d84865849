/** A check of a hand-in in its box: built and checked by a tester there, and its report handed out. */
import { MOST_PATIENCE } from "../patience.ts";
import type { Limits } from "../program.ts";
import type { Report, Result } from "../report.ts";
import type { CheckRequest } from "../run-check.ts";
import { boxedJob, type JobPlaces } from "./boxed-job.ts";
import type { Rung } from "./rung.ts";

export interface BoxedCheck {
  readonly rung: Rung;
  /** Folder of the hand-in; it is not changed. */
  readonly folder: string;
  readonly build: string | undefined;
  readonly request: CheckRequest;
  readonly limits: Limits;
  /** Number of this box among those that run at the same time. */
  readonly slot: number;
  /** Judged by the tester as built, also where this process runs from source. */
  readonly isBuilt?: boolean;
  readonly signal: AbortSignal;
  readonly onResult?: (result: Result, nth: number, of: number) => void;
}

/** Job of the tester in the box. */
export interface TesterJob extends JobPlaces {
  readonly build: string | undefined;
  readonly request: CheckRequest;
  readonly limits: Limits;
  /** Each result is told as it is there, beside the report. */
  readonly tellsResults: boolean;
}

/** News of the tester in the box. */
export type TesterNews =
  | { readonly result: Result; readonly nth: number; readonly of: number }
  | { readonly report: Report }
  /** A fault of ours. */
  | { readonly fault: string };

/** Beside the time of the check: for the box, Node and the build. */
const OVERHEAD_MS = 10_000;

/** Answers the report, or why there is none: a fault of ours. */
export async function boxedCheck(check: BoxedCheck): Promise<{ report: Report } | { fault: string }> {
  const { rung, folder, build, request, limits, slot, isBuilt = false, signal, onResult } = check;
  let report: Report | undefined;
  let fault: string | undefined;
  const why = await boxedJob<TesterNews>({
    rung,
    handIns: [{ folder, name: "" }],
    commands: [build, request.run].filter((command) => command !== undefined),
    tester: "check/box/tester-process",
    isBuilt,
    job: { build, request, limits, tellsResults: onResult !== undefined },
    diskBytes: limits.diskBytes,
    timeMs: (1 + MOST_PATIENCE) * limits.timeMs + OVERHEAD_MS,
    slot,
    signal,
    onNews: (news) => {
      if ("result" in news) onResult?.(news.result, news.nth, news.of);
      else if ("report" in news) report = news.report;
      else fault = news.fault;
    },
  });
  // A tester whose box is killed by others hears the end of its input, and takes that for an interruption.
  const isCut = report?.ended?.code === "interrupted" && !signal.aborted;
  return report && !isCut ? { report } : { fault: fault ?? why };
}
