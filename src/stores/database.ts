/**
 * The SQLite file behind the stores: one writer, one transaction per turn of the event loop, forward migrations. While many rows come
 * that no caller waits for, a transaction is of a few turns.
 *
 * A store asks for a change with `change`; the batch commits at the end of the turn; only then is each change made
 * visible and answered. A change that cannot be committed is refused to the store that asked for it, and no other is lost.
 *
 * Long, because the life of a batch is one invariant, from its first change to its answer.
 */
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { NetlabError } from "../errors.ts";
import { removeHalfMade } from "./backup-staging.ts";
import { damageOf, setAside } from "./damage.ts";
import { fileTroubleOf, whyNotStored } from "./file-trouble.ts";
import { keepToOwner, lockFolder, unusable } from "./folder-lock.ts";
import { migrate, SCHEMA_VERSION } from "./migrating.ts";

export interface Change {
  /** Inside the transaction: SQL. */
  readonly apply: () => void;
  /** After the commit: the view in memory, and the answer. */
  readonly done: () => void;
  /** Called if it could not be stored. */
  readonly failed: (error: NetlabError) => void;
  /** Rows that no caller waits for; without any, the commit is due at the end of the turn. */
  readonly patientRows?: number;
  /** Changes that it is made of, which can be stored or refused each by itself. */
  readonly parts?: () => readonly Change[];
}

/** Listener for the state of the file. */
export interface DatabaseWatch {
  /** Changes are refused from now on, or the file was set aside: a sentence for the operator, once. */
  readonly trouble: (sentence: string) => void;
  /** The first change after that was stored. */
  readonly recovered: (sentence: string) => void;
  /** A store, or a reader that waited for one, threw when it was answered: a bug, and no other's affair. */
  readonly bug: (error: unknown) => void;
}

/** A store's command that is on disk, as a log has it. */
export interface Committed {
  readonly store: string;
  readonly command: { readonly op: PropertyKey };
}

/** Another program's hold on the file is waited out so long, and looked at so often, before changes are refused. */
const PATIENCE_MS = 1_000;
const RETRY_MS = 20;
/** Pause between them, for each costs a sync of the file: not for every change that a full disk refuses. */
const MAKE_ROOM_EVERY_MS = 1_000;
/** A commit waits another turn while so many more rows come in each, and is never of many more than this. */
const GROWTH = { leastRows: 16, mostRows: 1_024 };
/** Limit of opening and closing, beside which no peer waits. */
const OPEN_PATIENCE_MS = 2_000;

const NOBODY: DatabaseWatch = {
  trouble: () => undefined,
  recovered: () => undefined,
  bug: (error) =>
    queueMicrotask(() => {
      throw error;
    }),
};

export { SCHEMA_VERSION };

export class LabDatabase {
  readonly file: string;
  readonly sql: Database.Database;
  readonly #watch: DatabaseWatch;
  #batch: Change[] = [];
  #isScheduled = false;
  /** Patient rows of the batch at the end of the last turn. */
  #grownTo = 0;
  #afterCommit: (() => void)[] = [];
  #nextRoomAt = 0;
  /** The last commit was refused by the file or the disk. */
  #isTroubled = false;
  readonly #closers: (() => void)[] = [];
  readonly #followers = new Set<(entry: Committed) => void>();
  readonly #release: () => void;

  /**
   * Opens, or makes, `netlab.db` in `folder`; a damaged one is set aside first. Throws where another daemon has it, or its
   * schema is newer than ours.
   */
  static open(folder: string, schemaFile: string, watch: DatabaseWatch = NOBODY): LabDatabase {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(folder, error);
    }
    const release = lockFolder(folder);
    const file = path.join(folder, "netlab.db");
    try {
      removeHalfMade(folder);
      keepDamaged(file, watch);
      return new LabDatabase(file, schemaFile, release, watch);
    } catch (error) {
      release();
      throw error;
    }
  }

  private constructor(file: string, schemaFile: string, release: () => void, watch: DatabaseWatch) {
    this.file = file;
    this.#release = release;
    this.#watch = watch;
    let sql: Database.Database | undefined;
    try {
      keepToOwner(file);
      sql = new Database(file, { timeout: OPEN_PATIENCE_MS });
      // A new file has nothing to lose yet: six waits for the disk would be a twentieth of a start.
      if (statSync(file).size === 0) sql.pragma("synchronous = OFF");
      sql.pragma("journal_mode = WAL");
      migrate(sql, file, schemaFile);
      sql.pragma("synchronous = NORMAL");
      // From here on waiting is done between turns of the loop, where it keeps no peer.
      sql.pragma("busy_timeout = 0");
    } catch (error) {
      sql?.close();
      if (error instanceof NetlabError) throw error;
      throw new NetlabError("data-unusable/file", { file, why: whyNotStored(error) }, { cause: error });
    }
    this.sql = sql;
  }

  /** Adds to this turn's batch. */
  change(change: Change): void {
    this.#batch.push(change);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A store that was refused is refused at once, until the file can be written again.
    const until = this.#isTroubled ? 0 : performance.now() + PATIENCE_MS;
    this.#grownTo = 0;
    setImmediate(() => this.#flushOrGrow(until));
  }

  #flushOrGrow(until: number): void {
    if (this.#mayGrow()) setImmediate(() => this.#flushOrGrow(until));
    else this.#flush(until);
  }

  /** A commit costs as much as some rows: those that no caller waits for share it with those that come in the next turn. */
  #mayGrow(): boolean {
    if (this.#afterCommit.length > 0) return false;
    let rows = 0;
    for (const { patientRows = 0 } of this.#batch) {
      if (patientRows === 0) return false;
      rows += patientRows;
    }
    const grownBy = rows - this.#grownTo;
    this.#grownTo = rows;
    return grownBy >= GROWTH.leastRows && rows < GROWTH.mostRows;
  }

  /** The same, as a promise of the answer. */
  changed<Answer>(apply: () => void, done: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const answer = () => {
        try {
          resolve(done());
        } catch (error) {
          reject(error);
        }
      };
      this.change({ apply, done: answer, failed: reject });
    });
  }

  /** Follows every command of every store from its commit on, in their order, until the answer is called. */
  follow(follower: (entry: Committed) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** A store's word that a command of it is on disk and visible. */
  committed(entry: Committed): void {
    for (const follower of this.#followers) this.#notify(() => follower(entry));
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
    this.#flush(0);
  }

  /** While another program holds the file it is tried again until then, between turns of the loop. */
  #flush(until: number): void {
    this.#isScheduled = false;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0 && !this.#commit(batch, until)) {
      this.#batch = batch;
      this.#isScheduled = true;
      setTimeout(() => this.#flush(until), RETRY_MS);
      return;
    }
    const followers = this.#afterCommit;
    this.#afterCommit = [];
    for (const follow of followers) this.#notify(follow);
  }

  /** False where it is to be tried again. */
  #commit(batch: readonly Change[], until: number): boolean {
    try {
      this.#transact(batch);
    } catch (error) {
      const trouble = fileTroubleOf(error);
      if (trouble === "held" && performance.now() < until) return false;
      if (trouble === "full" && this.#makeRoom()) return this.#commit(batch, until);
      // A change that is too large for a full disk may have smaller neighbours; any other trouble stops them all.
      if (trouble && trouble !== "full") this.#refuse(batch, error);
      // A bad change must not take its neighbours along: each on its own, in order.
      else for (const change of batch.flatMap(partsOf)) this.#commitAlone(change);
      return true;
    }
    this.#stored(batch);
    return true;
  }

  /** Gives back to a full disk what the log holds twice; answers whether that was anything. */
  #makeRoom(): boolean {
    const now = performance.now();
    if (now < this.#nextRoomAt) return false;
    this.#nextRoomAt = now + MAKE_ROOM_EVERY_MS;
    try {
      const [log] = this.sql.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
      return log?.busy === 0;
    } catch (error) {
      if (fileTroubleOf(error)) return false;
      throw error;
    }
  }

  #commitAlone(change: Change): void {
    try {
      this.#transact([change]);
    } catch (error) {
      return this.#refuse([change], error);
    }
    this.#stored([change]);
  }

  #stored(batch: readonly Change[]): void {
    if (this.#isTroubled) this.#watch.recovered(`${this.file} can be changed again`);
    this.#isTroubled = false;
    for (const change of batch) this.#notify(() => change.done());
  }

  #refuse(batch: readonly Change[], error: unknown): void {
    const why = whyNotStored(error);
    if (fileTroubleOf(error) && !this.#isTroubled) {
      this.#isTroubled = true;
      this.#watch.trouble(`${this.file} cannot be changed now, changes are refused: ${why}`);
    }
    const refusal = new NetlabError("not-stored", { why }, { cause: error });
    for (const change of batch) this.#notify(() => change.failed(refusal));
  }

  /** A reader that throws when it is answered must not take along the others' answers. */
  #notify(answer: () => void): void {
    try {
      answer();
    } catch (error) {
      this.#watch.bug(error);
    }
  }

  #transact(batch: readonly Change[]): void {
    this.sql
      .transaction(() => {
        for (const change of batch) change.apply();
      })
      .immediate();
  }

  /** Commits, checkpoints, closes; the folder is free for another daemon. */
  close(): void {
    for (const closer of this.#closers) this.#notify(closer);
    this.sql.pragma(`busy_timeout = ${OPEN_PATIENCE_MS}`);
    this.flush();
    this.sql.pragma("wal_checkpoint(TRUNCATE)");
    this.sql.close();
    this.#release();
  }
}

const partsOf = (change: Change): readonly Change[] => change.parts?.() ?? [change];

/** A lab without its past beats none: a file that cannot be read is kept under another name, and a new one is begun. */
function keepDamaged(file: string, watch: DatabaseWatch): void {
  const damage = damageOf(file);
  if (damage === undefined) return;
  try {
    const kept = path.basename(setAside(file, Date.now()));
    watch.trouble(`${file} was damaged (${damage}): it is kept as ${kept}, and a new one is begun`);
  } catch (error) {
    throw unusable(path.dirname(file), error);
  }
}
