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

/** `names`: by which the student was known as a label, the id first. `roles`: what a name of an instance ends with. */
export async function forgetStudent(
  database: LabDatabase,
  names: readonly string[],
  roles: readonly string[],
): Promise<Forgotten> {
  const rows = { stories: 0, entries: 0 };
  for (const { file } of journalFilesIn(path.dirname(database.file))) {
    const gone = forgetIn(file, names);
    rows.stories += gone.stories;
    rows.entries += gone.entries;
    // Peers are served between the weeks.
    await nextTurn();
  }
  const gone = await forgetResults(database, names, roles);
  // The log beside it has the rows as they were, those of the class too.
  database.sql.pragma("wal_checkpoint(TRUNCATE)");
  return { ...rows, ...gone };
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

/** Rows that are never changed have triggers that say so; they stand aside for this transaction. */
function forgetResults(
  database: LabDatabase,
  names: readonly string[],
  roles: readonly string[],
): Promise<Pick<Forgotten, "checks" | "audit">> {
  const { sql } = database;
  const gone = { checks: 0, audit: 0 };
  const patterns = names.map((name) => mentionOf(name, roles));
  return database.changed(
    () => {
      const guards = sql
        .prepare<[], { name: string; sql: string }>(
          "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('checks', 'audit')",
        )
        .all();
      sql.pragma("secure_delete = ON");
      for (const { name } of guards) sql.exec(`DROP TRIGGER ${name}`);
      for (const name of names)
        gone.checks += sql.prepare("DELETE FROM checks WHERE student = ?").run(name).changes;
      for (const name of names) sql.prepare("DELETE FROM own_registrations WHERE label = ?").run(name);
      gone.audit = forgetMentions(sql, patterns);
      for (const guard of guards) sql.exec(guard.sql);
      sql.pragma("secure_delete = OFF");
    },
    () => gone,
  );
}

/** Lines of the audit that were changed. */
function forgetMentions(sql: Database.Database, patterns: readonly RegExp[]): number {
  const lines = sql.prepare<[], { id: number; line: string }>("SELECT id, line FROM audit").all();
  const update = sql.prepare("UPDATE audit SET line = ? WHERE id = ?");
  let changed = 0;
  for (const { id, line } of lines) {
    const without = patterns.reduce((text, pattern) => text.replace(pattern, FORGOTTEN), line);
    if (without !== line) changed += update.run(without, id).changes;
  }
  return changed;
}

/** The name as a word of its own, or before the role in the name of an instance: s04 is not in s042, and is in `s04-calculator-2`. */
function mentionOf(name: string, roles: readonly string[]): RegExp {
  const quoted = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const end = "(?![A-Za-z0-9._-])";
  const role = roles.length === 0 ? "" : `-(?:${roles.map(quoted).join("|")})(?:-\\d+)?`;
  return new RegExp(`(?<![A-Za-z0-9._-])(?:id-)?${quoted(name)}(?=(?:${role})?${end})`, "gi");
}
