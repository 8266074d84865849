/** Keys and logs of the engine in memory: what it keeps, and who follows it. */
import type { Clock } from "../machines/_world.ts";
import { type AppendOptions, type BusEntry, type LogEntry, OutpacedError, WRITES_KNOWN_MS } from "./bus.ts";

/** Follower of a store: hears of what is new once it has caught up, and where it is. */
export interface Follower<Entry> {
  /** Revision or sequence that it has. */
  readonly reached: number;
  tell(entry: Entry): void;
}

class Followers<Entry> {
  readonly #followers = new Set<Follower<Entry>>();

  add(follower: Follower<Entry>): void {
    this.#followers.add(follower);
  }

  delete(follower: Follower<Entry>): void {
    this.#followers.delete(follower);
  }

  tell(entry: Entry): void {
    for (const follower of [...this.#followers]) follower.tell(entry);
  }
}

export class MemoryKeys {
  readonly #entries = new Map<string, BusEntry>();
  readonly followers = new Followers<BusEntry>();
  readonly #clock: Clock;
  /** Until a write that was found to fit is carried out; others are compared meanwhile, as by several servers. */
  readonly #settlesAfterMs: number;
  #revision = 0;

  constructor(clock: Clock, settlesAfterMs: number) {
    this.#clock = clock;
    this.#settlesAfterMs = settlesAfterMs;
  }

  get(key: string): BusEntry | undefined {
    const entry = this.#entries.get(key);
    return entry?.value === undefined ? undefined : entry;
  }

  write(key: string, value: string | undefined, revision: number | undefined): number | Promise<number> {
    const known = this.#entries.get(key)?.revision ?? 0;
    if (revision !== undefined && known !== revision) throw new OutpacedError(key);
    if (this.#settlesAfterMs === 0) return this.#set(key, value);
    return new Promise((resolve) => {
      this.#clock.setTimeout(() => resolve(this.#set(key, value)), this.#settlesAfterMs);
    });
  }

  #set(key: string, value: string | undefined): number {
    this.#revision += 1;
    const entry = { key, value, revision: this.#revision };
    this.#entries.set(key, entry);
    this.followers.tell(entry);
    return entry.revision;
  }

  create(key: string, value: string): number | Promise<number> {
    if (this.get(key)) throw new OutpacedError(key);
    return this.write(key, value, undefined);
  }

  /** As where another server leads from now on, which has numbered the writes higher by so much, or lower. */
  renumber(by: number): void {
    for (const [key, entry] of this.#entries)
      this.#entries.set(key, { ...entry, revision: entry.revision + by });
    this.#revision += by;
  }

  /** As an engine does that lost its folder: revisions are given again from one on. */
  forgetAll(): void {
    this.#entries.clear();
    this.#revision = 0;
  }

  /** Newest of each key that changed since, in the order of the changes. */
  since(revision: number): BusEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.revision > revision)
      .toSorted((a, b) => a.revision - b.revision);
  }
}

interface Appended extends Omit<LogEntry, "ageMs"> {
  readonly at: number;
}

interface Write extends Pick<LogEntry, "data" | "headers">, Pick<AppendOptions, "write" | "after"> {}

export class MemoryLog {
  readonly #clock: Clock;
  readonly #newest = new Map<string, Appended>();
  readonly followers = new Followers<LogEntry>();
  /** By the names of the writes, in the order in which they came. */
  readonly #writes = new Map<string, Pick<Appended, "sequence" | "at">>();
  readonly #settlesAfterMs: number;
  #last = 0;

  constructor(clock: Clock, settlesAfterMs: number) {
    this.#clock = clock;
    this.#settlesAfterMs = settlesAfterMs;
  }

  get last(): number {
    return this.#last;
  }

  append(key: string, entry: Write): number | Promise<number> {
    this.#forgetWrites();
    const { write, after } = entry;
    const known = write === undefined ? undefined : this.#writes.get(write);
    if (known) return known.sequence;
    if (after !== undefined && (this.#newest.get(key)?.sequence ?? 0) !== after) throw new OutpacedError(key);
    if (after === undefined || this.#settlesAfterMs === 0) return this.#append(key, entry);
    return new Promise((resolve) => {
      this.#clock.setTimeout(() => resolve(this.#append(key, entry)), this.#settlesAfterMs);
    });
  }

  #append(key: string, { data, headers, write }: Write): number {
    this.#last += 1;
    const entry = { sequence: this.#last, key, data, headers, at: this.#clock.now() };
    if (write !== undefined) this.#writes.set(write, entry);
    // Set anew, so that the map is in the order of the sequences.
    this.#newest.delete(key);
    this.#newest.set(key, entry);
    this.followers.tell(this.#told(entry));
    return this.#last;
  }

  newest(key: string): LogEntry | undefined {
    const entry = this.#newest.get(key);
    return entry && this.#told(entry);
  }

  from(sequence: number): LogEntry[] {
    return [...this.#newest.values()]
      .filter((entry) => entry.sequence >= sequence)
      .map((entry) => this.#told(entry));
  }

  /** As an engine does that lost its newest part: their sequences are given again. */
  forget(count: number): void {
    this.#last = Math.max(0, this.#last - count);
    for (const [key, { sequence }] of this.#newest) if (sequence > this.#last) this.#newest.delete(key);
    for (const [write, { sequence }] of this.#writes) if (sequence > this.#last) this.#writes.delete(write);
  }

  #forgetWrites(): void {
    const before = this.#clock.now() - WRITES_KNOWN_MS;
    for (const [write, { at }] of this.#writes) {
      if (at >= before) return;
      this.#writes.delete(write);
    }
  }

  #told({ at, ...entry }: Appended): LogEntry {
    return { ...entry, ageMs: this.#clock.now() - at };
  }
}
