/** Time of a case: its own limit, and what the whole check has left. */
import type { WholeCase } from "./case.ts";
import { patience } from "./patience.ts";
import { tooLong, type Verdict, verdictOf } from "./server-try.ts";
import { TimeLeft } from "./time-left.ts";
import { CheckOver } from "./verdict.ts";

const LOOK_MS = 20;

interface Time {
  /** Of the case. */
  readonly limit: AbortController;
  /** Of the whole check. */
  readonly signal: AbortSignal;
}

/** Rejects with CheckOver where the check ends meanwhile: a case that was cut off has no verdict. */
export async function verdictInTime(
  one: WholeCase,
  run: () => Promise<void>,
  { limit, signal }: Time,
): Promise<Verdict> {
  const time = new TimeLeft(one.limitMs * patience());
  const timer = setInterval(() => {
    if (time.ms <= 0) limit.abort(tooLong(one));
  }, LOOK_MS);
  try {
    return await beforeEnd(
      verdictOf(run, limit.signal),
      signal,
      // Waits of the case end, too.
      (over) => limit.abort(over),
    );
  } finally {
    clearInterval(timer);
  }
}

/** Rejects with CheckOver as soon as the check ends. */
export async function beforeEnd<Found>(
  found: Promise<Found>,
  signal: AbortSignal,
  onEnd?: (over: CheckOver) => void,
): Promise<Found> {
  const end = Promise.withResolvers<never>();
  const stop = () => {
    const over = new CheckOver();
    end.reject(over);
    onEnd?.(over);
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([end.promise, found]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
