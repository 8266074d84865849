/** Keys of which a log knows, while all of it is read: rows of other keys are offered to it then. */
import type { LogEntry } from "./bus.ts";
import { batchOfCommit, HEADER } from "./log-keys.ts";

export class KnownKeys {
  readonly #keys = new Set<string>();
  /** Keys of rows whose import has not ended yet. */
  readonly #unended = new Map<string, string[]>();

  add(key: string): void {
    this.#keys.add(key);
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Entry that was taken before. A row of an import without an end was not: the log knows nothing of it. */
  addTaken({ key, headers }: LogEntry): void {
    const ended = batchOfCommit(key);
    const batch = headers.get(HEADER.batch)?.split("/")[0];
    if (ended !== undefined) for (const row of this.#unended.get(ended) ?? []) this.add(row);
    else if (batch === undefined) this.add(key);
    else this.#addUnended(batch, key);
  }

  /** In place: a copy for each row would make an import of thousands hold the loop for seconds. */
  #addUnended(batch: string, key: string): void {
    const rows = this.#unended.get(batch);
    if (rows) rows.push(key);
    else this.#unended.set(batch, [key]);
  }
}
