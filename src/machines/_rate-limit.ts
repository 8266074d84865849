/** Limits of events a second, kept in one-second windows; the table of sources is bounded. */
import type { Clock } from "./_world.ts";

const MAX_SOURCES = 10_000;

export class RateLimit {
  readonly #clock: Clock;
  readonly #perSource: number;
  readonly #inAll: number;
  #second = -1;
  #total = 0;
  #sources = new Map<string, number>();

  constructor(clock: Clock, limits: { perSource: number; inAll: number }) {
    this.#clock = clock;
    this.#perSource = limits.perSource;
    this.#inAll = limits.inAll;
  }

  /** Whether `source` may once more in this second; a yes is counted. */
  admits(source: string): boolean {
    const second = Math.floor(this.#clock.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#total = 0;
      this.#sources = new Map();
    }
    const count = this.#sources.get(source) ?? 0;
    if (this.#total >= this.#inAll || count >= this.#perSource || this.#sources.size >= MAX_SOURCES)
      return false;
    this.#total += 1;
    this.#sources.set(source, count + 1);
    return true;
  }
}
