/**
 * Reading of one log: its entries become rows here, in its order, each with the position in the same transaction. It ends where the
 * engine was away, the log turns out to be another, or an entry cannot be stored; the next one goes on at the position on disk.
 *
 *   entries ──→ own ones (acknowledged) · rows of an import (held) · of a row that is being written here (wait) · rows (applied)
 *
 * Long, because what an entry becomes and the position that it moves are one transaction.
 */
import type { Clock } from "../machines/_world.ts";
import type { LabDatabase } from "../stores/database.ts";
import type { LogPosition, LogTables, RowName } from "../stores/log-tables.ts";
import type { BusLog, LogEntry } from "./bus.ts";
import { HeldImports } from "./held-imports.ts";
import { KnownKeys } from "./known-keys.ts";
import { LogFollowing } from "./log-following.ts";
import { batchOfCommit, HEADER, IDENTITY_KEY, textOf } from "./log-keys.ts";
import { type LogWriting, newBatch } from "./log-writing.ts";
import type { Incoming, LoggedStore } from "./logged-store.ts";
import type { ReadTail } from "./read-tail.ts";
import type { ReplicationEvent } from "./replication-event.ts";

/**
 * `first`: nothing here was ever in a log, so no word of a removal is about it. `anew`: the log has lost something, or is another.
 * `again`: by another process, which knows nothing of the tail that the one before it read. These read all of it, the last takes only
 * what is behind its position, unless something before that is not as it is here; and then offer what it does not know. `on`: from the position on.
 */
export type Entering = "first" | "anew" | "again" | "on";

export interface SessionParts {
  readonly database: LabDatabase;
  readonly tables: LogTables;
  readonly clock: Clock;
  readonly stores: ReadonlyMap<string, LoggedStore>;
  readonly writing: LogWriting;
  readonly tail: ReadTail;
  readonly isKeeper: () => boolean;
  readonly tell: (event: ReplicationEvent) => void;
  /** The log is another one, or has lost entries. */
  readonly onReset: () => void;
  /** All of the log is read that this daemon did not know. */
  readonly onWhole: () => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface LogStand {
  readonly log: BusLog;
  readonly identity: string;
  /** Sequence of its last entry. */
  readonly last: number;
  readonly entering: Entering;
}

export class LogSession {
  readonly #parts: SessionParts;
  readonly #stand: LogStand;
  readonly #held: HeldImports;
  readonly #following: LogFollowing;
  /** Keys that the log knows, while all of it is read. */
  #known: KnownKeys | undefined;
  /** Entries up to here are taken. */
  #taken: number;
  /** Changes that are asked for, and the position on disk. */
  #underWay = 0;
  #kept: number;
  #isOver = false;

  constructor(parts: SessionParts, stand: LogStand) {
    this.#parts = parts;
    this.#stand = stand;
    this.#held = new HeldImports(parts.clock);
    const applied = parts.tables.position?.applied ?? 0;
    this.#kept = stand.entering === "on" ? applied : 0;
    this.#taken = stand.entering === "again" ? applied : 0;
    this.#known = stand.entering === "on" ? undefined : new KnownKeys();
    this.#following = new LogFollowing({
      log: stand.log,
      identity: stand.identity,
      tail: parts.tail,
      clock: parts.clock,
      onEntry: (entry) => this.#hear(entry),
      onLost: parts.onReset,
      onStall: (behind) => parts.tell({ kind: "stalled", behind }),
    });
  }

  begin(): void {
    this.#following.from(this.#kept + 1);
    this.#offerWhenRead();
  }

  end(): void {
    this.#isOver = true;
    this.#following.end();
  }

  get identity(): string {
    return this.#stand.identity;
  }

  get seen(): number {
    return this.#following.seen;
  }

  /** All that was asked for is stored, and nothing is held. */
  get isSettled(): boolean {
    return this.#underWay === 0 && this.#known === undefined && this.#floor > this.seen;
  }

  /** Once a second. Rejects where the engine does not answer. */
  async check(): Promise<void> {
    await this.#following.check();
    if (this.#isOver) return;
    if (this.#following.isCaughtUp) this.#dropOldImports();
    this.keep();
  }

  /** Own entries move the position, but are no reason for a transaction each. */
  keep(): void {
    if (this.#underWay === 0 && this.#position.applied > this.#kept) this.change(undefined, []);
  }

  /** Changes the tables and rows of entries in one transaction. */
  change(also: (() => void) | undefined, incoming: readonly Incoming[]): void {
    const { database, tables } = this.#parts;
    const position = this.#position;
    const isPositionKept = this.#known === undefined;
    const prepared = incoming.map(({ told }) => told.prepare());
    let isApplied = false;
    this.#underWay += 1;
    database.change({
      apply: () => {
        isApplied = !this.#isOver;
        also?.();
        if (!isApplied) return;
        tables.fromLog(() => {
          for (const one of prepared) one.apply();
        });
        if (isPositionKept) tables.keepPosition(position);
      },
      done: () => {
        this.#underWay -= 1;
        if (!isApplied) return;
        if (isPositionKept) this.#kept = position.applied;
        for (const one of prepared) one.done();
      },
      failed: (error) => {
        this.#underWay -= 1;
        // Later entries must not be stored before it: the next reading begins at the position on disk.
        if (!this.#isOver && incoming.length > 0) this.#parts.onTrouble(error);
      },
    });
  }

  get #floor(): number {
    return Math.min(this.#held.floor, this.#parts.writing.floor);
  }

  /** Entries up to here need not be read again, once what is asked for is stored. */
  get #position(): LogPosition {
    const applied = Math.min(this.seen, this.#floor - 1);
    const { last } = this.#following;
    const key = last?.sequence === applied ? last.key : null;
    return { identity: this.#stand.identity, applied, key };
  }

  #hear(entry: LogEntry): void {
    const batch = batchOfCommit(entry.key);
    if (entry.key === IDENTITY_KEY) {
      if (textOf(entry) !== this.#stand.identity) return this.#parts.onReset();
    } else if (entry.sequence <= this.#taken) {
      if (!this.#isHere(entry)) return this.#takeAll();
      this.#known?.addTaken(entry);
    } else if (batch !== undefined) this.#admit(this.#held.commit(batch));
    else this.#hearRow(entry);
    this.#offerWhenRead();
  }

  /** Row that was taken. One of an import is there by its end, which is not known yet; an own change may be on its way. */
  #isHere({ key, data, headers, ageMs }: LogEntry): boolean {
    const { stores, tables } = this.#parts;
    const store = stores.get(key.slice(0, key.indexOf(".")));
    const told = store?.read(textOf({ data }), ageMs);
    if (!store || !told || headers.has(HEADER.batch)) return true;
    return told.isHere() || tables.unsentOf({ store: store.name, name: told.name }) !== undefined;
  }

  /** The engine had lost entries up to the position, and has given their sequences to others. */
  #takeAll(): void {
    this.#taken = 0;
    this.#known = new KnownKeys();
    this.#following.from(1);
  }

  #hearRow(entry: LogEntry): void {
    const { key, sequence, headers } = entry;
    if (this.#parts.writing.knows(entry)) {
      this.#held.supersede(key, sequence);
      this.#known?.add(key);
      return;
    }
    const store = this.#parts.stores.get(key.slice(0, key.indexOf(".")));
    const told = store?.read(textOf(entry), entry.ageMs);
    if (!store || !told || store.keyOf(told.name) !== key)
      return this.#parts.tell({ kind: "unreadable", key });
    const incoming = { entry, store, told };
    const batch = headers.get(HEADER.batch)?.split("/")[0];
    if (batch === undefined) this.#admit([incoming]);
    else {
      this.#held.hold(batch, incoming);
      // Until its import has ended or is dropped, no row of here goes before it.
      this.#known?.add(key);
    }
  }

  #admit(incoming: readonly Incoming[]): void {
    const applied = incoming.filter((one) => this.#isToApply(one));
    for (const { entry } of applied) this.#held.supersede(entry.key, entry.sequence);
    if (applied.length > 0) this.change(undefined, applied);
  }

  #isToApply(incoming: Incoming): boolean {
    const { entry, store, told } = incoming;
    const { writing } = this.#parts;
    if (told.kind === "expired") {
      this.#held.supersede(entry.key, entry.sequence);
      const stand = store.standOf(told.name);
      const isOwn = stand !== "gone" && writing.wroteRecently(entry.key);
      // An own renewal that it has overtaken is told again.
      if (isOwn) writing.again([rowOf(incoming)]);
      // A row with a lease runs out by itself; one without is of before that lease, which was not read here.
      if (isOwn || stand !== "lasting") return false;
    }
    if (this.#known && this.#stand.entering === "first" && told.kind !== "row") return false;
    this.#known?.add(entry.key);
    return writing.judge(incoming) === "apply";
  }

  /** Once all of a log is read that this node did not know: what the log does not know of is offered. */
  #offerWhenRead(): void {
    const known = this.#known;
    if (!known || this.seen < this.#stand.last || this.#isOver) return;
    this.#known = undefined;
    let offered: RowName[] = [];
    const { database, tables, stores, writing } = this.#parts;
    const position = this.#position;
    database.change({
      apply: () => {
        if (this.#isOver) return;
        offered = [...stores.values()].flatMap((store) => this.#offer(store, known));
        tables.keepPosition(position);
      },
      done: () => {
        if (this.#isOver) return;
        writing.takeNoted();
        this.#parts.onWhole();
        this.#parts.tell({ kind: "entered", offered: offered.length });
      },
      failed: (error) => {
        if (!this.#isOver) this.#parts.onTrouble(error);
      },
    });
  }

  /**
   * Inside a transaction: notes the rows of a store that the log does not know; answers them. It may have taken some before all of it was read,
   * and what others did to these since would be undone.
   */
  #offer(store: LoggedStore, known: KnownKeys): RowName[] {
    const { tables, writing } = this.#parts;
    const isKnown = (key: string) => known.has(key) || writing.wroteRecently(key);
    const rows = store
      .names()
      .filter((name) => !isKnown(store.keyOf(name)))
      .map((name) => ({ store: store.name, name }))
      .filter((row) => !tables.unsentOf(row));
    const batch = store.isOfferedWhole && rows.length > 1 ? newBatch() : undefined;
    for (const row of rows) tables.note(row, batch);
    return rows;
  }

  #dropOldImports(): void {
    const dropped = this.#held.dropOld();
    if (dropped.length === 0) return;
    this.#parts.tell({ kind: "import-dropped", rows: dropped.length });
    // In the log they have taken the places of the rows as they are: one node puts those back.
    if (this.#parts.isKeeper()) this.#parts.writing.again(dropped.map(rowOf));
  }
}

const rowOf = ({ store, told }: Incoming): RowName => ({ store: store.name, name: told.name });
