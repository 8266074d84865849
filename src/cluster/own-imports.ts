/** Imports that were made here: rows that the log takes one by one, and an entry behind them that makes them one. */
import type { Clock } from "../machines/_world.ts";

/** Others wait a minute for the end; one that takes longer than half of it begins anew. */
const MAX_MS = 30_000;

interface OwnImport {
  readonly rows: Set<string>;
  /** Rows that the log does not have yet. */
  readonly waiting: Set<string>;
  /** When its first row was sent. */
  startedAt: number | undefined;
  isEnding: boolean;
}

export class OwnImports {
  readonly #clock: Clock;
  readonly #imports = new Map<string, OwnImport>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Row of an import that is to be sent. */
  add(batch: string, key: string): void {
    const one = this.#imports.get(batch) ?? {
      rows: new Set(),
      waiting: new Set(),
      startedAt: undefined,
      isEnding: false,
    };
    one.rows.add(key);
    one.waiting.add(key);
    this.#imports.set(batch, one);
  }

  /** Row that a later change has taken out. */
  remove(batch: string, key: string): void {
    const one = this.#imports.get(batch);
    one?.rows.delete(key);
    one?.waiting.delete(key);
    if (one?.rows.size === 0) this.#imports.delete(batch);
  }

  /** Answers how many rows the import has. */
  started(batch: string): number {
    const one = this.#imports.get(batch);
    if (!one) return 0;
    one.startedAt ??= this.#clock.now();
    return one.rows.size;
  }

  acknowledged(batch: string, key: string): void {
    this.#imports.get(batch)?.waiting.delete(key);
  }

  /** Answers, once until `notEnded`, whether all rows are in the log, and the end may be written. */
  mayEnd(batch: string): boolean {
    const one = this.#imports.get(batch);
    if (!one || one.isEnding || one.waiting.size > 0) return false;
    one.isEnding = true;
    return true;
  }

  /** Whether its end was written is not known. */
  notEnded(batch: string): void {
    const one = this.#imports.get(batch);
    if (one) one.isEnding = false;
  }

  /** Ends it; answers its rows. */
  end(batch: string): readonly string[] {
    const one = this.#imports.get(batch);
    this.#imports.delete(batch);
    return [...(one?.rows ?? [])];
  }

  /** Imports that others may not have waited for. */
  tooSlow(): readonly string[] {
    const before = this.#clock.now() - MAX_MS;
    return [...this.#imports]
      .filter(([, { startedAt }]) => startedAt !== undefined && startedAt < before)
      .map(([batch]) => batch);
  }

  all(): readonly string[] {
    return [...this.#imports.keys()];
  }
}
