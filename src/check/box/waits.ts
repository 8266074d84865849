/** Waits of a program's threads, over the looks at it: whether it waits for others alone, or goes on by itself too late to matter. */
import { waitsOf } from "../../os/process-waits.ts";
import type { Silence } from "../program.ts";

/** A thread that looks again and again has read what came in its first turn, and answered by the end of the second. */
const TURNS = 2.2;
const MARGIN_MS = 50;

export class Waits {
  /** Sockets that it had when it came to listen: they are no client's. */
  own: ReadonlySet<number> = new Set();
  /** The longest that each thread was seen to wait since it was silent: about its limit, of which only what is left can be seen. */
  readonly #longest = new Map<string, number>();
  #quietMs = 0;

  areForOthers(pids: readonly number[]): boolean {
    return waitsOf(pids, this.own)?.every(({ ms }) => ms === Number.POSITIVE_INFINITY) ?? false;
  }

  areLongerThan({ quietMs, leftMs }: Silence, pids: readonly number[]): boolean {
    if (quietMs < this.#quietMs) this.#longest.clear();
    this.#quietMs = quietMs;
    const waits = waitsOf(pids, this.own);
    for (const { thread, ms } of waits ?? [])
      this.#longest.set(thread, Math.max(ms, this.#longest.get(thread) ?? 0));
    return (
      waits?.every(({ thread, ms }) => {
        if (ms > leftMs + MARGIN_MS) return true;
        return ms > 0 && quietMs > TURNS * (this.#longest.get(thread) ?? ms) + MARGIN_MS;
      }) ?? false
    );
  }
}
