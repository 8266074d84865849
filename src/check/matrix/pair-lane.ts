/**
 * Box in which pairs are played one after another, each asked when the one before it has been told: a hand-in is built once in it. A pair
 * that takes its box with it, or has no end, is not judged, and the next ones have a new box.
 */
import { boxedJob } from "../box/boxed-job.ts";
import type { Rung } from "../box/rung.ts";
import type { PairRun } from "./pair.ts";
import type { AskedPair, PairNews, PairsJob } from "./pairs-process.ts";

export interface LaneRequest {
  readonly job: PairsJob;
  readonly rung: Rung;
  /** Folders of hand-ins, by their numbers. */
  readonly folders: readonly string[];
  readonly signal: AbortSignal;
}

/** At most, on a machine that is busy; a build comes before the first of a hand-in. */
const PAIR_MS = 120_000;
const BUILD_MS = 60_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Asked until it answers nothing; each pair is told, undefined where there was a fault of ours. */
export async function playLane(
  { job, rung, folders, signal }: LaneRequest,
  slot: number,
  next: () => AskedPair | undefined,
  onRun: (pair: AskedPair, run: PairRun | undefined) => void,
): Promise<void> {
  let pair = next();
  while (pair !== undefined && !signal.aborted) {
    const over = new AbortController();
    let watchdog: NodeJS.Timeout | undefined;
    let say: (line: object) => void = () => undefined;
    const ask = () => {
      clearTimeout(watchdog);
      if (pair === undefined || signal.aborted) return over.abort();
      watchdog = setTimeout(() => over.abort(), timeOf(job));
      say(pair);
    };
    const told = (run: PairRun | undefined) => {
      if (pair !== undefined) onRun(pair, run);
      pair = next();
    };
    await boxedJob<PairNews>({
      rung,
      handIns: folders.map((folder, at) => ({ name: String(at), folder })),
      commands: Object.values(job.commands).filter((command) => command !== undefined),
      tester: "check/matrix/pairs-process",
      job,
      // Of each what was built, and both copies that run.
      diskBytes: (folders.length + 2) * job.limits.diskBytes,
      timeMs: MAX_TIMER_MS,
      slot,
      signal: AbortSignal.any([signal, over.signal]),
      onOpen: (write) => {
        say = write;
        ask();
      },
      onNews: (news) => {
        told("run" in news ? news.run : undefined);
        ask();
      },
    }).catch(() => undefined);
    clearTimeout(watchdog);
    if (pair !== undefined && !signal.aborted) told(undefined);
  }
}

const timeOf = ({ commands }: PairsJob) => PAIR_MS + (commands.build === undefined ? 0 : 2 * BUILD_MS);
