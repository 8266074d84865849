/**
 * Registrations that follow each other, as one change of the database: ten rows a statement where they came at the same time, for
 * binding a value costs as much as storing it. A row that cannot be stored is found by storing each on its own.
 */
import type { NetlabError } from "../errors.ts";
import type { Change, LabDatabase } from "./database.ts";

/** A lease is a duration, not a date: each keeper of the registry counts by its own clock. */
export interface Register {
  readonly op: "register";
  readonly ip: string;
  readonly port: number;
  readonly service: string;
  readonly token: string;
  readonly at: number;
  readonly leaseMs: number | undefined;
  /** When it came first, where another keeper of the registry knows; without one, at `at`. */
  readonly since?: number;
}

export interface Registering {
  readonly command: Register;
  /** Hears of the commit; none: no caller waits for it. */
  readonly done: (() => void) | undefined;
  readonly failed: (error: NetlabError) => void;
}

export interface RegistrationStatements {
  one(command: Register): void;
  /** Exactly `MANY` of them, of the same time and lease. */
  many(commands: readonly Register[]): void;
}

const MANY = 10;

/** A server that comes again keeps the time of its first registration; one whose lease ran out meanwhile comes anew. */
export const onConflict = (key: string) => `
  ON CONFLICT (${key}) DO UPDATE SET
    service = excluded.service, token = excluded.token,
    registered_at = CASE WHEN expires_at <= excluded.last_seen_at THEN excluded.registered_at ELSE registered_at END,
    last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at`;

const isOfSameTime = (a: Register, b: Register) =>
  a.at === b.at && a.leaseMs === b.leaseMs && b.since === undefined;
const expiryOf = ({ at, leaseMs }: Register) => (leaseMs === undefined ? null : at + leaseMs);

/** In the order of the columns. */
export function valuesOf(command: Register): (string | number | null)[] {
  const { ip, port, service, token, at, since = at } = command;
  return [ip, port, service, token, since, at, expiryOf(command)];
}

export function registrationStatements({ sql }: LabDatabase): RegistrationStatements {
  const conflict = onConflict("ip, port");
  const columns = "ip, port, service, token, registered_at, last_seen_at, expires_at";
  const one = sql.prepare(`INSERT INTO registrations (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?) ${conflict}`);
  const rows = Array(MANY).fill("(?, ?, ?, ?)").join(", ");
  const many = sql.prepare(`
    INSERT INTO registrations (${columns})
    SELECT column1, column2, column3, column4, at, at, expires_at
    FROM (SELECT ? AS at, ? AS expires_at) CROSS JOIN (VALUES ${rows}) WHERE true ${conflict}`);
  return {
    one: (command) => void one.run(...valuesOf(command)),
    many: (commands) => {
      const [first] = commands;
      if (!first) return;
      const values = commands.flatMap(({ ip, port, service, token }) => [ip, port, service, token]);
      many.run(first.at, expiryOf(first), ...values);
    },
  };
}

export class RegistrationBatch implements Change {
  readonly #statements: RegistrationStatements;
  readonly #stored: (command: Register) => void;
  readonly #registering: Registering[];
  /** True when its rows are being stored, or another change follows: what comes now is of the next batch. */
  isClosed = false;
  #isAwaited = false;

  /** `stored`: a row is on disk, and may be seen. */
  constructor(
    statements: RegistrationStatements,
    stored: (command: Register) => void,
    registering: readonly Registering[] = [],
  ) {
    this.#statements = statements;
    this.#stored = stored;
    this.#registering = [...registering];
  }

  add(registering: Registering): void {
    this.#registering.push(registering);
    if (registering.done) this.#isAwaited = true;
  }

  /** Rows that no caller waits for: their commit may wait while more come. */
  get patientRows(): number {
    return this.#isAwaited || this.isClosed ? 0 : this.#registering.length;
  }

  apply(): void {
    this.isClosed = true;
    const { one, many } = this.#statements;
    const commands = this.#registering.map(({ command }) => command);
    for (let next = 0; next < commands.length; ) {
      const lot = commands.slice(next, next + MANY);
      const [first] = lot;
      if (!first) return;
      const isMany = lot.length === MANY && lot.every((other) => isOfSameTime(first, other));
      if (isMany) many(lot);
      else one(first);
      next += isMany ? MANY : 1;
    }
  }

  done(): void {
    for (const { command, done } of this.#registering) {
      this.#stored(command);
      done?.();
    }
  }

  failed(error: NetlabError): void {
    for (const { failed } of this.#registering) failed(error);
  }

  parts(): readonly Change[] {
    return this.#registering.map((one) => new RegistrationBatch(this.#statements, this.#stored, [one]));
  }
}
