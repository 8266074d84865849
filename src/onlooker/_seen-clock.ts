/** Time of a conversation that is looked at afterwards: it goes where the events are, and timers go off on the way. */
import type { Clock } from "../machines/_world.ts";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

export class SeenClock implements Clock {
  readonly #timers = new Map<number, Timer>();
  #now: number;
  #lastId = 0;

  /** Milliseconds since 1970. */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return Math.round(this.#now * 1_000);
  }

  setTimeout(callback: () => void, ms: number): unknown {
    this.#lastId += 1;
    this.#timers.set(this.#lastId, { dueAt: this.#now + Math.max(0, ms), callback });
    return this.#lastId;
  }

  clearTimeout(id: unknown): void {
    this.#timers.delete(id as number);
  }

  standAt(now: number): void {
    this.#now = Math.max(this.#now, now);
  }

  /** Lets the next timer go off that is due by then; answers whether there was one. */
  fireBy(latest: number): boolean {
    let first: [number, Timer] | undefined;
    for (const entry of this.#timers) if (!first || entry[1].dueAt < first[1].dueAt) first = entry;
    if (!first || first[1].dueAt > latest) return false;
    this.#timers.delete(first[0]);
    this.standAt(first[1].dueAt);
    first[1].callback();
    return true;
  }
}
