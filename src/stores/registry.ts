/** The registry of file servers, in SQLite behind a view in memory [BOOT-1, BOOT-3, BOOT-7]. */
import type { Clock, Registration, Registry } from "../machines/_world.ts";
import { isSameToken } from "../wire/same-token.ts";
import type { LabDatabase } from "./database.ts";

interface Row {
  readonly ip: string;
  readonly port: number;
  readonly service: string;
  readonly token: string;
  readonly registered_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number | null;
}

/** The longest that a timer can wait; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function openRegistry(database: LabDatabase, clock: Clock): Registry {
  const { sql } = database;
  const view = new Map<string, Registration>();
  const watchers = new Set<() => void>();
  let version = 0;
  let nextExpiry = Number.POSITIVE_INFINITY;
  let timer: unknown;
  let isClosed = false;

  const upsert = sql.prepare<[string, number, string, string, number, number, number | null]>(`
    INSERT INTO registrations (ip, port, service, token, registered_at, last_seen_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (ip, port) DO UPDATE SET
      service = excluded.service, token = excluded.token,
      last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at`);
  sql.function("is_same_token", { deterministic: true }, (said, token) =>
    Number(said === null || isSameToken(String(said), String(token))),
  );
  const remove = sql.prepare(
    "DELETE FROM registrations WHERE ip = ? AND port = ? AND is_same_token(?, token)",
  );
  const removeExpired = sql.prepare("DELETE FROM registrations WHERE expires_at <= ?");

  for (const row of sql.prepare<[], Row>("SELECT * FROM registrations ORDER BY id").all()) {
    const entry = fromRow(row);
    view.set(keyOf(entry), entry);
  }
  scheduleExpiry();
  database.beforeClose(() => {
    isClosed = true;
    clock.clearTimeout(timer);
  });

  function changed(): void {
    version += 1;
    for (const notify of watchers) notify();
  }

  /** Forgets what has run out, from the view at once and from the file with the next batch. */
  function expire(): void {
    const now = clock.now();
    if (now < nextExpiry) return;
    const gone = [...view.values()].filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now);
    for (const entry of gone) view.delete(keyOf(entry));
    scheduleExpiry();
    if (gone.length === 0) return;
    // A row that stays because the disk is full is expired all the same: it is skipped when it is read again.
    database.change({ apply: () => removeExpired.run(now), done: () => undefined, failed: () => undefined });
    changed();
  }

  function scheduleExpiry(): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of view.values()) earliest = Math.min(earliest, expiresAt ?? earliest);
    expectExpiry(earliest);
  }

  function expectExpiry(at: number): void {
    clock.clearTimeout(timer);
    nextExpiry = at;
    startTimer();
  }

  /** A timer may come before its time, by the wall clock, or because it could not wait so long: then there is another. */
  function startTimer(): void {
    if (isClosed || !Number.isFinite(nextExpiry)) return;
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(0, nextExpiry - clock.now()));
    timer = clock.setTimeout(() => {
      if (clock.now() < nextExpiry) startTimer();
      else expire();
    }, waitMs);
  }

  return {
    get version() {
      expire();
      return version;
    },

    list(service) {
      expire();
      const entries = [...view.values()];
      return service === undefined ? entries : entries.filter((entry) => entry.service === service);
    },

    register({ ip, port, service, token }, leaseMs) {
      const now = clock.now();
      const expiresAt = leaseMs === undefined ? undefined : now + leaseMs;
      const key = keyOf({ ip, port });
      return database.changed(
        () => upsert.run(ip, port, service, token, now, now, expiresAt ?? null),
        () => {
          const before = view.get(key);
          // Who comes again keeps the time of the first registration, in the file as in the view.
          const registeredAt = before?.registeredAt ?? now;
          view.set(key, { ip, port, service, token, registeredAt, lastSeenAt: now, expiresAt });
          // A renewal looks at no other entry: where the next one to expire was renewed, its timer finds nothing to do.
          if (expiresAt !== undefined && expiresAt < nextExpiry) expectExpiry(expiresAt);
          // A renewal changes no answer, so prepared answers stay good.
          if (before?.service === service && before.token === token) return;
          changed();
        },
      );
    },

    deregister({ ip, port, token }) {
      const key = keyOf({ ip, port });
      let isMatch = false;
      return database.changed(
        () => {
          isMatch = remove.run(ip, port, token ?? null).changes > 0;
        },
        () => {
          if (isMatch && view.delete(key)) changed();
          return isMatch;
        },
      );
    },

    settled: (then) => database.settled(then),

    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}

const keyOf = ({ ip, port }: { ip: string; port: number }) => `${ip}/${port}`;

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
