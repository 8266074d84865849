/** Rows of imports whose last entry has not come: they are held back until it does, so that an import is seen whole or not at all. */
import type { Clock } from "../machines/_world.ts";
import type { Incoming } from "./logged-store.ts";

/** Without its last entry by then, an import is dropped. */
const PATIENCE_MS = 60_000;

interface Held {
  readonly rows: Map<string, Incoming>;
  /** When the newest of its rows came. */
  at: number;
}

export class HeldImports {
  readonly #clock: Clock;
  readonly #imports = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hold(batch: string, row: Incoming): void {
    const held = this.#imports.get(batch) ?? { rows: new Map(), at: 0 };
    // In the order of the log, so that the first is the lowest.
    held.rows.delete(row.entry.key);
    held.rows.set(row.entry.key, row);
    held.at = this.#clock.now();
    this.#imports.set(batch, held);
  }

  /** A later entry of a key is seen: what is held of it is of the past. */
  supersede(key: string, sequence: number): void {
    for (const { rows } of this.#imports.values()) {
      const row = rows.get(key);
      if (row && row.entry.sequence < sequence) rows.delete(key);
    }
  }

  /** Rows of an import that is whole, in the order of the log. */
  commit(batch: string): Incoming[] {
    const held = this.#imports.get(batch);
    this.#imports.delete(batch);
    return [...(held?.rows.values() ?? [])].toSorted((a, b) => a.entry.sequence - b.entry.sequence);
  }

  /** Rows of imports that were waited for long enough. */
  dropOld(): Incoming[] {
    const dropped: Incoming[] = [];
    for (const [batch, { rows, at }] of this.#imports) {
      if (this.#clock.now() - at < PATIENCE_MS) continue;
      this.#imports.delete(batch);
      dropped.push(...rows.values());
    }
    return dropped;
  }

  /** Lowest sequence of a row that is held; infinity where there is none. */
  get floor(): number {
    let floor = Number.POSITIVE_INFINITY;
    for (const { rows } of this.#imports.values()) {
      const [first] = rows.values();
      floor = Math.min(floor, first?.entry.sequence ?? floor);
    }
    return floor;
  }
}
