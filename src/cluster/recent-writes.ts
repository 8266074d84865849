/**
 * Own entries that the engine acknowledged, for a minute: an acknowledgement is not for ever, since an engine of several servers may
 * lose its newest entries as one of them dies. Each is looked for a while later, and again before it is forgotten.
 */
import type { Clock } from "../machines/_world.ts";
import type { RowName } from "../stores/log-tables.ts";
import type { BusLog, LogEntry } from "./bus.ts";
import { HEADER } from "./log-keys.ts";

const KEPT_MS = 60_000;
/** A change of leaders is over by then. */
const CHECK_AFTER_MS = 15_000;
/** Entries that are looked for at a time. */
const MAX_CHECKS = 32;

export interface Write {
  readonly key: string;
  /** Undefined for the end of an import. */
  readonly row: RowName | undefined;
  /** Import as whose it was written. */
  readonly batch: string | null;
  readonly sequence: number;
  /** Name of the write. */
  readonly write: string | undefined;
  readonly at: number;
  checkedAt: number;
}

export class RecentWrites {
  readonly #clock: Clock;
  /** By key, in the order in which they were acknowledged. */
  readonly #writes = new Map<string, Write>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(of: Pick<Write, "key" | "row" | "batch" | "sequence" | "write">): void {
    const { key, sequence } = of;
    if ((this.#writes.get(key)?.sequence ?? 0) > sequence) return;
    this.#writes.delete(key);
    const now = this.#clock.now();
    this.#writes.set(key, { ...of, at: now, checkedAt: now });
  }

  has(key: string): boolean {
    return this.#writes.has(key);
  }

  /** Answers whether an entry is the last own one of its key, or before that. */
  covers({ key, sequence, headers }: LogEntry): boolean {
    const own = this.#writes.get(key);
    if (!own) return false;
    // A sequence that the engine lost is given again: then it is not the own one.
    return sequence < own.sequence || (sequence === own.sequence && headers.get(HEADER.write) === own.write);
  }

  /** `seen`: an entry that may still be overtaken in one's own reading is kept longer. */
  forgetOld(seen: number): void {
    const before = this.#clock.now() - KEPT_MS;
    for (const [key, { at, sequence }] of this.#writes)
      if (at < before && sequence <= seen) this.#writes.delete(key);
  }

  /** Another's entry of the key came later. */
  remove(key: string): void {
    this.#writes.delete(key);
  }

  /** Forgets all; answers them. */
  takeAll(): readonly Write[] {
    const all = [...this.#writes.values()];
    this.#writes.clear();
    return all;
  }

  /** Something happened to the engine: all of them are looked for soon. */
  doubt(): void {
    for (const write of this.#writes.values()) write.checkedAt = Number.NEGATIVE_INFINITY;
  }

  /** Answers those that the log has no more; rejects where it does not answer. */
  async lostIn(log: BusLog): Promise<Write[]> {
    const before = this.#clock.now() - CHECK_AFTER_MS;
    const due: Write[] = [];
    for (const write of this.#writes.values()) {
      if (write.checkedAt > before) continue;
      due.push(write);
      if (due.length === MAX_CHECKS) break;
    }
    const isLost = async (write: Write) => {
      const newest = await log.newest(write.key);
      write.checkedAt = this.#clock.now();
      // A later write of the same key, own or another's, says nothing of this one.
      return this.#writes.get(write.key) === write && (newest?.sequence ?? 0) < write.sequence;
    };
    const answers = await Promise.all(due.map(isLost));
    return due.filter((_, index) => answers[index]);
  }
}
