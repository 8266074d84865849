/**
 * Following of a log. That it is complete is never trusted: each second the log is asked how long it is, and followed again from
 * where it was where nothing came for a while.
 */
import type { Clock } from "../machines/_world.ts";
import type { BusLog, LogEntry } from "./bus.ts";
import { IDENTITY_KEY, textOf } from "./log-keys.ts";
import type { ReadTail } from "./read-tail.ts";

/** Behind for so long without any progress, it is followed again; then after pauses that grow. */
const STALL_MS = 3_000;
const PAUSE_MS = { least: 1_000, most: 30_000 };

export interface FollowingParts {
  readonly log: BusLog;
  readonly identity: string;
  readonly tail: ReadTail;
  readonly clock: Clock;
  readonly onEntry: (entry: LogEntry) => void;
  /** The log is not the one that was read. */
  readonly onLost: () => void;
  readonly onStall: (behind: number) => void;
}

export class LogFollowing {
  readonly #parts: FollowingParts;
  #seen = 0;
  #last: LogEntry | undefined;
  /** Of the following that counts: what another still tells is not heard. */
  #turn = 0;
  #end: () => void = () => undefined;
  #isChecking = false;
  #isCaughtUp = false;
  #stall: { readonly seen: number; readonly since: number } | undefined;
  #pauseMs = STALL_MS;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
  }

  /** Sequence of the last entry that came. */
  get seen(): number {
    return this.#seen;
  }

  /** The last entry that came, where one came since the following began. */
  get last(): LogEntry | undefined {
    return this.#last;
  }

  /** As of the last check. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  from(sequence: number): void {
    this.end();
    const turn = this.#turn;
    this.#seen = sequence - 1;
    this.#last = undefined;
    this.#end = this.#parts.log.follow(sequence, (entry) => {
      if (turn !== this.#turn || entry.sequence <= this.#seen) return;
      this.#seen = entry.sequence;
      this.#last = entry;
      if (this.#parts.tail.add(entry)) this.#parts.onEntry(entry);
      else this.#parts.onLost();
    });
  }

  end(): void {
    this.#parts.tail.pause();
    this.#turn += 1;
    this.#end();
    this.#end = () => undefined;
  }

  /** Rejects where the engine does not answer. */
  async check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const { log, tail, identity, onLost } = this.#parts;
    const [turn, read] = [this.#turn, Math.max(this.#seen, tail.highest)];
    try {
      const [last, newest] = await Promise.all([log.lastSequence(), log.newest(IDENTITY_KEY)]);
      if (turn !== this.#turn) return;
      // Another reader may have found a loss of what this one has passed.
      if (last < read || !newest || textOf(newest) !== identity) return onLost();
      this.#compare(last);
      if (this.#seen >= tail.highest) tail.check(log, onLost);
    } finally {
      this.#isChecking = false;
    }
  }

  #compare(last: number): void {
    this.#isCaughtUp = last <= this.#seen;
    const now = this.#parts.clock.now();
    if (this.#isCaughtUp) {
      this.#stall = undefined;
      this.#pauseMs = STALL_MS;
      return;
    }
    if (this.#stall?.seen !== this.#seen) {
      // Progress, or behind for the first time.
      this.#pauseMs = STALL_MS;
      this.#stall = { seen: this.#seen, since: now };
      return;
    }
    if (now - this.#stall.since < this.#pauseMs) return;
    this.#pauseMs = this.#pauseMs === STALL_MS ? PAUSE_MS.least : Math.min(PAUSE_MS.most, 2 * this.#pauseMs);
    this.#stall = { seen: this.#seen, since: now };
    this.#parts.onStall(last - this.#seen);
    this.from(this.#seen + 1);
  }
}
