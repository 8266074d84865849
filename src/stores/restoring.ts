/** A data folder made again from a backup, while no daemon has it. What was in it is kept beside it. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { messageOf, NetlabError } from "../errors.ts";
import { childProcess } from "../node-modules.ts";
import { BACKUP_FORMAT, type BackupManifest, SMALL_FILES } from "./backup.ts";
import { SCHEMA_VERSION } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";

const DATABASE = /^(netlab|journal-\d{4}-W\d{2})\.db$/;
const REPLACED = /^(netlab|journal-\d{4}-W\d{2})\.db(-wal|-shm)?$/;

export interface Restored {
  readonly manifest: BackupManifest;
  /** Folder of what was replaced; undefined: there was nothing. */
  readonly kept: string | undefined;
  readonly files: readonly string[];
}

/** Throws a NetlabError, and then nothing is changed. */
export function restore(file: string, folder: string, now: Date): Restored {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const release = lockFolder(folder);
  const staging = mkdtempSync(path.join(folder, ".restore-"));
  try {
    unpack(file, staging);
    const manifest = manifestIn(staging, file);
    // Only what a backup is made of, and only files: an archive may be anybody's.
    const names = readdirSync(staging).filter((name) => DATABASE.test(name) || SMALL_FILES.includes(name));
    for (const name of names) checkOne(path.join(staging, name), file);
    const kept = setAside(folder, names, now);
    for (const name of names) renameSync(path.join(staging, name), path.join(folder, name));
    return { manifest, kept, files: names };
  } finally {
    rmSync(staging, { recursive: true, force: true });
    release();
  }
}

function unpack(file: string, to: string): void {
  try {
    childProcess().execFileSync("tar", ["-xzf", file, "-C", to, "--no-same-owner"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch {
    throw damaged(file, existsSync(file) ? "it is not a whole archive" : "there is no such file");
  }
}

function manifestIn(staging: string, file: string): BackupManifest {
  let manifest: Partial<BackupManifest> = {};
  try {
    manifest = JSON.parse(readFileSync(path.join(staging, "manifest.json"), "utf8")) as BackupManifest;
  } catch {}
  if (manifest.format !== BACKUP_FORMAT) throw damaged(file, "it has no manifest of netlabd");
  return manifest as BackupManifest;
}

/** A database is whole, and of a version that is known. */
function checkOne(staged: string, file: string): void {
  const stat = lstatSync(staged);
  if (!DATABASE.test(path.basename(staged))) {
    if (stat.isFile() || stat.isDirectory()) return;
    throw damaged(file, `${path.basename(staged)} is not a file`);
  }
  if (!stat.isFile()) throw damaged(file, `${path.basename(staged)} is not a file`);
  let sql: Database.Database | undefined;
  try {
    sql = new Database(staged, { readonly: true });
    const found = sql.pragma("integrity_check(1)", { simple: true });
    if (found !== "ok") throw damaged(file, `${path.basename(staged)}: ${found}`);
    const version = sql.pragma("user_version", { simple: true }) as number;
    if (path.basename(staged) === "netlab.db" && version > SCHEMA_VERSION)
      throw new NetlabError("data-too-new", { file, version, known: SCHEMA_VERSION });
  } catch (error) {
    throw error instanceof NetlabError
      ? error
      : damaged(file, `${path.basename(staged)}: ${messageOf(error)}`);
  } finally {
    sql?.close();
  }
}

/** All of the databases, for rows of two pasts do not go together; of the small files those that are replaced. */
function setAside(folder: string, names: readonly string[], now: Date): string | undefined {
  const old = readdirSync(folder).filter((name) => REPLACED.test(name) || names.includes(name));
  if (old.length === 0) return undefined;
  const kept = path.join(folder, `replaced-${now.toISOString().replaceAll(/[:.]/g, "-")}`);
  mkdirSync(kept, { mode: 0o700 });
  for (const name of old) renameSync(path.join(folder, name), path.join(kept, name));
  return kept;
}

const damaged = (file: string, why: string) => new NetlabError("bad-backup", { file, why });
