/** Time as it was recorded: it stands where the story stands, and a timer goes off when the story shows that it did. */
import type { Clock } from "../machines/_world.ts";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** Timers of the system may be early by that much, as its clock is read. */
const EARLY_MS = 2;

export class RecordedClock implements Clock {
  readonly #timers = new Map<number, Timer>();
  readonly #earlyMs: number;
  #now: number;
  #lastId = 0;

  /** `earlyMs`: by so much a timer may have gone off before it was due. */
  constructor(now: number, earlyMs = EARLY_MS) {
    this.#now = now;
    this.#earlyMs = earlyMs;
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

  /** Lets the timer go off that is due first, if one is due by now; answers whether one was. */
  fireNext(): boolean {
    let first: [number, Timer] | undefined;
    for (const entry of this.#timers) if (!first || entry[1].dueAt < first[1].dueAt) first = entry;
    if (!first || first[1].dueAt > this.#now + this.#earlyMs) return false;
    this.#timers.delete(first[0]);
    // A timer finds the time that it waited for: one that is early would only wait again.
    this.#now = Math.max(this.#now, first[1].dueAt);
    first[1].callback();
    return true;
  }
}
