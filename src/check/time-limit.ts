/** Time that a whole check may take: as long as its limit on a machine that has time for it, and longer on one that has not. */
import { patience } from "./patience.ts";

/** The machine may be busy for a part of the time. */
const LOOK_MS = 250;

export class TimeLimit {
  readonly #limitMs: number;
  readonly #stretch: () => number;
  readonly #end = new AbortController();
  readonly #startedAt = performance.now();
  #leftMs: number;
  #timer: NodeJS.Timeout | undefined;
  #tookMs = 0;

  /** `stretch`: how much longer everything may take now. */
  constructor(limitMs: number, stretch: () => number = patience) {
    this.#limitMs = limitMs;
    this.#leftMs = limitMs;
    this.#stretch = stretch;
    this.#look();
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** In a sentence. */
  get words(): string {
    const [limit, took] = [this.#limitMs, this.#tookMs].map((ms) => Math.round(ms / 100) / 10);
    return this.#tookMs > SAME * this.#limitMs
      ? `its time limit of ${limit} s, which was ${took} s on this busy machine`
      : `its time limit of ${limit} s`;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const [from, stretch] = [performance.now(), this.#stretch()];
    this.#timer = setTimeout(
      () => {
        const now = performance.now();
        this.#leftMs -= (now - from) / stretch;
        // A timer may be early by a part of a millisecond.
        if (this.#leftMs >= 1) return this.#look();
        this.#tookMs = now - this.#startedAt;
        this.#end.abort();
      },
      Math.min(LOOK_MS, this.#leftMs * stretch),
    );
    this.#timer.unref();
  }
}

const SAME = 1.1;
