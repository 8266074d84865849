/**
 * Copy of all keys as a watch tells them. A watch may miss changes in silence, so it is checked each second: revisions count every
 * write, so a gap is a miss; and a write of one's own that it does not tell of is a stall. Either way it begins again.
 */
import type { Clock } from "../machines/_world.ts";
import type { Bus, BusEntry, BusKeys } from "./bus.ts";
import { isLater } from "./lease-records.ts";

const LOOK_EVERY_MS = 1_000;
/** Watches that begin again and again would leave their remains in the engine. */
const LONGEST_PAUSE_MS = 30_000;

export class KeyView {
  readonly #bus: Bus;
  readonly #keys: BusKeys;
  readonly #clock: Clock;
  readonly #onEntry: (entry: BusEntry) => void;
  /** Entry of each key that was told last. */
  readonly #known = new Map<string, BusEntry>();
  readonly #waiting = new Set<{ readonly revision: number; readonly reached: () => void }>();
  #endWatch: () => void = () => undefined;
  #timer: unknown;
  /** Highest that this watch told, and that an own write was answered with: now, and at the last look. */
  #told = 0;
  #acknowledged = 0;
  #acknowledgedBefore = 0;
  /** First own write since this watch began: what it tells up to there is what there was, which has gaps. */
  #base = Number.POSITIVE_INFINITY;
  #hasGap = false;
  #pauseMs = LOOK_EVERY_MS;
  #notBefore = 0;

  constructor(bus: Bus, keys: BusKeys, clock: Clock, onEntry: (entry: BusEntry) => void) {
    this.#bus = bus;
    this.#keys = keys;
    this.#clock = clock;
    this.#onEntry = onEntry;
    this.#begin();
    this.#lookLater();
  }

  /** Own write, or look at a key: known whatever the watch does. */
  hear(entry: BusEntry): void {
    const known = this.#known.get(entry.key);
    // A server that was killed may number the writes otherwise from then on than those that it is a copy of.
    const isNews = isLater(entry.value, known?.value) ?? entry.revision > (known?.revision ?? 0);
    if (!isNews) return;
    this.#known.set(entry.key, entry);
    this.#onEntry(entry);
  }

  acknowledged(revision: number): void {
    if (revision < this.#acknowledged) this.#startOver();
    this.#acknowledged = Math.max(this.#acknowledged, revision);
    if (this.#base === Number.POSITIVE_INFINITY) this.#base = revision;
  }

  /** Everything up to this revision was told. */
  async reached(revision: number): Promise<void> {
    if (this.#told >= revision) return;
    await new Promise<void>((resolve) => {
      this.#waiting.add({ revision, reached: resolve });
    });
  }

  end(): void {
    this.#endWatch();
    this.#clock.clearTimeout(this.#timer);
    for (const { reached } of this.#waiting) reached();
  }

  /** Revisions went back: the engine lost everything it kept, and counts from one again. */
  #startOver(): void {
    this.#known.clear();
    this.#acknowledged = 0;
    this.#acknowledgedBefore = 0;
    this.#begin();
  }

  #begin(): void {
    this.#endWatch();
    this.#told = 0;
    this.#base = Number.POSITIVE_INFINITY;
    this.#hasGap = false;
    this.#endWatch = this.#keys.watch((entry) => this.#tell(entry));
  }

  #tell(entry: BusEntry): void {
    if (this.#told >= this.#base && entry.revision > this.#told + 1) this.#hasGap = true;
    this.#told = Math.max(this.#told, entry.revision);
    this.hear(entry);
    for (const waiting of [...this.#waiting])
      if (waiting.revision <= this.#told && this.#waiting.delete(waiting)) waiting.reached();
  }

  #lookLater(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#look();
      this.#lookLater();
    }, LOOK_EVERY_MS);
  }

  #look(): void {
    const now = this.#clock.now();
    const isStalled = this.#told < this.#acknowledgedBefore;
    this.#acknowledgedBefore = this.#acknowledged;
    if (!this.#bus.isConnected || now < this.#notBefore) return;
    if (!isStalled && !this.#hasGap) {
      this.#pauseMs = LOOK_EVERY_MS;
      return;
    }
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    this.#notBefore = now + this.#pauseMs;
    this.#begin();
  }
}
