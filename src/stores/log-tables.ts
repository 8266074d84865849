/**
 * Tables of a daemon that shares its registry and address book with others: how far it has read the cluster's log, and rows that
 * were changed here and may not be in the log yet. Triggers note such a row in the transaction that changes it, so that none is
 * forgotten by a kill. They are temporary: without a cluster no change costs more.
 */
import type { Clock } from "../machines/_world.ts";
import type { LabDatabase } from "./database.ts";

export interface LogPosition {
  /** Of the log itself: another one has another. */
  readonly identity: string;
  readonly applied: number;
  /** Of the entry there: an engine that lost it has given its sequence to another. Null where it is not known. */
  readonly key: string | null;
}

/** Row of a store, by its name there. */
export interface RowName {
  readonly store: string;
  readonly name: string;
}

export interface Unsent extends RowName {
  /** Another with each change, and never one that was. */
  readonly version: number;
  /** Why the row is gone, where its lease is the reason. */
  readonly cause: "expired" | null;
  /** Import that it is of. */
  readonly batch: string | null;
}

interface Noted {
  readonly store: string;
  readonly table: string;
  /** SQL of a row's name, and of the end of its lease. */
  readonly name: (row: string) => string;
  readonly expiresAt: (row: string) => string;
  /** SQL of whether an update is a change for others. */
  readonly isChange: string;
}

const NOTED: readonly Noted[] = [
  {
    store: "registry",
    table: "registrations",
    name: (row) => `${row}.port || '/' || ${row}.ip`,
    expiresAt: (row) => `${row}.expires_at`,
    isChange: "true",
  },
  {
    store: "addressBook",
    table: "addresses",
    name: (row) => `${row}.email`,
    expiresAt: () => "NULL",
    isChange: "old.name IS NOT new.name",
  },
];

export class LogTables {
  /** Hears of rows that were noted, before their transaction is committed. */
  onNoted: (row: RowName) => void = () => undefined;
  #isFromLog = false;
  #batch: string | null = null;
  #version: number;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(database: LabDatabase, clock: Clock) {
    const { sql } = database;
    sql.function("log_takes", (store: string, name: string) => {
      if (this.#isFromLog) return 0;
      this.onNoted({ store, name });
      return 1;
    });
    this.#version = highestVersion(sql);
    sql.function("log_version", () => this.#nextVersion());
    sql.function("log_batch", () => this.#batch);
    sql.function("log_now", () => clock.now());
    for (const noted of NOTED) sql.exec(triggersOf(noted));
    this.#statements = statementsOf(database);
  }

  get position(): LogPosition | undefined {
    return this.#statements.position.get();
  }

  /** The following run inside a transaction. */

  keepPosition({ identity, applied, key }: LogPosition): void {
    this.#statements.keepPosition.run(identity, applied, key);
  }

  /** Changes that `work` makes are the log's, and are not noted. */
  fromLog(work: () => void): void {
    this.#isFromLog = true;
    try {
      work();
    } finally {
      this.#isFromLog = false;
    }
  }

  /** Changes that `work` makes are of one import. */
  inBatch(batch: string, work: () => void): void {
    this.#batch = batch;
    try {
      work();
    } finally {
      this.#batch = null;
    }
  }

  /** Notes a row that did not change: the log is to be told of it anew. */
  note({ store, name }: RowName, batch?: string): void {
    this.#statements.note.run(store, name, this.#nextVersion(), batch ?? null);
    this.onNoted({ store, name });
  }

  /** The log has this version of it; a later one stays noted. */
  sent({ store, name, version }: Unsent): void {
    this.#statements.sent.run(store, name, version);
  }

  renameBatch(from: string, to: string): void {
    this.#statements.renameBatch.run(to, from);
  }

  unsent(): Unsent[] {
    return this.#statements.unsent.all();
  }

  unsentOf({ store, name }: RowName): Unsent | undefined {
    return this.#statements.unsentOf.get(store, name);
  }

  #nextVersion(): number {
    this.#version += 1;
    return this.#version;
  }
}

const highestVersion = (sql: LabDatabase["sql"]) =>
  sql.prepare<[], number>("SELECT ifnull(max(version), 0) FROM log_unsent").pluck().get() as number;

// A lease that ran out before the log heard of it is no other node's to tell.
const NOTED_AGAIN = `
  ON CONFLICT (store, name) DO UPDATE SET
    version = excluded.version, cause = NULL, batch = excluded.batch`;

function statementsOf({ sql }: LabDatabase) {
  return {
    position: sql.prepare<[], LogPosition>("SELECT identity, applied, key FROM log_position"),
    keepPosition: sql.prepare<[string, number, string | null]>(`
      INSERT INTO log_position (id, identity, applied, key) VALUES (1, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        identity = excluded.identity, applied = excluded.applied, key = excluded.key`),
    note: sql.prepare<[string, string, number, string | null]>(
      `INSERT INTO log_unsent (store, name, version, cause, batch) VALUES (?, ?, ?, NULL, ?) ${NOTED_AGAIN}`,
    ),
    sent: sql.prepare<[string, string, number]>(
      "DELETE FROM log_unsent WHERE store = ? AND name = ? AND version = ?",
    ),
    renameBatch: sql.prepare<[string, string]>("UPDATE log_unsent SET batch = ? WHERE batch = ?"),
    unsent: sql.prepare<[], Unsent>("SELECT store, name, version, cause, batch FROM log_unsent"),
    unsentOf: sql.prepare<[string, string], Unsent>(
      "SELECT store, name, version, cause, batch FROM log_unsent WHERE store = ? AND name = ?",
    ),
  };
}

function triggersOf({ store, table, name, expiresAt, isChange }: Noted): string {
  const trigger = (
    event: "INSERT" | "UPDATE" | "DELETE",
    row: "new" | "old",
    when: string,
    cause: string,
  ) => `
    CREATE TEMP TRIGGER log_${table}_${event} AFTER ${event} ON main.${table}
    WHEN ${when} AND log_takes('${store}', ${name(row)})
    BEGIN
      INSERT INTO log_unsent (store, name, version, cause, batch)
      VALUES ('${store}', ${name(row)}, log_version(), ${cause}, log_batch()) ${NOTED_AGAIN};
    END;`;
  const cause = `CASE WHEN ${expiresAt("old")} <= log_now() THEN 'expired' END`;
  return [
    trigger("INSERT", "new", "true", "NULL"),
    trigger("UPDATE", "new", isChange, "NULL"),
    trigger("DELETE", "old", "true", cause),
  ].join("");
}
