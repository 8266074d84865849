/** A data folder of a test's own, gone when the test is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { schemaFile } from "../../src/config.ts";
import { type DatabaseWatch, LabDatabase } from "../../src/stores/database.ts";

export class LabFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), "netlabd-stores-"));
  #open: LabDatabase | undefined;

  constructor() {
    onTestFinished(() => {
      this.close();
      rmSync(this.path, { recursive: true });
    });
  }

  /** As a daemon opens it; the one that was open before has ended. */
  open(watch?: DatabaseWatch): LabDatabase {
    this.close();
    this.#open = LabDatabase.open(this.path, schemaFile, watch);
    return this.#open;
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }

  /** What is committed, as another program reads it. */
  rows(query: string): unknown[] {
    return this.#raw((sql) => sql.prepare(query).all());
  }

  /** Behind the daemon's back. */
  exec(statements: string): void {
    this.#raw((sql) => sql.exec(statements));
  }

  #raw<Answer>(use: (sql: Database.Database) => Answer): Answer {
    const sql = new Database(path.join(this.path, "netlab.db"));
    try {
      return use(sql);
    } finally {
      sql.close();
    }
  }
}
