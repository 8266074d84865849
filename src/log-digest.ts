/**
 * Events that peers bring about by the thousand are not a line each: the first ones of a kind are told as they are, the rest
 * of the period is counted and told in one sentence. So a flood costs a log, and an operator who is attached, next to nothing.
 */
import type { TelemetryEvent } from "./actors/telemetry.ts";

/** Events of connections, as a rule, that are worth a line each, as long as they are few. */
export type Repeated = Extract<
  TelemetryEvent,
  {
    type:
      | "connection.refused"
      | "connection.failed"
      | "connection.remark"
      | "connection.crashed"
      | "role.held";
  }
>;

export interface Digest {
  readonly instance: string;
  /** How many were not told themselves. */
  readonly count: number;
  readonly last: Repeated;
}

/** Told as they are, of one kind of one instance, in a period. */
export const TOLD = 10;
export const PERIOD_MS = 10_000;
const MAX_KINDS = 50;

interface Kind {
  readonly instance: string;
  seen: number;
  last: Repeated;
}

export class LogDigest {
  readonly #report: (digest: Digest) => void;
  #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | undefined;

  constructor(report: (digest: Digest) => void) {
    this.#report = report;
  }

  /** Whether this one is told itself; otherwise it is counted. */
  admits(event: TelemetryEvent): boolean {
    if (!isRepeated(event)) return true;
    const instance = event.id.slice(0, Math.max(0, event.id.indexOf("/"))) || event.id;
    const key = this.#keyOf(event, instance);
    let kind = this.#kinds.get(key);
    if (!kind) {
      kind = { instance, seen: 0, last: event };
      this.#kinds.set(key, kind);
    }
    kind.seen += 1;
    kind.last = event;
    // The timer keeps no process alive: closing the log asks for what is left.
    this.#timer ??= setTimeout(() => this.flush(), PERIOD_MS).unref();
    return kind.seen <= TOLD;
  }

  /** Why peers are refused is a handful of sentences of ours; a role that tells each of them another shares a key. */
  #keyOf(event: Repeated, instance: string): string {
    const kind = `${instance} ${event.type}`;
    return event.type === "connection.refused" && this.#kinds.size < MAX_KINDS
      ? `${kind} ${event.cause.rule} ${event.cause.code} ${Object.values(event.cause.args ?? {}).join(" ")}`
      : kind;
  }

  /** Tells what was counted so far, and begins anew. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kinds = this.#kinds;
    this.#kinds = new Map();
    for (const { instance, seen, last } of kinds.values()) {
      if (seen > TOLD) this.#report({ instance, count: seen - TOLD, last });
    }
  }
}

function isRepeated(event: TelemetryEvent): event is Repeated {
  switch (event.type) {
    case "connection.refused":
    case "connection.failed":
    case "connection.remark":
    case "connection.crashed":
    case "role.held":
      return true;
    default:
      return false;
  }
}
