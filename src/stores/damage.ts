/** A damaged database is kept under another name, as it is, so that it can be mended: never overwritten, never deleted. */
import { existsSync, renameSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { messageOf } from "../errors.ts";
import { fileTroubleOf } from "./file-trouble.ts";

/** Tables that are read whole at the start anyway; the journal may be large, and is not. */
const CHECKED = ["registrations", "addresses", "instances"];

/** Damage of the file, found without writing a byte of it; undefined if it can be used, or is not there yet. */
export function damageOf(file: string): string | undefined {
  if (!existsSync(file) || !statSync(file).isFile() || statSync(file).size === 0) return undefined;
  let sql: Database.Database | undefined;
  try {
    sql = new Database(file, { readonly: true });
    return firstDamage(sql);
  } catch (error) {
    // Any other trouble is met again when the store opens it to write, and told there.
    return fileTroubleOf(error) === "damaged" ? messageOf(error) : undefined;
  } finally {
    sql?.close();
  }
}

function firstDamage(sql: Database.Database): string | undefined {
  // A file that has no schema of ours yet has no tables either.
  if (sql.pragma("user_version", { simple: true }) === 0) return undefined;
  const tables = sql.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const damaged = CHECKED.find(
    (table) => !tables.includes(table) || sql.pragma(`quick_check(${table})`, { simple: true }) !== "ok",
  );
  return damaged && `the table ${damaged} cannot be read whole`;
}

/** Answers the new name. `now` is milliseconds since 1970. */
export function setAside(file: string, now: number): string {
  const kept = freeName(`${file}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, "-")}`);
  // The log beside it belongs to it, under the name that SQLite looks for.
  for (const suffix of ["-wal", "-shm", ""])
    if (existsSync(file + suffix)) renameSync(file + suffix, kept + suffix);
  return kept;
}

function freeName(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number += 1) free = `${name}-${number}`;
  return free;
}
