/**
 * Writing of own changes to the log: what is noted on disk is sent until the log has it, the newest state of each row. While an own
 * change of a row is on its way, others' entries of it wait: the order of the log decides, and the own entry may come behind them.
 *
 * Long, because the life of a pending row is one invariant, from its note on disk to the end of its import.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../machines/_world.ts";
import type { LabDatabase } from "../stores/database.ts";
import type { LogTables, RowName, Unsent } from "../stores/log-tables.ts";
import type { BusLog, LogEntry } from "./bus.ts";
import { commitKey, HEADER } from "./log-keys.ts";
import type { Incoming, LoggedStore } from "./logged-store.ts";
import { OwnImports } from "./own-imports.ts";
import { RecentWrites, type Write } from "./recent-writes.ts";
import { type Attempt, WriteAttempts } from "./write-attempts.ts";

/** Entries under way at once. */
const MAX_UNDER_WAY = 256;

export interface WritingParts {
  readonly database: LabDatabase;
  readonly tables: LogTables;
  readonly clock: Clock;
  readonly stores: ReadonlyMap<string, LoggedStore>;
  /** This node is the one that tells the log of leases that are over. */
  readonly mayTellExpiry: () => boolean;
  /** Changes the tables, and the rows of entries that had waited, in one transaction. */
  readonly change: (tables: () => void, incoming: readonly Incoming[]) => void;
  /** The engine has lost own entries that it had acknowledged. */
  readonly onLost: (entries: number) => void;
}

interface Pending {
  readonly row: Unsent;
  readonly key: string;
  underWay: Attempt | undefined;
  /** Sequence of a row whose import has not ended. */
  sequence: number | undefined;
}

/** Fate of an entry. */
export type Verdict = "apply" | "skip" | "wait";

export class LogWriting {
  readonly #parts: WritingParts;
  readonly #recent: RecentWrites;
  readonly #imports: OwnImports;
  readonly #attempts: WriteAttempts;
  readonly #pending = new Map<string, Pending>();
  readonly #queue = new Set<string>();
  #walk = this.#queue.values();
  readonly #waiting = new Map<string, Incoming>();
  readonly #noted = new Map<string, RowName>();
  #log: BusLog | undefined;
  #highest = 0;

  constructor(parts: WritingParts) {
    this.#parts = parts;
    this.#recent = new RecentWrites(parts.clock);
    this.#imports = new OwnImports(parts.clock);
    this.#attempts = new WriteAttempts(parts.clock);
    const { tables, database } = parts;
    tables.onNoted = (row) => this.#noted.set(`${row.store} ${row.name}`, row);
    database.follow(() => this.takeNoted());
    // Of an import that a kill cut, others may have dropped what they had.
    for (const batch of new Set(tables.unsent().map((row) => row.batch)))
      if (batch !== null) tables.renameBatch(batch, newBatch());
    for (const row of tables.unsent()) this.#refresh(row);
  }

  /** Rows that the log may not have yet. */
  get unsent(): number {
    return this.#pending.size;
  }

  /** Highest sequence that was acknowledged. */
  get highest(): number {
    return this.#highest;
  }

  /** Lowest sequence of an entry that waits; infinity where there is none. */
  get floor(): number {
    let floor = Number.POSITIVE_INFINITY;
    for (const { entry } of this.#waiting.values()) floor = Math.min(floor, entry.sequence);
    return floor;
  }

  /** `isNew`: nothing that an earlier log acknowledged counts. */
  begin(log: BusLog, isNew: boolean): void {
    this.#log = log;
    // Entries that wait are read again.
    this.#waiting.clear();
    if (isNew) this.#forgetLog();
    else this.#recent.doubt();
    this.#queueAll();
    this.#pump();
  }

  #forgetLog(): void {
    this.#writeAgain(this.#recent.takeAll());
    this.#attempts.clear();
    this.#highest = 0;
    for (const pending of this.#pending.values()) pending.underWay = undefined;
    for (const batch of this.#imports.all()) this.#beginAnew(batch);
  }

  /** Words of leases that are over are not sent later: others may have renewed them by then. */
  pause(): void {
    this.#log = undefined;
    for (const pending of [...this.#pending.values()])
      if (pending.row.cause === "expired") this.#finish(pending, undefined);
  }

  /** Takes up what was noted in the transaction that is committed now. */
  takeNoted(): void {
    if (this.#noted.size === 0) return;
    const noted = [...this.#noted.values()];
    this.#noted.clear();
    for (const row of noted) this.#refresh(row);
    this.#pump();
  }

  /** Answers whether an entry tells nothing new: it is the own one of a row that has not changed since, or an earlier one. */
  knows(entry: LogEntry): boolean {
    const attempt = this.#attempts.take(entry.headers.get(HEADER.write));
    if (attempt) this.#acknowledged(attempt, entry.sequence);
    return this.#recent.covers(entry);
  }

  /** Of an entry that `knows` does not know. */
  judge(incoming: Incoming): Verdict {
    const { key } = incoming.entry;
    const pending = this.#pending.get(key);
    if (pending && pending.sequence === undefined) {
      this.#waiting.set(key, incoming);
      return "wait";
    }
    if (this.#recent.covers(incoming.entry)) return "skip";
    if (pending) this.#finish(pending, undefined);
    this.#recent.remove(key);
    return "apply";
  }

  wroteRecently(key: string): boolean {
    return this.#recent.has(key);
  }

  /** An import that was lost in part is written whole, as another. */
  #writeAgain(writes: readonly Write[]): void {
    const names = new Map<string, string>();
    for (const { batch } of writes) if (batch !== null && !names.has(batch)) names.set(batch, newBatch());
    this.again(
      writes.flatMap(({ key, row, batch }) =>
        row && !this.#pending.has(key) ? { ...row, batch: names.get(batch ?? "") } : [],
      ),
    );
  }

  /** Writes rows again that the engine, or another node's entry, has lost. */
  again(rows: readonly (RowName & { readonly batch?: string | undefined })[]): void {
    const { database, tables } = this.#parts;
    database.change({
      apply: () => {
        for (const row of rows) tables.note(row, row.batch);
      },
      done: () => this.takeNoted(),
      failed: () => undefined,
    });
  }

  /** Once a second; `seen`: how far the log is read. Rejects where the engine does not answer. */
  async check(seen: number): Promise<void> {
    for (const attempt of this.#attempts.giveUpOld()) this.#unanswered(attempt);
    for (const batch of this.#imports.tooSlow()) this.#beginAnew(batch);
    for (const batch of this.#imports.all()) this.#endImport(batch);
    this.#queueAll();
    this.#pump();
    this.#recent.forgetOld(seen);
    const lost = this.#log ? await this.#recent.lostIn(this.#log) : [];
    if (lost.length > 0) this.#parts.onLost(lost.length);
  }

  #storeOf({ store }: RowName): LoggedStore {
    const found = this.#parts.stores.get(store);
    if (!found) throw new Error(`no store ${store}`);
    return found;
  }

  #refresh(name: RowName): void {
    const row = this.#parts.tables.unsentOf(name);
    if (!row) return;
    const key = this.#storeOf(row).keyOf(row.name);
    const before = this.#pending.get(key);
    if (before?.row.version === row.version) return;
    if (before?.row.batch) this.#imports.remove(before.row.batch, key);
    const pending: Pending = { row, key, underWay: before?.underWay, sequence: undefined };
    // Told by one node alone, and not from before it read what others wrote.
    if (row.cause === "expired" && !(this.#log && this.#parts.mayTellExpiry()))
      return this.#finish(pending, undefined);
    this.#pending.set(key, pending);
    if (row.batch) this.#imports.add(row.batch, key);
    this.#queue.add(key);
  }

  #queueAll(): void {
    for (const [key, { underWay, sequence }] of this.#pending)
      if (underWay === undefined && sequence === undefined) this.#queue.add(key);
  }

  #pump(): void {
    while (this.#log && this.#attempts.underWay < MAX_UNDER_WAY) {
      const key = this.#takeQueued();
      if (key === undefined) return;
      const pending = this.#pending.get(key);
      if (pending && pending.underWay === undefined) this.#send(this.#log, pending);
    }
  }

  /** Goes on with the walk that began: a new one passes over the places of all that were taken before. */
  #takeQueued(): string | undefined {
    let next = this.#walk.next();
    if (next.done) {
      this.#walk = this.#queue.values();
      next = this.#walk.next();
    }
    if (next.done) return undefined;
    this.#queue.delete(next.value);
    return next.value;
  }

  #send(log: BusLog, pending: Pending): void {
    const { row, key } = pending;
    const text = this.#storeOf(row).entryOf(row.name, row.cause);
    const attempt = this.#attempts.begin({ key, version: row.version, batch: row.batch });
    const headers = new Map<string, string>([[HEADER.write, attempt.write]]);
    if (row.batch) headers.set(HEADER.batch, `${row.batch}/${this.#imports.started(row.batch)}`);
    pending.underWay = attempt;
    const { write } = attempt;
    log.append(key, Buffer.from(text), { headers, write }).then(
      (sequence) => {
        if (this.#attempts.take(write)) this.#acknowledged(attempt, sequence);
      },
      () => this.#unanswered(attempt),
    );
  }

  /** Whether the engine has it is not known: it is sent again with the next check, unless it is read before. */
  #unanswered(attempt: Attempt): void {
    this.#attempts.giveUp(attempt);
    const pending = this.#pending.get(attempt.key);
    if (pending?.underWay === attempt) pending.underWay = undefined;
  }

  /** A row that nothing is to be sent of any more is read as another's: a write before this one was enough, and others came between. */
  #acknowledged(attempt: Attempt, sequence: number): void {
    const { key, version, batch } = attempt;
    this.#highest = Math.max(this.#highest, sequence);
    const pending = this.#pending.get(key);
    if (pending) {
      if (pending.underWay === attempt) pending.underWay = undefined;
      this.#recent.add({ key, row: pending.row, batch, sequence, write: attempt.write });
      const isSame = pending.row.version === version && pending.row.batch === batch;
      if (!isSame) this.#queue.add(key);
      else this.#has(pending, sequence);
    }
    this.#pump();
  }

  /** The log has the row as it is now. */
  #has(pending: Pending, sequence: number): void {
    const { row, key } = pending;
    const isOvertaken = (this.#waiting.get(key)?.entry.sequence ?? 0) > sequence;
    if (row.batch === null) return this.#finish(pending, sequence);
    pending.sequence = sequence;
    this.#imports.acknowledged(row.batch, key);
    if (isOvertaken) this.#finish(pending, sequence);
    else this.#waiting.delete(key);
    this.#endImport(row.batch);
  }

  /** Nothing is to be sent of it any more; an entry that waited is applied where it is later. */
  #finish({ row, key }: Pending, sequence: number | undefined): void {
    this.#pending.delete(key);
    this.#queue.delete(key);
    if (row.batch) this.#imports.remove(row.batch, key);
    const incoming = this.#waiting.get(key);
    this.#waiting.delete(key);
    const isLater = incoming && incoming.entry.sequence > (sequence ?? 0);
    this.#parts.change(() => this.#parts.tables.sent(row), isLater ? [incoming] : []);
  }

  /** Once the log has all of its rows. */
  #endImport(batch: string): void {
    if (!this.#log || !this.#imports.mayEnd(batch)) return;
    this.#writeEnd(batch).then(
      () => this.#ended(batch),
      // Two ends are no harm.
      () => this.#imports.notEnded(batch),
    );
  }

  async #writeEnd(batch: string): Promise<void> {
    if (!this.#log) throw new Error("no log to write to");
    const key = commitKey(batch);
    const sequence = await this.#log.append(key, Buffer.from("{}"));
    this.#highest = Math.max(this.#highest, sequence);
    this.#recent.add({ key, row: undefined, batch, sequence, write: undefined });
  }

  #ended(batch: string): void {
    const rows = this.#imports.end(batch).flatMap((key) => this.#pending.get(key) ?? []);
    for (const { key } of rows) this.#pending.delete(key);
    this.#parts.change(() => {
      for (const { row } of rows) this.#parts.tables.sent(row);
    }, []);
  }

  /** All of its rows as those of another: others may have dropped what they had of it. */
  #beginAnew(batch: string): void {
    const rows = this.#imports.end(batch);
    if (rows.length === 0) return;
    const name = newBatch();
    for (const key of rows) {
      const pending = this.#pending.get(key);
      if (!pending) continue;
      const row = { ...pending.row, batch: name };
      this.#pending.set(key, { row, key, underWay: undefined, sequence: undefined });
      this.#imports.add(name, key);
      this.#queue.add(key);
    }
    this.#parts.change(() => this.#parts.tables.renameBatch(batch, name), []);
    this.#pump();
  }
}

export const newBatch = () => randomBytes(8).toString("hex");
