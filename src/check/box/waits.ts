/** Waits of a program's threads, over the looks at it: whether it waits for others alone, or goes on by itself too late to matter. */
import { isAsleep, sleepsOf, type ThreadWait, waitsOf } from "../../os/process-waits.ts";
import type { Silence } from "../program.ts";

/** A thread that looks again and again has read what came in its first turn, and answered by the end of the second. */
const TURNS = 2.2;
const MARGIN_MS = 50;
/** The clock alone tells no turns: a thread that others keep from its processor has had none. It was seen before each of these. */
const SLEEPS = 3;

interface Seen {
  /** The longest that it was seen to wait since it was silent: about its limit, of which only what is left can be seen. */
  readonly longestMs: number;
  /** When it was first seen so. */
  readonly sleeps: number;
}

export class Waits {
  /** Sockets that it had when it came to listen: they are no client's. */
  own: ReadonlySet<number> = new Set();
  readonly #seen = new Map<string, Seen>();
  #quietMs = 0;

  /** `pids`: of the program's processes, as they are when it is asked. */
  areForOthers(pids: () => readonly number[]): boolean {
    const waits = waitsOf(pids(), this.own) ?? [];
    const areAll = waits.length > 0 && waits.every(({ ms }) => ms === Number.POSITIVE_INFINITY);
    return areAll && this.#areStillAsleep(waits, waits, pids);
  }

  areLongerThan({ quietMs, leftMs }: Silence, pids: () => readonly number[]): boolean {
    if (quietMs < this.#quietMs) this.#seen.clear();
    this.#quietMs = quietMs;
    const waits = waitsOf(pids(), this.own) ?? [];
    for (const wait of waits) if (wait.ms < Number.POSITIVE_INFINITY) this.#see(wait);
    const isTooLate = ({ ms }: ThreadWait) => ms > leftMs + MARGIN_MS;
    if (waits.length === 0 || !waits.every((wait) => isTooLate(wait) || this.#hasHadTurns(wait, quietMs)))
      return false;
    return this.#areStillAsleep(waits.filter(isTooLate), waits, pids);
  }

  /**
   * Threads are looked at one after another, and one may have woken another that was seen to sleep, or begun a new one and slept since: so
   * all of them are looked at again, and none has moved or come meanwhile.
   */
  #areStillAsleep(
    waits: readonly ThreadWait[],
    known: readonly ThreadWait[],
    pids: () => readonly number[],
  ): boolean {
    const sleeps = waits.map(sleepsOf);
    const threads = new Set(known.map(({ thread }) => thread));
    const again = new Map(waitsOf(pids(), this.own)?.map((wait) => [wait.thread, wait]));
    if ([...again.keys()].some((thread) => !threads.has(thread))) return false;
    return waits.every((wait, nth) => {
      const now = again.get(wait.thread);
      return now !== undefined && now.ms > 0 && isAsleep(now) && sleepsOf(now) === sleeps[nth];
    });
  }

  #see(wait: ThreadWait): void {
    const { thread, ms } = wait;
    const { longestMs = 0, sleeps = sleepsOf(wait) } = this.#seen.get(thread) ?? {};
    this.#seen.set(thread, { longestMs: Math.max(ms, longestMs), sleeps });
  }

  #hasHadTurns(wait: ThreadWait, quietMs: number): boolean {
    const seen = this.#seen.get(wait.thread);
    if (!seen || wait.ms === 0 || quietMs <= TURNS * seen.longestMs + MARGIN_MS) return false;
    return sleepsOf(wait) >= seen.sleeps + SLEEPS;
  }
}
