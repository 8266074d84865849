/** Removal of all that the database and the journal have of a student: the one change of results and of the audit that there is. */
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import Database from "better-sqlite3";
import type { LabDatabase } from "./database.ts";
import { journalFilesIn } from "./journal-files.ts";

export interface Forgotten {
  /** Connections of the journal, and entries of them. */
  readonly stories: number;
  readonly entries: number;
  /** Results of checks. */
  readonly checks: number;
  /** Lines of the audit in which the student was named. */
  readonly audit: number;
}

const PATIENCE_MS = 2_000;
const FORGOTTEN = "(forgotten)";
/** Behind a student's name in that of an instance. */
const ROLE_NAME = "[a-z][a-z-]*(?:-\\d+)?(?![\\w.-])";

/** `names`: by which the student was known as a label, the id first. */
export async function forgetStudent(database: LabDatabase, names: readonly string[]): Promise<Forgotten> {
  const rows = { stories: 0, entries: 0 };
  for (const { file } of journalFilesIn(path.dirname(database.file))) {
    const gone = forgetIn(file, names);
    rows.stories += gone.stories;
    rows.entries += gone.entries;
    // Peers are served between the weeks.
    await nextTurn();
  }
  return { ...rows, ...(await forgetResults(database, names)) };
}

/** Overwrites what is deleted, so that it does not stay in the file. */
function forgetIn(file: string, names: readonly string[]): Pick<Forgotten, "stories" | "entries"> {
  const sql = new Database(file, { timeout: PATIENCE_MS });
  try {
    sql.pragma("secure_delete = ON");
    const entries = sql.prepare(
      "DELETE FROM journal WHERE connection IN (SELECT id FROM stories WHERE label = ?)",
    );
    const stories = sql.prepare("DELETE FROM stories WHERE label = ?");
    const gone = { stories: 0, entries: 0 };
    sql
      .transaction(() => {
        for (const name of names) {
          gone.entries += entries.run(name).changes;
          gone.stories += stories.run(name).changes;
        }
      })
      .immediate();
    // The log beside it has the rows as they were.
    sql.pragma("wal_checkpoint(TRUNCATE)");
    return gone;
  } finally {
    sql.close();
  }
}

/** Lines in which the name stands as a word, in any letters: `s042-calculator` is named after the student, and `s0421` is another. */
function forgetInAudit(sql: Database.Database, name: string): number {
  const word = new RegExp(
    `(?<![\\w.-])${name.replace(/[.-]/g, "\\$&")}(?![\\w.])(?!-(?!${ROLE_NAME}))`,
    "gi",
  );
  const change = sql.prepare("UPDATE audit SET line = ? WHERE id = ?");
  const rows = sql
    .prepare<[string], { id: number; line: string }>(
      "SELECT id, line FROM audit WHERE instr(lower(line), lower(?)) > 0",
    )
    .all(name)
    .filter(({ line }) => line.search(word) >= 0);
  for (const { id, line } of rows) change.run(line.replace(word, FORGOTTEN), id);
  return rows.length;
}

/** Rows that are never changed have triggers that say so; they stand aside for this transaction. */
function forgetResults(
  database: LabDatabase,
  names: readonly string[],
): Promise<Pick<Forgotten, "checks" | "audit">> {
  const { sql } = database;
  const gone = { checks: 0, audit: 0 };
  return database.changed(
    () => {
      const guards = sql
        .prepare<[], { name: string; sql: string }>(
          "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('checks', 'audit')",
        )
        .all();
      for (const { name } of guards) sql.exec(`DROP TRIGGER ${name}`);
      for (const name of names) {
        gone.checks += sql.prepare("DELETE FROM checks WHERE student = ?").run(name).changes;
        gone.audit += forgetInAudit(sql, name);
      }
      for (const guard of guards) sql.exec(guard.sql);
    },
    () => gone,
  );
}
