/** A data folder of a test's own, gone when the test is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { schemaFile } from "../../src/config.ts";
import { type DatabaseWatch, LabDatabase } from "../../src/stores/database.ts";
import { journalFilesIn } from "../../src/stores/journal-files.ts";

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

  /** What is committed, as another program reads it; of the journal, what the newest week has. */
  rows(query: string): unknown[] {
    return this.#raw((sql) => {
      const week = journalFilesIn(this.path).at(-1);
      if (week) {
        sql.prepare("ATTACH ? AS week").run(week.file);
        for (const table of ["journal", "stories", "runs"])
          sql.exec(`CREATE TEMP VIEW ${table} AS SELECT * FROM week.${table}`);
      }
      return sql.prepare(query).all();
    });
  }

  /** Behind the daemon's back. */
  exec(statements: string): void {
    this.#raw((sql) => sql.exec(statements));
  }

  /** The same in the journal's newest week. */
  execInWeek(statements: string): void {
    this.#raw((sql) => sql.exec(statements), journalFilesIn(this.path).at(-1)?.file);
  }

  #raw<Answer>(use: (sql: Database.Database) => Answer, file = path.join(this.path, "netlab.db")): Answer {
    const sql = new Database(file);
    try {
      return use(sql);
    } finally {
      sql.close();
    }
  }
}
