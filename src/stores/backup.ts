/**
 * A copy of a data folder in one file, made while its daemon serves: the database and each week of the journal as of one moment each, and
 * the small files beside them. SQLite copies some pages at a time and lets the peers go on between.
 */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { NetlabError } from "../errors.ts";
import { childProcess } from "../node-modules.ts";
import type { LabDatabase } from "./database.ts";
import { SCHEMA_VERSION } from "./database.ts";
import { journalFilesIn } from "./journal-files.ts";

/** Pages between two turns of the loop: the longest pause is some milliseconds. */
const PAGES_A_TURN = 200;
export const BACKUP_FORMAT = "netlabd-backup/1";
/** Beside the databases: keys, the page's memory, roles that were loaded. */
export const SMALL_FILES = ["class.key", "web.json", "roles"];

export interface Backup {
  readonly file: string;
  readonly sizeBytes: number;
  readonly weeks: readonly string[];
}

export interface BackupManifest {
  readonly format: typeof BACKUP_FORMAT;
  readonly at: string;
  readonly version: string;
  readonly schema: number;
}

/** `file`: a path of the daemon's machine; what is there already stays. Rejects with a NetlabError. */
export async function backUp(database: LabDatabase, file: string, version: string): Promise<Backup> {
  if (existsSync(file))
    throw new NetlabError("file-not-written/because", { file, why: "it is there already" });
  const folder = path.dirname(database.file);
  const staging = mkdtempSync(path.join(folder, ".backup-"));
  try {
    await copyOf(database.sql, path.join(staging, "netlab.db"));
    const weeks = journalFilesIn(folder);
    for (const week of weeks) await copyOfFile(week.file, path.join(staging, path.basename(week.file)));
    for (const name of SMALL_FILES)
      if (existsSync(path.join(folder, name)))
        cpSync(path.join(folder, name), path.join(staging, name), { recursive: true });
    const manifest: BackupManifest = {
      format: BACKUP_FORMAT,
      at: new Date().toISOString(),
      version,
      schema: SCHEMA_VERSION,
    };
    writeFileSync(path.join(staging, "manifest.json"), `${JSON.stringify(manifest)}\n`);
    await packed(staging, file);
    return { file, sizeBytes: statSync(file).size, weeks: weeks.map(({ week }) => week) };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

const copyOf = (sql: Database.Database, to: string) => sql.backup(to, { progress: () => PAGES_A_TURN });

async function copyOfFile(file: string, to: string): Promise<void> {
  const sql = new Database(file, { readonly: true });
  try {
    // The journal writes through another connection: without a moment to read of, SQLite would begin anew at each of its writes.
    sql.exec("BEGIN");
    sql.prepare("SELECT count(*) FROM sqlite_schema").get();
    await copyOf(sql, to);
  } finally {
    sql.close();
  }
}

/** Under another name until it is whole: a backup that was cut short is none. */
async function packed(folder: string, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    const before = process.umask(0o077);
    const run = promisify(childProcess().execFile)("tar", ["-czf", part, "-C", folder, "."]);
    process.umask(before);
    await run;
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    const why = error instanceof Error ? (error.message.split("\n")[1] ?? error.message) : String(error);
    throw new NetlabError("file-not-written/because", { file, why }, { cause: error });
  }
}
