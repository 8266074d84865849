/** Time that only the test moves: timers fire in order, each at its own moment. */
import type { Clock } from "../../src/machines/_world.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class SimulatedClock implements Clock {
  readonly #timers = new Map<unknown, Timer>();
  #now = Date.UTC(2026, 10, 21);
  #lastId = 0;

  /** Timers that wait: a leak is a number that grows. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Whether something happens in just so many milliseconds. */
  hasTimerIn(ms: number): boolean {
    return [...this.#timers.values()].some(({ at }) => at === this.#now + ms);
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    this.#lastId += 1;
    this.#timers.set(this.#lastId, { at: this.#now + Math.max(0, ms), callback });
    return this.#lastId;
  }

  clearTimeout(id: unknown): void {
    this.#timers.delete(id);
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= until);
      const [next] = due.sort(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      const [id, timer] = next;
      this.#timers.delete(id);
      this.#now = timer.at;
      timer.callback();
    }
    this.#now = until;
  }
}
