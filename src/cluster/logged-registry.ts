/** Registrations as entries of the log. Leases and times travel as durations, so clocks of machines do not matter [BOOT-7]. */
import * as z from "zod";
import type { Clock } from "../machines/_world.ts";
import type { LabDatabase } from "../stores/database.ts";
import type { StoredRegistry } from "../stores/registry.ts";
import { rowKey } from "./log-keys.ts";
import { jsonOf, type LoggedStore, type RowStand, type Told } from "./logged-store.ts";

const duration = z.number().nonnegative();
const place = { ip: z.string().min(1), port: z.int().min(1).max(65_535) };
const entrySchema = z.union([
  z.object({ ...place, gone: z.enum(["removed", "expired"]) }),
  z.object({
    ...place,
    service: z.string(),
    token: z.string(),
    /** Of the last registration, counted from then. */
    leaseMs: duration.optional(),
    /** How long before the entry the last registration came, and the first. */
    seenMs: duration,
    sinceMs: duration,
  }),
]);

interface Row {
  readonly service: string;
  readonly token: string;
  readonly registered_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number | null;
}

export class LoggedRegistry implements LoggedStore {
  readonly name = "registry";
  readonly isOfferedWhole = false;
  readonly #registry: StoredRegistry;
  readonly #clock: Clock;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(registry: StoredRegistry, database: LabDatabase, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
    this.#statements = statementsOf(database);
  }

  keyOf(name: string): string {
    const { ip, port } = placeOf(name);
    return rowKey(this.name, String(port), ip);
  }

  names(): readonly string[] {
    return this.#statements.names.all();
  }

  standOf(name: string): RowStand {
    const { ip, port } = placeOf(name);
    const row = this.#statements.row.get(port, ip);
    if (row?.expires_at === null) return "lasting";
    return row && row.expires_at > this.#clock.now() ? "leased" : "gone";
  }

  entryOf(name: string, cause: "expired" | null): string {
    const { ip, port } = placeOf(name);
    const row = this.#statements.row.get(port, ip);
    if (!row) return JSON.stringify({ ip, port, gone: cause ?? "removed" });
    const now = this.#clock.now();
    const { service, token, registered_at, last_seen_at, expires_at } = row;
    // The log may have a row of before that runs out later, or never.
    if (expires_at !== null && expires_at <= now) return JSON.stringify({ ip, port, gone: "expired" });
    return JSON.stringify({
      ip,
      port,
      service,
      token,
      leaseMs: expires_at === null ? undefined : expires_at - last_seen_at,
      // A clock that was set back meanwhile makes no entry of the future.
      seenMs: Math.max(0, now - last_seen_at),
      sinceMs: Math.max(0, now - registered_at),
    });
  }

  read(text: string, ageMs: number): Told | undefined {
    const parsed = entrySchema.safeParse(jsonOf(text));
    if (!parsed.success) return undefined;
    const entry = parsed.data;
    const { ip, port } = entry;
    const name = `${port}/${ip}`;
    const remove = () => this.#registry.prepare({ op: "deregister", ip, port, token: undefined });
    const isHere = () => this.standOf(name) === "gone";
    if ("gone" in entry) return { name, kind: entry.gone, isHere, prepare: remove };
    const { service, token, leaseMs, seenMs, sinceMs } = entry;
    const now = this.#clock.now();
    const at = now - ageMs - seenMs;
    // A lease that ran out under way leaves no row, and none of before either.
    if (leaseMs !== undefined && at + leaseMs <= now) return { name, kind: "row", isHere, prepare: remove };
    const since = now - ageMs - sinceMs;
    return {
      name,
      kind: "row",
      isHere: () => {
        const row = this.#statements.row.get(port, ip);
        const stand = leaseMs === undefined ? "lasting" : "leased";
        return row?.service === service && row.token === token && this.standOf(name) === stand;
      },
      prepare: () => this.#registry.prepare({ op: "register", ip, port, service, token, at, leaseMs, since }),
    };
  }
}

function statementsOf({ sql }: LabDatabase) {
  return {
    names: sql
      .prepare<[], string>("SELECT port || '/' || ip FROM registrations ORDER BY id")
      .pluck() as unknown as { all(): string[] },
    row: sql.prepare<[number, string], Row>(
      `SELECT service, token, registered_at, last_seen_at, expires_at FROM registrations
       WHERE port = ? AND ip = ?`,
    ),
  };
}

function placeOf(name: string): { readonly ip: string; readonly port: number } {
  const at = name.indexOf("/");
  return { ip: name.slice(at + 1), port: Number(name.slice(0, at)) };
}
