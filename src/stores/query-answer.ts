/** The answer to a question in SQL, on a read-only connection of its own. It may take for ever: `query-process.ts` asks. */
import Database from "better-sqlite3";
import { messageOf } from "../errors.ts";
import type { JournalFile } from "./journal-files.ts";
import type { QueryAnswer, Question } from "./queries.ts";
import { problemPosition } from "./sql-position.ts";

/** Bytes of one answer, as estimated: above, the rest is left out as if there were a row limit. */
const MAX_BYTES = 8 * 1_048_576;
const MASK = "****";
/** A write to a masked table meets its view, to another the connection that cannot write. */
const WOULD_WRITE = /^cannot modify .* because it is a view$|readonly database/;
const AUDIT_CLOSED = "the audit is closed";
const MANY = /contains more than one statement/;

export function answerTo({ file, sql, limit, secretKeys, isAuditClosed, journals }: Question): QueryAnswer {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 1_000 });
  try {
    if (journals.length > 0) joinWeeks(database, journals);
    if (secretKeys) mask(database, secretKeys);
    if (isAuditClosed) closeAudit(database);
    return read(database, sql, limit);
  } catch (error) {
    const why = messageOf(error);
    if (why === AUDIT_CLOSED) return { ok: false, code: "audit", why };
    if (WOULD_WRITE.test(why)) return { ok: false, code: "read-only", why: `${firstWord(sql)} is refused` };
    if (MANY.test(why)) return { ok: false, code: "bad-sql", why: "one statement at a time" };
    return { ok: false, code: "bad-sql", why, position: problemPosition(database, sql, why) };
  } finally {
    database.close();
  }
}

function read(database: Database.Database, sql: string, limit: number): QueryAnswer {
  const statement = database.prepare<[], unknown[]>(sql);
  if (!statement.readonly || !statement.reader)
    return { ok: false, code: "read-only", why: `${firstWord(sql)} is refused` };
  const columns = statement.columns().map(({ name }) => name);
  const rows: unknown[][] = [];
  let sizeBytes = 0;
  let isCut = false;
  for (const row of statement.raw().safeIntegers().iterate()) {
    sizeBytes += row.reduce<number>((sum, cell) => sum + 8 + ((cell as string | null)?.length ?? 0), 0);
    isCut = rows.length >= limit || (sizeBytes > MAX_BYTES && rows.length > 0);
    if (isCut) break;
    rows.push(row.map(asNumber));
  }
  return { ok: true, columns, rows, isCut };
}

/** Whole numbers come as bigint, so that none is rounded; nearly all are numbers to a reader. */
const asNumber = (cell: unknown) =>
  typeof cell === "bigint" && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;

const firstWord = (sql: string) => (/[A-Za-z]+/.exec(sql)?.[0] ?? "that").toUpperCase();

/**
 * The journal as one: a view over what is in the database itself, from before there were weeks, and the file of each week. Which that was
 * is the last column.
 */
function joinWeeks(database: Database.Database, journals: readonly JournalFile[]): void {
  const weeks = journals.map(({ week, file }) => {
    const schema = `w${week.replace("-W", "_")}`;
    database.prepare(`ATTACH ? AS ${schema}`).run(file);
    return { week, schema };
  });
  const rows = (table: string, columns: string, ofMain: string) =>
    [
      ...(ofMain === "" ? [] : [`SELECT ${ofMain}, NULL AS week FROM main.${table}`]),
      ...weeks.map(({ week, schema }) => `SELECT ${columns}, '${week}' AS week FROM ${schema}.${table}`),
    ].join(" UNION ALL ");
  const journal = "id, at, connection, role, remote, kind, detail, bytes, entry, at_us, facts";
  const stories = "version, opened_at, subject, summary, verdict, cards";
  const ofMain = `id, short, NULL AS run, json_extract(subject, '$.label') AS label, ${stories}`;
  database.exec(`
    CREATE TEMP VIEW journal AS ${rows("journal", journal, journal)};
    CREATE TEMP VIEW stories AS ${rows("stories", `id, short, run, label, ${stories}`, ofMain)};
    CREATE TEMP VIEW runs AS ${rows("runs", "id, started_at, lab, version", "")};`);
}

/**
 * Temporary views stand before the tables whose names they have: whatever is asked of a token, its mask answers. This
 * keeps secrets off screens; it hides nothing from a user who may read the file.
 */
function mask(database: Database.Database, secretKeys: readonly string[]): void {
  const masked = secretKeys.map((key) => `'$.${key}', '${MASK}'`).join(", ");
  database.exec(`
    CREATE TEMP VIEW registrations AS
      SELECT id, ip, port, service, '${MASK}' AS token, registered_at, last_seen_at, expires_at FROM main.registrations;
    CREATE TEMP VIEW own_registrations AS
      SELECT id, ${shownId("label")} AS label, ip, port, service, '${MASK}' AS token, registered_at, last_seen_at, expires_at
      FROM main.own_registrations AS t;
    CREATE TEMP VIEW instances AS
      SELECT id, type, name, ${masked ? `json_replace(options, ${masked})` : "options"} AS options, wanted, port, created_at
      FROM main.instances;
    CREATE TEMP VIEW students AS
      SELECT ${shownId("id")} AS id, slot, pseudonym, '${MASK}' AS name, "group", '${MASK}' AS email, added_at, left_at
      FROM main.students AS t;
    CREATE TEMP VIEW class_progress AS
      SELECT lab, ${shownId("student")} AS student, role, rule, done_at FROM main.class_progress AS t;
    CREATE TEMP VIEW class_hints AS
      SELECT id, ${shownId("student")} AS student, card, text, at FROM main.class_hints AS t;
    CREATE TEMP VIEW checks AS
      SELECT id, run, at, version, seed, role, side, target, "case", status, grade, weight, message,
        ${shownId("student")} AS student FROM main.checks AS t;`);
}

/** A view that fails as it is read: what owners did is for them to ask. */
function closeAudit(database: Database.Database): void {
  database.function("audit_is_closed", () => {
    throw new Error(AUDIT_CLOSED);
  });
  database.exec(`
    CREATE TEMP VIEW audit AS
      SELECT NULL AS id, NULL AS at, NULL AS operator, NULL AS level, NULL AS node, NULL AS line, NULL AS exit
      WHERE audit_is_closed();`);
}

/** Names of people are on no screen; where the class has pseudonyms, ids are not either. */
const shownId = (column: string) =>
  `coalesce((SELECT s.pseudonym FROM main.students AS s WHERE s.id = t.${column}
    AND EXISTS (SELECT 1 FROM main.class_settings WHERE name = 'pseudonyms')), t.${column})`;
