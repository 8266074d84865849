/** Trouble with the database's file, or with the disk below it, rather than with what was to be stored. */
import Database from "better-sqlite3";
import { messageOf } from "../errors.ts";

export type FileTrouble = "full" | "held" | "readOnly" | "gone" | "damaged" | "failing";

/** By the beginning of SQLite's own code; the first that fits counts. */
const troubles: readonly (readonly [code: string, trouble: FileTrouble])[] = [
  ["SQLITE_FULL", "full"],
  ["SQLITE_BUSY", "held"],
  ["SQLITE_LOCKED", "held"],
  ["SQLITE_READONLY_DBMOVED", "gone"],
  ["SQLITE_READONLY", "readOnly"],
  ["SQLITE_PERM", "readOnly"],
  ["SQLITE_CANTOPEN", "readOnly"],
  ["SQLITE_CORRUPT", "damaged"],
  ["SQLITE_NOTADB", "damaged"],
  ["SQLITE_IOERR", "failing"],
];

/** Peers may read these too: they name no path. */
const sentences: Readonly<Record<FileTrouble, string>> = {
  full: "the disk is full: make room where the data folder is",
  held: "another program holds the database: end it",
  readOnly: "the database may not be written: give netlabd the right to",
  gone: "the database file was moved or deleted: put it back, and restart the daemon",
  damaged: "the database file is damaged: restart the daemon, it sets the file aside and begins a new one",
  failing: "the disk refuses to write: make room, or check the disk",
};

/** Undefined where the file is well, and it is the change itself that cannot be stored. */
export function fileTroubleOf(error: unknown): FileTrouble | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  const { code } = error;
  return troubles.find(([beginning]) => code.startsWith(beginning))?.[1];
}

/** Why something was not stored, and what to do. */
export function whyNotStored(error: unknown): string {
  const trouble = fileTroubleOf(error);
  return trouble ? sentences[trouble] : messageOf(error);
}
