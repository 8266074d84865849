/**
 * The journal's files: one an ISO week, `journal-2026-W49.db`, beside `netlab.db`. A week that is no longer wanted goes as a whole file, which
 * takes a moment and gives the disk back; deleting half a million rows does neither.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { setAside } from "./damage.ts";
import type { LabDatabase } from "./database.ts";
import { fileTroubleOf } from "./file-trouble.ts";
import { keepToOwner } from "./folder-lock.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const NAME = /^journal-(\d{4}-W\d{2})\.db$/;

export interface JournalFile {
  /** `2026-W49` */
  readonly week: string;
  readonly file: string;
}

/** ISO week of a moment, in UTC: its year is that of its Thursday. */
export function weekOf(ms: number): string {
  const day = (new Date(ms).getUTCDay() + 6) % 7;
  const thursday = new Date(ms - (day - 3) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const first = Date.UTC(year, 0, 1);
  const week =
    Math.floor((Date.UTC(year, thursday.getUTCMonth(), thursday.getUTCDate()) - first) / WEEK_MS) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

/** Monday after a week, at midnight UTC. */
export function endOfWeek(week: string): number {
  const [year = 0, number = 0] = week.split("-W").map(Number);
  // 4 January is always in week 1.
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS;
  return monday + number * WEEK_MS;
}

export const journalFile = (folder: string, week: string): string => path.join(folder, `journal-${week}.db`);

/** The oldest first. */
export function journalFilesIn(folder: string): JournalFile[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.flatMap((name) => {
    const week = NAME.exec(name)?.[1];
    return week === undefined ? [] : [{ week, file: path.join(folder, name) }];
  });
}

/** Removes the weeks that were over before `keepMs` ago; answers their names. */
export function dropOldWeeks(folder: string, keepMs: number, now: number): string[] {
  const old = journalFilesIn(folder).filter(({ week }) => endOfWeek(week) <= now - keepMs);
  for (const { file } of old)
    for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  return old.map(({ week }) => week);
}

/** Tables of a week's file, like the journal's of `netlab.db`, which have what was written before there were weeks. */
const TABLES = `
  CREATE TABLE week.runs (
    id          INTEGER NOT NULL PRIMARY KEY,
    started_at  INTEGER NOT NULL,
    lab         TEXT    NOT NULL,
    version     TEXT    NOT NULL
  ) STRICT;
  CREATE TABLE week.journal (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    connection  TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    remote      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    detail      TEXT,
    bytes       BLOB,
    entry       INTEGER,
    at_us       INTEGER,
    facts       TEXT
  ) STRICT;
  CREATE INDEX week.journal_connection ON journal (connection);
  CREATE TABLE week.stories (
    id         TEXT    NOT NULL PRIMARY KEY,
    short      TEXT    NOT NULL,
    run        INTEGER,
    label      TEXT,
    version    INTEGER NOT NULL,
    opened_at  REAL    NOT NULL,
    subject    TEXT    NOT NULL CHECK (json_valid(subject)),
    summary    TEXT    NOT NULL CHECK (json_valid(summary)),
    verdict    TEXT,
    cards      TEXT
  ) STRICT;
  CREATE INDEX week.stories_short ON stories (short);
  CREATE INDEX week.stories_label ON stories (label) WHERE label IS NOT NULL;
  PRAGMA week.user_version = 1;`;

export interface JournalRun {
  readonly id: number;
  readonly startedAt: number;
  readonly lab: string;
  readonly version: string;
}

/** The file that is written now, attached to the database as `week`, so that its rows are part of a turn's batch. */
export class WeekFile {
  readonly #database: LabDatabase;
  readonly #run: JournalRun;
  #week: string | undefined;

  constructor(database: LabDatabase, run: JournalRun) {
    this.#database = database;
    this.#run = run;
  }

  /** Outside a transaction. Answers whether it is another file than before. Throws where it cannot be had. */
  use(now: number): boolean {
    const week = weekOf(now);
    if (week === this.#week) return false;
    const { sql, file } = this.#database;
    if (this.#week !== undefined) sql.exec("DETACH week");
    this.#week = undefined;
    const wanted = journalFile(path.dirname(file), week);
    putAsideIfDamaged(wanted);
    keepToOwner(wanted);
    sql.prepare("ATTACH ? AS week").run(wanted);
    // Until it has its tables, nothing in it is to be kept: one that a power cut leaves half made is put aside.
    sql.pragma("week.synchronous = OFF");
    sql.pragma("week.journal_mode = WAL");
    if (sql.pragma("week.user_version", { simple: true }) === 0) sql.transaction(() => sql.exec(TABLES))();
    const { id, startedAt, lab, version } = this.#run;
    sql
      .prepare("INSERT OR IGNORE INTO week.runs (id, started_at, lab, version) VALUES (?, ?, ?, ?)")
      .run(id, startedAt, lab, version);
    sql.pragma("week.synchronous = NORMAL");
    this.#week = week;
    return true;
  }
}

/** A week that cannot be read is kept under another name, and begun anew: the lab's own database is not touched by it. */
function putAsideIfDamaged(file: string): void {
  if (!existsSync(file)) return;
  let sql: Database.Database | undefined;
  try {
    sql = new Database(file, { readonly: true });
    sql.prepare("SELECT count(*) FROM sqlite_schema").get();
  } catch (error) {
    if (fileTroubleOf(error) !== "damaged") throw error;
    setAside(file, Date.now());
  } finally {
    sql?.close();
  }
}
