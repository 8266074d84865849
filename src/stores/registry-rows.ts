/** Rows of registries in the database: those of the lab's registry, and those of registries that are a student's or a group's, by label. */
import type { Registration } from "../machines/_world.ts";
import { isSameToken } from "../wire/same-token.ts";
import type { LabDatabase } from "./database.ts";
import {
  onConflict,
  type RegistrationStatements,
  registrationStatements,
  valuesOf,
} from "./registration-batch.ts";

export interface RegistryRows {
  /** Name of the store, for those who follow the database. */
  readonly store: string;
  /** In the order in which they came. */
  all(): Registration[];
  readonly registrations: RegistrationStatements;
  /** Answers whether there was one; without a token any matches. */
  remove(ip: string, port: number, token: string | undefined): boolean;
  /** Removes those whose lease has run out by then. */
  removeExpired(at: number): void;
}

interface Row {
  readonly ip: string;
  readonly port: number;
  readonly service: string;
  readonly token: string;
  readonly registered_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number | null;
}

export function labRows(database: LabDatabase): RegistryRows {
  const { sql } = database;
  addTokenTest(database);
  const all = sql.prepare<[], Row>("SELECT * FROM registrations ORDER BY id");
  const remove = sql.prepare<[string, number, string | null]>(
    "DELETE FROM registrations WHERE ip = ? AND port = ? AND is_same_token(?, token)",
  );
  const removeExpired = sql.prepare<[number]>("DELETE FROM registrations WHERE expires_at <= ?");
  return {
    store: "registry",
    all: () => all.all().map(fromRow),
    registrations: registrationStatements(database),
    remove: (ip, port, token) => remove.run(ip, port, token ?? null).changes > 0,
    removeExpired: (at) => void removeExpired.run(at),
  };
}

/** By label. The statements are made once for all of them. */
export function ownRows(database: LabDatabase): (label: string) => RegistryRows {
  const { sql } = database;
  addTokenTest(database);
  const all = sql.prepare<[string], Row>("SELECT * FROM own_registrations WHERE label = ? ORDER BY id");
  const insert = sql.prepare(`
    INSERT INTO own_registrations (label, ip, port, service, token, registered_at, last_seen_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ${onConflict("label, ip, port")}`);
  const remove = sql.prepare<[string, string, number, string | null]>(
    "DELETE FROM own_registrations WHERE label = ? AND ip = ? AND port = ? AND is_same_token(?, token)",
  );
  const removeExpired = sql.prepare<[string, number]>(
    "DELETE FROM own_registrations WHERE label = ? AND expires_at <= ?",
  );
  return (label) => ({
    store: `registry of ${label}`,
    all: () => all.all(label).map(fromRow),
    registrations: {
      one: (command) => void insert.run(label, ...valuesOf(command)),
      many: (commands) => {
        for (const command of commands) insert.run(label, ...valuesOf(command));
      },
    },
    remove: (ip, port, token) => remove.run(label, ip, port, token ?? null).changes > 0,
    removeExpired: (at) => void removeExpired.run(label, at),
  });
}

const withTest = new WeakSet<LabDatabase>();

function addTokenTest(database: LabDatabase): void {
  if (withTest.has(database)) return;
  withTest.add(database);
  database.sql.function("is_same_token", { deterministic: true }, (said, token) =>
    Number(said === null || isSameToken(String(said), String(token))),
  );
}

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
