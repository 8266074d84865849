/** The registry of file servers, in SQLite behind a view in memory [BOOT-1, BOOT-3, BOOT-7]. */
import type { Clock, Registration, Registry } from "../machines/_world.ts";
import { type Apply, type CommandOf, type Prepare, type Prepared, prepareFor } from "./commands.ts";
import type { LabDatabase } from "./database.ts";
import { LeaseTimer } from "./lease-timer.ts";
import { type Register, type Registering, RegistrationBatch } from "./registration-batch.ts";
import { labRows, type RegistryRows } from "./registry-rows.ts";

type Entry = Parameters<Registry["register"]>[0];

interface Deregister {
  readonly ip: string;
  readonly port: number;
  /** Without one, any matches. */
  readonly token: string | undefined;
}

interface Expire {
  /** Leases that ran out by then. */
  readonly at: number;
}

export type RegistryCommand = Register | CommandOf<ReturnType<RegistryStore["operations"]>>;

/** The registry as its daemon has it: what machines see of it, and the way in for commands. */
export interface StoredRegistry extends Registry {
  apply(command: RegistryCommand): Promise<unknown>;
  /** Halves of a command, for a change that does more in the same transaction. */
  prepare(command: RegistryCommand): Prepared<unknown>;
}

/** The lab's, unless it is told whose. */
export function openRegistry(
  database: LabDatabase,
  clock: Clock,
  rows: RegistryRows = labRows(database),
): StoredRegistry {
  return new RegistryStore(database, clock, rows);
}

class RegistryStore implements StoredRegistry {
  readonly #prepareOther: Prepare<ReturnType<RegistryStore["operations"]>>;
  readonly #rows: RegistryRows;
  readonly #database: LabDatabase;
  readonly #clock: Clock;
  readonly #view: Map<string, Registration>;
  readonly #watchers = new Set<() => void>();
  readonly #leases: LeaseTimer;
  #version = 0;
  /** Registrations that are asked for one behind the other. */
  #batch: RegistrationBatch | undefined;
  /** Entries by their service, from when they are asked for until one of them changes. */
  #services: Map<string, Registration[]> | undefined;

  constructor(database: LabDatabase, clock: Clock, rows: RegistryRows) {
    this.#database = database;
    this.#clock = clock;
    this.#rows = rows;
    this.#view = new Map(rows.all().map((entry) => [keyOf(entry), entry]));
    this.#prepareOther = prepareFor(database, rows.store, this.operations());
    this.#leases = new LeaseTimer(clock, () => this.#expire());
    this.#scheduleExpiry();
    database.beforeClose(() => this.#leases.close());
  }

  operations() {
    return {
      deregister: ({ ip, port, token }: Deregister) => {
        const isMatch = this.#rows.remove(ip, port, token);
        return () => {
          if (isMatch && this.#view.delete(keyOf({ ip, port }))) this.#changed();
          return isMatch;
        };
      },
      expire: ({ at }: Expire) => {
        this.#rows.removeExpired(at);
        return () => this.#hideExpired(at);
      },
    };
  }

  get version() {
    this.#expire();
    return this.#version;
  }

  list(service?: string) {
    this.#expire();
    return service === undefined ? [...this.#view.values()] : (this.#byService.get(service) ?? []);
  }

  apply(command: RegistryCommand): Promise<unknown> {
    return command.op === "register" ? this.#registered(command) : this.#apply(command);
  }

  store(entry: Entry, leaseMs: number | undefined, failed: (error: Error) => void): void {
    this.#register({ command: this.#commandOf(entry, leaseMs), done: undefined, failed });
  }

  register(entry: Entry, leaseMs?: number) {
    return this.#registered(this.#commandOf(entry, leaseMs));
  }

  deregister({ ip, port, token }: Parameters<Registry["deregister"]>[0]) {
    return this.#apply({ op: "deregister", ip, port, token });
  }

  #commandOf({ ip, port, service, token }: Entry, leaseMs: number | undefined): Register {
    return { op: "register", ip, port, service, token, at: this.#clock.now(), leaseMs };
  }

  #registered(command: Register): Promise<void> {
    return new Promise((done, failed) => this.#register({ command, done, failed }));
  }

  #register(registering: Registering): void {
    if (!this.#batch || this.#batch.isClosed) {
      this.#batch = new RegistrationBatch(this.#rows.registrations, (command) => this.#stored(command));
      this.#database.change(this.#batch);
    }
    this.#batch.add(registering);
  }

  prepare(command: RegistryCommand): Prepared<unknown> {
    this.#endBatch();
    if (command.op !== "register") return this.#prepareOther(command);
    return { apply: () => this.#rows.registrations.one(command), done: () => this.#stored(command) };
  }

  #apply: Apply<ReturnType<RegistryStore["operations"]>> = (command) => {
    this.#endBatch();
    const { apply, done } = this.#prepareOther(command);
    return this.#database.changed(apply, done);
  };

  /** Registrations that come behind another change are stored behind it. */
  #endBatch(): void {
    if (this.#batch) this.#batch.isClosed = true;
  }

  settled(then: () => void): void {
    this.#database.settled(then);
  }

  watch(onChange: () => void) {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  get #byService(): Map<string, Registration[]> {
    this.#services ??= Map.groupBy(this.#view.values(), serviceOf);
    return this.#services;
  }

  #stored(command: Register): void {
    this.#show(command);
    this.#database.committed({ store: this.#rows.store, command });
  }

  /** A server that comes again keeps the time of its first registration, in the view as in the file. */
  #show({ ip, port, service, token, at, leaseMs, since = at }: Register): void {
    const key = keyOf({ ip, port });
    const before = this.#view.get(key);
    const registeredAt = before && !isExpired(before, at) ? before.registeredAt : since;
    const expiresAt = leaseMs === undefined ? undefined : at + leaseMs;
    const entry = { ip, port, service, token, registeredAt, lastSeenAt: at, expiresAt };
    this.#view.set(key, entry);
    this.#services = undefined;
    // A renewal looks at no other entry: where the next one to expire was renewed, its timer finds nothing to do.
    if (entry.expiresAt !== undefined && entry.expiresAt < this.#leases.next)
      this.#leases.next = entry.expiresAt;
    // A renewal changes no answer, so prepared answers stay good.
    if (before?.service !== entry.service || before.token !== entry.token) this.#changed();
  }

  #changed(): void {
    this.#version += 1;
    this.#services = undefined;
    for (const notify of this.#watchers) notify();
  }

  /** Forgets what has run out, from the view at once and from the file with the next batch. */
  #expire(): void {
    const at = this.#clock.now();
    if (at < this.#leases.next || !this.#hideExpired(at)) return;
    // A row that stays because the disk is full is expired all the same: it is skipped when it is read again.
    this.#apply({ op: "expire", at }).catch(() => undefined);
  }

  /** Answers whether there were any. */
  #hideExpired(at: number): boolean {
    const gone = [...this.#view].filter(([, entry]) => isExpired(entry, at));
    for (const [key] of gone) this.#view.delete(key);
    this.#scheduleExpiry();
    if (gone.length > 0) this.#changed();
    return gone.length > 0;
  }

  #scheduleExpiry(): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#view.values()) earliest = Math.min(earliest, expiresAt ?? earliest);
    this.#leases.next = earliest;
  }
}

const serviceOf = ({ service }: Registration) => service;
const keyOf = ({ ip, port }: { ip: string; port: number }) => `${ip}/${port}`;

const isExpired = ({ expiresAt }: Registration, at: number) => expiresAt !== undefined && expiresAt <= at;
