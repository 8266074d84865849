/**
 * Registry and address book of all daemons of a lab, as one log: each daemon writes its own changes into its own database at once, and
 * to the log when the bus is there; and reads the log into its database. Reading and asking stay what they are without a cluster.
 *
 *   apart ──bus there──→ entering ──log read──→ reading ──bus away, another log, not stored──→ apart
 */
import type { Clock } from "../machines/_world.ts";
import type { LabDatabase } from "../stores/database.ts";
import type { LogTables } from "../stores/log-tables.ts";
import type { Bus, BusLog } from "./bus.ts";
import { identityOf } from "./log-identity.ts";
import { LogSession } from "./log-session.ts";
import { LogWriting } from "./log-writing.ts";
import type { LoggedStore } from "./logged-store.ts";
import type { Nodes } from "./nodes.ts";
import { ReadTail } from "./read-tail.ts";
import { RegistryKeeper } from "./registry-keeper.ts";
import type { ReplicationEvent } from "./replication-event.ts";
import { steadyClock } from "./steady-clock.ts";

const CHECK_MS = 1_000;
const PAUSE_MS = { least: 1_000, most: 30_000 };
/** Checks that the engine does not answer, before the log is opened anew. */
const MAX_UNANSWERED = 3;

export interface ReplicationParts {
  readonly database: LabDatabase;
  readonly clock: Clock;
  readonly tell: (event: ReplicationEvent) => void;
}

export interface ClusterParts {
  readonly bus: Bus;
  readonly nodes: Nodes;
  /** Of the log; two labs on one engine have two. */
  readonly logName: string;
}

export class ReplicatedLog {
  readonly tables: LogTables;
  readonly #parts: ReplicationParts;
  readonly #stores: ReadonlyMap<string, LoggedStore>;
  readonly #writing: LogWriting;
  readonly #tail: ReadTail;
  #cluster: ClusterParts | undefined;
  #keeper: RegistryKeeper | undefined;
  #session: LogSession | undefined;
  #timer: unknown;
  #unwatch: () => void = () => undefined;
  #isEntering = false;
  #isClosed = false;
  /** Of the log that turned out to be another, or to have lost entries. */
  #lost: string | undefined;
  /** This process has read all of the log. */
  #isWhole = false;
  #unanswered = 0;
  /** Told, and not over. */
  #isTroubled = false;
  #pauseMs = PAUSE_MS.least;
  #notBefore = 0;

  constructor(parts: ReplicationParts, tables: LogTables, stores: readonly LoggedStore[]) {
    const { database } = parts;
    const clock = steadyClock(parts.clock);
    this.#parts = { ...parts, clock };
    this.tables = tables;
    this.#stores = new Map(stores.map((store) => [store.name, store]));
    this.#tail = new ReadTail(clock);
    this.#writing = new LogWriting({
      database,
      tables,
      clock,
      stores: this.#stores,
      mayTellExpiry: () => this.#keeper?.isOwn ?? false,
      change: (also, incoming) => this.#change(also, incoming),
      onLost: (entries) => {
        parts.tell({ kind: "lost", entries });
        this.#reset();
      },
    });
  }

  /** Own changes that the log may not have yet. */
  get unsent(): number {
    return this.#writing.unsent;
  }

  /** Nothing is on its way: no own change to the log, no entry of it that was acknowledged into the database. */
  get isSettled(): boolean {
    const session = this.#session;
    return session?.isSettled === true && this.unsent === 0 && session.seen >= this.#writing.highest;
  }

  /** Once, when there is a bus; it may come and go from then on. */
  start(cluster: ClusterParts): void {
    this.#cluster = cluster;
    this.#keeper = new RegistryKeeper(cluster.nodes);
    this.#unwatch = cluster.bus.watchConnection((isConnected) => {
      if (isConnected) this.#enterSoon();
      else this.#end();
    });
    this.#enterSoon();
    this.#tick();
  }

  close(): void {
    this.#isClosed = true;
    this.#parts.clock.clearTimeout(this.#timer);
    this.#unwatch();
    this.#keeper?.close();
    this.#writing.pause();
    this.#session?.keep();
    this.#parts.database.flush();
    this.#session?.end();
  }

  #change(also: () => void, incoming: Parameters<LogSession["change"]>[1]): void {
    if (this.#session) return this.#session.change(also, incoming);
    this.#parts.database.change({ apply: also, done: () => undefined, failed: () => undefined });
  }

  #tick(): void {
    if (this.#isClosed) return;
    this.#timer = this.#parts.clock.setTimeout(() => this.#tick(), CHECK_MS);
    if (!this.#cluster?.bus.isConnected) return;
    this.#keeper?.claim();
    const session = this.#session;
    if (!session) return void this.#enter();
    Promise.all([session.check(), this.#writing.check(session.seen)]).then(
      () => {
        this.#unanswered = 0;
        if (session === this.#session && session.isSettled) this.#isFine();
      },
      (error: unknown) => {
        this.#unanswered += 1;
        if (this.#unanswered >= MAX_UNANSWERED && session === this.#session) this.#leave(error);
      },
    );
  }

  /** Troubles from here on are new ones. */
  #isFine(): void {
    this.#isTroubled = false;
    this.#pauseMs = PAUSE_MS.least;
  }

  #enterSoon(): void {
    this.#notBefore = 0;
    void this.#enter();
  }

  async #enter(): Promise<void> {
    const { clock } = this.#parts;
    const cluster = this.#cluster;
    if (!cluster?.bus.isConnected || this.#isEntering || this.#isClosed || clock.now() < this.#notBefore)
      return;
    this.#isEntering = true;
    try {
      const log = await cluster.bus.log(cluster.logName);
      const found = await this.#isPositionIn(log);
      if (!found) this.#lost ??= this.tables.position?.identity;
      const identity = await identityOf(log, this.#lost);
      const last = await log.lastSequence();
      if (this.#isClosed) return;
      this.#read(log, identity, last);
    } catch (error) {
      this.#leave(error);
    } finally {
      this.#isEntering = false;
    }
  }

  async #isPositionIn(log: BusLog): Promise<boolean> {
    const { position } = this.tables;
    if (!position) return true;
    const { applied, key } = position;
    const [last, newest] = await Promise.all([
      log.lastSequence(),
      key === null ? undefined : log.newest(key),
    ]);
    return applied <= last && (key === null || (newest?.sequence ?? 0) >= applied);
  }

  /** The log is another one, or has lost entries: it is read anew. */
  #reset(): void {
    this.#lost ??= this.#session?.identity;
    this.#end();
    void this.#enter();
  }

  #read(log: BusLog, identity: string, last: number): void {
    const { tables } = this;
    this.#session?.end();
    const position = tables.position;
    const entering = !position
      ? "first"
      : position.identity !== identity
        ? "anew"
        : this.#isWhole
          ? "on"
          : "again";
    this.#lost = undefined;
    this.#unanswered = 0;
    if (entering === "anew") this.#parts.tell({ kind: "reset" });
    if (entering === "on") this.#tail.doubt();
    else {
      this.#isWhole = false;
      this.#tail.clear();
    }
    const session = new LogSession(
      {
        ...this.#parts,
        tables,
        stores: this.#stores,
        writing: this.#writing,
        isKeeper: () => this.#keeper?.isOwn ?? false,
        tail: this.#tail,
        onReset: () => {
          if (session === this.#session) this.#reset();
        },
        onWhole: () => {
          if (session === this.#session) this.#isWhole = true;
        },
        onTrouble: (error) => {
          if (session === this.#session) this.#leave(error);
        },
      },
      { log, identity, last, entering },
    );
    this.#session = session;
    this.#writing.begin(log, entering === "first" || entering === "anew");
    session.begin();
  }

  /** Until a pause is over. */
  #leave(error: unknown): void {
    if (!this.#isTroubled) this.#parts.tell({ kind: "trouble", error });
    this.#isTroubled = true;
    this.#end();
    this.#notBefore = this.#parts.clock.now() + this.#pauseMs;
    this.#pauseMs = Math.min(PAUSE_MS.most, 2 * this.#pauseMs);
  }

  #end(): void {
    this.#session?.end();
    this.#session = undefined;
    this.#writing.pause();
  }
}
