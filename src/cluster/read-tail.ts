/**
 * Tail of what was read of a log: an engine that loses its newest entries gives their sequences again, and a node that had read as far
 * passes over what has them then. So the tail is read a second time a while later, and compared: all that the log has there now was read
 * as it is, and all that was read is there, or has a later entry of its key.
 */
import type { Clock } from "../machines/_world.ts";
import type { BusLog, LogEntry } from "./bus.ts";
import { HEADER } from "./log-keys.ts";

/** An engine loses entries as its leaders change, which is over by then: each is compared once that much later or more. */
const AUDIT_MS = 15_000;
/** A comparison that has not ended by then begins again. */
const AUDIT_LIMIT_MS = 10_000;
/** Entries that are kept for twice the time of a comparison, and however old they are. */
const KEPT_MS = 30_000;
const LEAST_KEPT = 100;
/** Entries that are asked for at once. */
const MAX_QUESTIONS = 32;

interface Place {
  readonly sequence: number;
  readonly key: string;
  readonly write: string | undefined;
  readonly at: number;
}

export class ReadTail {
  readonly #clock: Clock;
  /** By sequence, ascending. */
  readonly #places = new Map<number, Place>();
  #first = Number.POSITIVE_INFINITY;
  #highest = 0;
  #newestAt = Number.NEGATIVE_INFINITY;
  #auditedAt = Number.NEGATIVE_INFINITY;
  #audit: { readonly since: number; readonly end: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Highest sequence that was read. */
  get highest(): number {
    return this.#highest;
  }

  clear(): void {
    this.pause();
    this.#places.clear();
    this.#first = Number.POSITIVE_INFINITY;
    this.#highest = 0;
    this.#auditedAt = this.#clock.now();
  }

  /** Something happened to the engine: compared soon. */
  doubt(): void {
    this.#auditedAt = Number.NEGATIVE_INFINITY;
  }

  pause(): void {
    this.#audit?.end();
    this.#audit = undefined;
  }

  /** Answers whether the entry may be of the log that was read so far. */
  add(entry: LogEntry): boolean {
    const { sequence, key } = entry;
    if (sequence <= this.#highest) return this.#isAsRead(entry);
    const now = this.#clock.now();
    this.#places.set(sequence, { sequence, key, write: entry.headers.get(HEADER.write), at: now });
    this.#highest = sequence;
    this.#newestAt = now;
    this.#forgetOld(now);
    return true;
  }

  #forgetOld(now: number): void {
    for (const [sequence, { at }] of this.#places) {
      this.#first = sequence;
      if (this.#places.size <= LEAST_KEPT || at >= now - KEPT_MS) return;
      this.#places.delete(sequence);
    }
  }

  #isAsRead({ sequence, key, headers }: LogEntry): boolean {
    if (sequence < this.#first) return true;
    const place = this.#places.get(sequence);
    return place?.key === key && place.write === headers.get(HEADER.write);
  }

  /** Once a second, with all of it read; `onLost` where the log is not as it was read. */
  check(log: BusLog, onLost: () => void): void {
    const now = this.#clock.now();
    if (this.#audit && this.#audit.since < now - AUDIT_LIMIT_MS) this.pause();
    const isDue = this.#auditedAt <= now - AUDIT_MS && this.#auditedAt < this.#newestAt + AUDIT_MS;
    if (this.#audit || !isDue || this.#places.size === 0) return;
    this.#read(log, now, onLost);
  }

  #read(log: BusLog, since: number, onLost: () => void): void {
    const target = this.#highest;
    const there = new Map<string, number>();
    const audit = { since, end: () => unfollow() };
    const unfollow = log.follow(this.#first, (entry) => {
      if (this.#audit !== audit) return;
      if (entry.sequence <= target && !this.#isAsRead(entry)) return this.#over(onLost);
      there.set(entry.key, entry.sequence);
      if (entry.sequence < target) return;
      this.#lacks(log, target, there).then(
        (lacks) => {
          if (this.#audit !== audit) return;
          this.#auditedAt = since;
          this.#over(lacks ? onLost : undefined);
        },
        () => this.#audit === audit && this.pause(),
      );
    });
    this.#audit = audit;
  }

  #over(then: (() => void) | undefined): void {
    this.pause();
    then?.();
  }

  /** Answers whether something that was read is not there, nor a later entry of its key. */
  async #lacks(log: BusLog, target: number, there: ReadonlyMap<string, number>): Promise<boolean> {
    const audit = this.#audit;
    const read = new Map<string, number>();
    for (const { key, sequence } of this.#places.values()) read.set(key, sequence);
    const missing = [...read].filter(
      ([key, sequence]) => sequence <= target && (there.get(key) ?? 0) < sequence,
    );
    const isLost = async ([key, sequence]: (typeof missing)[number]) =>
      ((await log.newest(key))?.sequence ?? 0) <= sequence;
    // Thousands of questions at once would be refused by the engine, and every other one meanwhile.
    for (let from = 0; from < missing.length && this.#audit === audit; from += MAX_QUESTIONS) {
      const lost = await Promise.all(missing.slice(from, from + MAX_QUESTIONS).map(isLost));
      if (lost.includes(true)) return true;
    }
    return false;
  }
}
