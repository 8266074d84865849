/** Time that stands still until it is moved, and its timers: for conversations that are over. */
import type { Clock } from "../machines/_world.ts";

/** Timers of the system may be early by that much, as its clock is read. */
export const EARLY_MS = 2;

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

export class StandingClock implements Clock {
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

  /** Lets the timer go off that is due first, if it is due by then, at the time that it waited for; answers whether one was. */
  fireBy(latest: number): boolean {
    let first: [number, Timer] | undefined;
    for (const entry of this.#timers) if (!first || entry[1].dueAt < first[1].dueAt) first = entry;
    if (!first || first[1].dueAt > latest) return false;
    this.#timers.delete(first[0]);
    // A timer that finds itself early would only wait again.
    this.standAt(first[1].dueAt);
    first[1].callback();
    return true;
  }
}
