/**
 * Watch over the event loop of a role's process. A step of a machine and a callback of a timer are measured where they begin and end; what
 * follows an `await`, or is called by an emitter or a stream of the role's own, begins nowhere that can be seen. So a timer that goes off late
 * tells of it: by how much, less what was told already and what the process had to wait for a processor.
 */
import { HELD_MS } from "../actors/held-loop.ts";
import { ownWaiting } from "./process-look.ts";

/** So much of what held the loop is not seen: it began just behind a tick. A shorter one would wake an idle process more often. */
const TICK_MS = 100;

export interface LoopWatchParts {
  /** Hears for how long the loop was held, at least. */
  readonly onHeld: (ms: number) => void;
  readonly now?: () => number;
  /** For how long this process was ready to run and had no processor. */
  readonly waitedMs?: () => number;
}

export class LoopWatch {
  readonly #onHeld: (ms: number) => void;
  readonly #now: () => number;
  readonly #waitedMs: () => number;
  #tickedAt: number;
  #waitedBefore: number;
  /** Since the last tick. */
  #toldMs = 0;

  constructor({ onHeld, now = () => performance.now(), waitedMs = ownWaiting() }: LoopWatchParts) {
    this.#onHeld = onHeld;
    this.#now = now;
    this.#waitedMs = waitedMs;
    this.#tickedAt = now();
    this.#waitedBefore = waitedMs();
  }

  /** For as long as the process lives, which it does not prolong. */
  begin(): void {
    setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** Takes note that so much of what held the loop was told where it was measured. */
  told(ms: number): void {
    this.#toldMs += ms;
  }

  /** Looks how late it is: the loop was held for as long as that, or for one tick more. */
  tick(): void {
    const now = this.#now();
    const waitedMs = this.#waitedMs();
    const lateMs = now - this.#tickedAt - TICK_MS;
    const heldMs = lateMs - (waitedMs - this.#waitedBefore) - this.#toldMs;
    if (heldMs > HELD_MS) this.#onHeld(Math.round(heldMs));
    this.#tickedAt = now;
    this.#waitedBefore = waitedMs;
    this.#toldMs = 0;
  }
}
