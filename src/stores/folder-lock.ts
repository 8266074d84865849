/**
 * A folder has one daemon. The lock is SQLite's own on a file beside the database: the kernel lets go of it however the
 * daemon ends, so there is no stale one. The pid beside it is only for people.
 */
import { chmodSync, closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { NetlabError } from "../errors.ts";
import { fileTroubleOf, whyNotStored } from "./file-trouble.ts";

const OWNER_ONLY = 0o600;

/** Answers what lets go of it. Throws where another daemon has the folder, or nothing can be written into it. */
export function lockFolder(folder: string): () => void {
  const pidFile = path.join(folder, "netlabd.pid");
  let lock: Database.Database | undefined;
  try {
    lock = new Database(path.join(folder, "netlab.lock"), { timeout: 0 });
    // Nothing is ever written into it: no journal beside it either.
    lock.pragma("journal_mode = MEMORY");
    lock.pragma("locking_mode = EXCLUSIVE");
    lock.exec("BEGIN EXCLUSIVE");
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    lock?.close();
    throw isBusy(error) ? inUse(folder, pidFile, error) : unusable(folder, error);
  }
  const held = lock;
  return () => held.close();
}

const isBusy = (error: unknown) => fileTroubleOf(error) === "held";

function inUse(folder: string, pidFile: string, cause: unknown): NetlabError {
  return new NetlabError("data-in-use", { folder, pid: pidIn(pidFile) }, { cause });
}

/** Tokens are in it. SQLite gives the files beside it the same mode. */
export function keepToOwner(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, "a", OWNER_ONLY));
  const { uid, mode } = statSync(file);
  // A file that a group shares on purpose has another owner.
  if (uid === process.getuid?.() && (mode & 0o077) !== 0) chmodSync(file, OWNER_ONLY);
}

export function unusable(folder: string, cause: unknown): NetlabError {
  return new NetlabError("data-unusable/folder", { folder, why: whyNotStored(cause) }, { cause });
}

function pidIn(pidFile: string): string {
  try {
    return `, pid ${readFileSync(pidFile, "utf8").trim()}`;
  } catch {
    return "";
  }
}
