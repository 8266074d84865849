/** Brings a database to the present schema: forward alone, with a copy of what it was, and on trial with a copy alone. */
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { messageOf, NetlabError } from "../errors.ts";
import { keepToOwner } from "./folder-lock.ts";
import { migrations } from "./migrations.ts";

export const SCHEMA_VERSION = migrations.length;

const versionOf = (sql: Database.Database) => sql.pragma("user_version", { simple: true }) as number;

export function migrate(sql: Database.Database, file: string, schemaFile: string): void {
  const version = versionOf(sql);
  if (version > SCHEMA_VERSION) {
    throw new NetlabError("data-too-new", { file, version, known: SCHEMA_VERSION });
  }
  if (version > 0 && version < SCHEMA_VERSION) keepBefore(sql, file, version);
  for (let next = version; next < SCHEMA_VERSION; next += 1) {
    sql.transaction(() => {
      migrations[next]?.(sql, () => readFileSync(schemaFile, "utf8"));
      sql.pragma(`user_version = ${next + 1}`);
    })();
  }
}

/** The way back is a copy: `netlab.db.v3-before-v4`. One that is there already is of an earlier try, and stays. */
function keepBefore(sql: Database.Database, file: string, version: number): void {
  const kept = `${file}.v${version}-before-v${SCHEMA_VERSION}`;
  if (existsSync(kept)) return;
  const part = `${kept}.part`;
  rmSync(part, { force: true });
  keepToOwner(part);
  sql.prepare("VACUUM INTO ?").run(part);
  renameSync(part, kept);
}

export interface Trial {
  readonly from: number;
  readonly to: number;
}

/**
 * Tries the migration of a database on a copy in `folder`; the file itself is only read. Throws a NetlabError where it is too new, damaged,
 * or its rows do not fit.
 */
export function tryMigration(file: string, schemaFile: string, folder: string): Trial {
  try {
    const copy = path.join(folder, "netlab.db");
    const source = new Database(file, { readonly: true, fileMustExist: true });
    try {
      source.prepare("VACUUM INTO ?").run(copy);
    } finally {
      source.close();
    }
    return migrated(copy, file, schemaFile);
  } catch (error) {
    if (error instanceof NetlabError) throw error;
    throw new NetlabError("data-unusable/file", { file, why: messageOf(error) }, { cause: error });
  }
}

function migrated(copy: string, file: string, schemaFile: string): Trial {
  const sql = new Database(copy);
  try {
    const from = versionOf(sql);
    if (from > SCHEMA_VERSION)
      throw new NetlabError("data-too-new", { file, version: from, known: SCHEMA_VERSION });
    migrate(sql, copy, schemaFile);
    const found = sql.pragma("integrity_check(1)", { simple: true });
    if (found !== "ok") throw new Error(String(found));
    return { from, to: SCHEMA_VERSION };
  } finally {
    sql.close();
  }
}
