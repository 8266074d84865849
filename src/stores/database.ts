/**
 * The SQLite file behind the stores: one writer, one transaction per turn of the event loop, forward migrations.
 *
 * A store asks for a change with `change`; the batch commits at the end of the turn; only then is each change made
 * visible and answered. What cannot be committed is refused to whoever asked for it, and nobody else's change is lost.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { messageOf, NetlabError } from "../errors.ts";

export interface Change {
  /** Inside the transaction: SQL. */
  readonly apply: () => void;
  /** After the commit: the view in memory, and the answer. */
  readonly done: () => void;
  /** It could not be stored. */
  readonly failed: (error: NetlabError) => void;
}

/** Forward migrations; the index is the version that each leads from. */
const migrations: ((schemaSql: string) => string)[] = [(schemaSql) => schemaSql];
export const SCHEMA_VERSION = migrations.length;
const OWNER_ONLY = 0o600;

export class LabDatabase {
  readonly file: string;
  readonly sql: Database.Database;
  #batch: Change[] = [];
  #isScheduled = false;
  #afterCommit: (() => void)[] = [];
  readonly #closers: (() => void)[] = [];
  readonly #release: () => void;

  /** Opens, or makes, `netlab.db` in `folder`. Throws where another daemon has it, or its schema is newer than ours. */
  static open(folder: string, schemaFile: string): LabDatabase {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(folder, error);
    }
    const release = lockFolder(folder);
    try {
      return new LabDatabase(path.join(folder, "netlab.db"), schemaFile, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  private constructor(file: string, schemaFile: string, release: () => void) {
    this.file = file;
    this.#release = release;
    let sql: Database.Database | undefined;
    try {
      keepToOwner(file);
      sql = new Database(file);
      sql.pragma("journal_mode = WAL");
      sql.pragma("synchronous = NORMAL");
      sql.pragma("busy_timeout = 1000");
      migrate(sql, file, schemaFile);
    } catch (error) {
      sql?.close();
      if (error instanceof NetlabError) throw error;
      throw new NetlabError("data-unusable", `cannot use ${file}: ${messageOf(error)}`, { cause: error });
    }
    this.sql = sql;
  }

  /** Adds to this turn's batch. */
  change(change: Change): void {
    this.#batch.push(change);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  /** The same, as a promise of the answer. */
  changed<Answer>(apply: () => void, done: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.change({ apply, done: () => resolve(done()), failed: reject });
    });
  }

  /** Runs `then` now, or after the changes already asked for. */
  settled(then: () => void): void {
    if (this.#batch.length === 0) then();
    else this.#afterCommit.push(then);
  }

  /** A store's last word, before the last commit. */
  beforeClose(closer: () => void): void {
    this.#closers.push(closer);
  }

  /** Commits what waits. */
  flush(): void {
    this.#isScheduled = false;
    const batch = this.#batch;
    this.#batch = [];
    const followers = this.#afterCommit;
    this.#afterCommit = [];
    if (batch.length > 0) this.#commit(batch);
    for (const follow of followers) follow();
  }

  #commit(batch: readonly Change[]): void {
    try {
      this.#transact(batch);
    } catch {
      // One bad change must not take its neighbours along: each on its own, in order.
      for (const change of batch) this.#commitAlone(change);
      return;
    }
    for (const change of batch) change.done();
  }

  #commitAlone(change: Change): void {
    try {
      this.#transact([change]);
    } catch (error) {
      change.failed(new NetlabError("not-stored", `not stored: ${messageOf(error)}`, { cause: error }));
      return;
    }
    change.done();
  }

  #transact(batch: readonly Change[]): void {
    this.sql.transaction(() => {
      for (const change of batch) change.apply();
    })();
  }

  /** Commits, checkpoints, closes; the folder is free for another daemon. */
  close(): void {
    for (const closer of this.#closers) closer();
    this.flush();
    this.sql.pragma("wal_checkpoint(TRUNCATE)");
    this.sql.close();
    this.#release();
  }
}

function migrate(sql: Database.Database, file: string, schemaFile: string): void {
  const version = sql.pragma("user_version", { simple: true }) as number;
  if (version > SCHEMA_VERSION) {
    throw new NetlabError(
      "data-too-new",
      `${file} has schema version ${version}, this netlabd knows ${SCHEMA_VERSION}: use the newer netlabd, or another folder with --data`,
    );
  }
  for (let next = version; next < SCHEMA_VERSION; next += 1) {
    const step = migrations[next]?.(readFileSync(schemaFile, "utf8"));
    sql.transaction(() => {
      if (step) sql.exec(step);
      sql.pragma(`user_version = ${next + 1}`);
    })();
  }
}

/**
 * One daemon a folder. The lock is SQLite's own on a file beside the database: the kernel lets go of it however the
 * daemon ends, so there is no stale one. The pid beside it is only for people.
 */
/** Tokens are in it. SQLite gives the files beside it the same mode. */
function keepToOwner(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, "a", OWNER_ONLY));
  const { uid, mode } = statSync(file);
  // One that a group shares on purpose is somebody else's.
  if (uid === process.getuid?.() && (mode & 0o077) !== 0) chmodSync(file, OWNER_ONLY);
}

function lockFolder(folder: string): () => void {
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

const isBusy = (error: unknown) =>
  error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");

function inUse(folder: string, pidFile: string, cause: unknown): NetlabError {
  return new NetlabError(
    "data-in-use",
    `the data folder ${folder} is used by another netlabd${pidIn(pidFile)}: attach to it with netlabctl, or name another with --data`,
    { cause },
  );
}

function unusable(folder: string, cause: unknown): NetlabError {
  return new NetlabError(
    "data-unusable",
    `cannot use the data folder ${folder}: ${messageOf(cause)}; name another with --data`,
    { cause },
  );
}

function pidIn(pidFile: string): string {
  try {
    return `, pid ${readFileSync(pidFile, "utf8").trim()}`;
  } catch {
    return "";
  }
}
