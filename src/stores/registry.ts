/** The registry of file servers, in SQLite behind a view in memory [BOOT-1, BOOT-3, BOOT-7]. */
import type { Clock, Registration, Registry } from "../machines/_world.ts";
import { isSameToken } from "../wire/same-token.ts";
import { type Apply, applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";
import { LeaseTimer } from "./lease-timer.ts";

interface Row {
  readonly ip: string;
  readonly port: number;
  readonly service: string;
  readonly token: string;
  readonly registered_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number | null;
}

/** A lease is a duration, not a date: each keeper of the registry counts by its own clock. */
interface Register {
  readonly ip: string;
  readonly port: number;
  readonly service: string;
  readonly token: string;
  readonly at: number;
  readonly leaseMs: number | undefined;
}

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

export type RegistryCommand = CommandOf<ReturnType<RegistryStore["operations"]>>;

/** The registry as its daemon has it: what machines see of it, and the way in for commands. */
export interface StoredRegistry extends Registry {
  apply(command: RegistryCommand): Promise<unknown>;
}

export function openRegistry(database: LabDatabase, clock: Clock): StoredRegistry {
  return new RegistryStore(database, clock);
}

class RegistryStore implements StoredRegistry {
  readonly apply: Apply<ReturnType<RegistryStore["operations"]>>;
  readonly #database: LabDatabase;
  readonly #clock: Clock;
  readonly #view: Map<string, Registration>;
  readonly #watchers = new Set<() => void>();
  readonly #leases: LeaseTimer;
  #version = 0;

  constructor(database: LabDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    const rows = database.sql.prepare<[], Row>("SELECT * FROM registrations ORDER BY id").all();
    this.#view = new Map(rows.map(fromRow).map((entry) => [keyOf(entry), entry]));
    this.apply = applyTo(database, "registry", this.operations());
    this.#leases = new LeaseTimer(clock, () => this.#expire());
    this.#scheduleExpiry();
    database.beforeClose(() => this.#leases.close());
  }

  operations() {
    const { upsert, remove, removeExpired } = statementsOf(this.#database);
    return {
      register: ({ ip, port, service, token, at, leaseMs }: Register) => {
        const expiresAt = leaseMs === undefined ? undefined : at + leaseMs;
        const row = upsert.get(ip, port, service, token, at, at, expiresAt ?? null);
        // A server that comes again keeps the time of its first registration, in the view as in the file.
        const registeredAt = row?.registered_at ?? at;
        return () => this.#show({ ip, port, service, token, registeredAt, lastSeenAt: at, expiresAt });
      },
      deregister: ({ ip, port, token }: Deregister) => {
        const isMatch = remove.run(ip, port, token ?? null).changes > 0;
        return () => {
          if (isMatch && this.#view.delete(keyOf({ ip, port }))) this.#changed();
          return isMatch;
        };
      },
      expire: ({ at }: Expire) => {
        removeExpired.run(at);
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
    const entries = [...this.#view.values()];
    return service === undefined ? entries : entries.filter((entry) => entry.service === service);
  }

  register({ ip, port, service, token }: Parameters<Registry["register"]>[0], leaseMs?: number) {
    return this.apply({ op: "register", ip, port, service, token, at: this.#clock.now(), leaseMs });
  }

  deregister({ ip, port, token }: Parameters<Registry["deregister"]>[0]) {
    return this.apply({ op: "deregister", ip, port, token });
  }

  settled(then: () => void): void {
    this.#database.settled(then);
  }

  watch(onChange: () => void) {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  #show(entry: Registration): void {
    const before = this.#view.get(keyOf(entry));
    this.#view.set(keyOf(entry), entry);
    // A renewal looks at no other entry: where the next one to expire was renewed, its timer finds nothing to do.
    if (entry.expiresAt !== undefined && entry.expiresAt < this.#leases.next)
      this.#leases.next = entry.expiresAt;
    // A renewal changes no answer, so prepared answers stay good.
    if (before?.service !== entry.service || before.token !== entry.token) this.#changed();
  }

  #changed(): void {
    this.#version += 1;
    for (const notify of this.#watchers) notify();
  }

  /** Forgets what has run out, from the view at once and from the file with the next batch. */
  #expire(): void {
    const at = this.#clock.now();
    if (at < this.#leases.next || !this.#hideExpired(at)) return;
    // A row that stays because the disk is full is expired all the same: it is skipped when it is read again.
    this.apply({ op: "expire", at }).catch(() => undefined);
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

function statementsOf({ sql }: LabDatabase) {
  sql.function("is_same_token", { deterministic: true }, (said, token) =>
    Number(said === null || isSameToken(String(said), String(token))),
  );
  return {
    upsert: sql.prepare<
      [string, number, string, string, number, number, number | null],
      { readonly registered_at: number }
    >(`
      INSERT INTO registrations (ip, port, service, token, registered_at, last_seen_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (ip, port) DO UPDATE SET
        service = excluded.service, token = excluded.token,
        last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at
      RETURNING registered_at`),
    remove: sql.prepare<[string, number, string | null]>(
      "DELETE FROM registrations WHERE ip = ? AND port = ? AND is_same_token(?, token)",
    ),
    removeExpired: sql.prepare<[number]>("DELETE FROM registrations WHERE expires_at <= ?"),
  };
}

const keyOf = ({ ip, port }: { ip: string; port: number }) => `${ip}/${port}`;

const isExpired = ({ expiresAt }: Registration, at: number) => expiresAt !== undefined && expiresAt <= at;

function fromRow(row: Row): Registration {
  return {
    ip: row.ip,
    port: row.port,
    service: row.service,
    token: row.token,
    registeredAt: row.registered_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at ?? undefined,
  };
}
