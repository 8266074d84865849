/** Timer of the lease that runs out first. */
import type { Clock } from "../machines/_world.ts";

/** The longest that a timer can wait; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class LeaseTimer {
  readonly #clock: Clock;
  readonly #onExpiry: () => void;
  #next = Number.POSITIVE_INFINITY;
  #timer: unknown;
  #isClosed = false;

  constructor(clock: Clock, onExpiry: () => void) {
    this.#clock = clock;
    this.#onExpiry = onExpiry;
  }

  /** Milliseconds since 1970; infinity where nothing expires. */
  get next(): number {
    return this.#next;
  }

  set next(at: number) {
    this.#clock.clearTimeout(this.#timer);
    this.#next = at;
    this.#start();
  }

  /** A timer may come before its time, by the wall clock, or because it could not wait so long: then there is another. */
  #start(): void {
    if (this.#isClosed || !Number.isFinite(this.#next)) return;
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(0, this.#next - this.#clock.now()));
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#clock.now() < this.#next) this.#start();
      else this.#onExpiry();
    }, waitMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
  }
}
