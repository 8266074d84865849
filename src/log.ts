/**
 * The log: the one place where an event becomes a level and a sentence. Lines go to standard error (unless a REPL has
 * the terminal), to a bounded memory for `logs`, and to those who follow them.
 */
import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Telemetry, TelemetryEvent } from "./actors/telemetry.ts";
import { messageOf } from "./errors.ts";
import { type Digest, LogDigest } from "./log-digest.ts";
import { formatHostPort } from "./machines/_options.ts";
import { escapedJson, harmless, printable } from "./printable.ts";
import { placeIn } from "./stack-place.ts";
import { causeText, ruleBehind } from "./stories/cause-text.ts";

export interface LogLine {
  readonly at: number;
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  readonly message: string;
  readonly text: string;
}

export interface LogOptions {
  readonly format: "pretty" | "json";
  readonly level: string;
  readonly colors: boolean;
}

const KEPT_LINES = 1_000;
/** Of a class of hundreds, a line names some. */
const MOST_EXPOSED = 20;
const LEVELS: Record<number, LogLine["level"]> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

export class Log {
  readonly logger: Logger;
  readonly #lines: LogLine[] = [];
  readonly #followers = new Set<(line: LogLine) => void>();
  readonly #format: (json: string) => string;
  readonly #digest = new LogDigest((digest) =>
    this.#say(digestSentence(digest, this.#nameOf(digest.last.id))),
  );
  /** Student or group that an instance is for, by its id: told with all that is told of it. */
  labelOf: (instance: string) => string | undefined = () => undefined;
  #isShown = true;

  constructor(options: LogOptions) {
    const pretty = prettyFactory({
      colorize: options.colors,
      ignore: "pid,hostname",
      translateTime: "SYS:HH:MM:ss",
      singleLine: true,
      // The sentence says it; the fields are for machines, and for --log json.
      include: "level,time",
    });
    this.#format =
      options.format === "json" ? escapedJson : (json) => harmless(String(pretty(json)), options.colors);
    this.logger = pino({ level: options.level }, { write: (json: string) => this.#write(json) });
  }

  /** While a REPL has the terminal, lines are only remembered. */
  show(isShown: boolean): void {
    this.#isShown = isShown;
  }

  lines(): readonly LogLine[] {
    return this.#lines;
  }

  follow(follower: (line: LogLine) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  readonly telemetry: Telemetry = (event) => {
    if (this.#digest.admits(event)) this.#say(sentenceOf(event, this.#nameOf(event.id)));
  };

  /** `chat-1/c17 (s042)` */
  #nameOf(id: string): Named {
    const label = this.labelOf(id.split("/")[0] ?? id);
    return label === undefined ? { who: id } : { who: `${id} (${printable(label)})`, label };
  }

  /** Tells what was counted and not told yet. */
  flush(): void {
    this.#digest.flush();
  }

  #say({ level, message, ...fields }: Sentence): void {
    this.logger[level](fields, message);
  }

  #write(json: string): void {
    const { level, time, msg } = JSON.parse(json) as { level: number; time: number; msg: string };
    const text = this.#format(json).trimEnd();
    const line: LogLine = { at: time, level: LEVELS[level] ?? "info", message: harmless(msg), text };
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    if (this.#isShown) process.stderr.write(`${text}\n`);
    for (const follower of this.#followers) follower(line);
  }
}

interface Named {
  readonly who: string;
  readonly label?: string;
}

interface Sentence {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly id: string;
  readonly err?: unknown;
  readonly count?: number;
  readonly label?: string;
}

/** Many of a kind in one line; each of them is a story of its own, as long as there is memory for it. */
function digestSentence({ instance, count, last }: Digest, named: Named): Sentence {
  const { level, message } = sentenceOf(last, named);
  const many = `${count.toLocaleString("en")} more like this`;
  return { id: instance, level, message: `${instance}: ${many}, the last: ${message}`, count };
}

function sentenceOf(event: TelemetryEvent, named: Named): Sentence {
  const { label } = named;
  return { ...wordsOf(event, named.who), ...(label === undefined ? {} : { label }) };
}

function wordsOf(event: TelemetryEvent, who: string): Sentence {
  const { id } = event;
  switch (event.type) {
    case "instance.running":
      return { id, level: "info", message: `${who} listens on ${event.at}` };
    case "lab.running":
      return { id, level: "info", message: runningSentence(event) };
    case "instance.state":
      return { id, level: "debug", message: `${who} ${event.from} → ${event.to}` };
    case "instance.backingOff":
      return { id, level: "warn", message: `${who} crashed and starts again: ${printable(event.why)}` };
    case "instance.failed":
      return { id, level: "error", message: `${who} failed: ${printable(event.why)} - then: restart ${id}` };
    case "instance.finished":
      return { id, level: "info", message: `${who} finished: ${printable(event.result)}` };
    case "instance.remark":
      return { id, level: "warn", message: `${who} ${printable(event.text)}` };
    case "instance.note":
      return { id, level: "info", message: `${who} ${printable(event.text)}` };
    case "instance.registered":
      return { id, level: "info", message: `${who} ${registeredSentence(event)}` };
    case "lab.registered":
      return { id, level: "info", message: registeredTogetherSentence(event) };
    case "instance.notice":
      return { id, level: "warn", message: `${who}: ${printable(event.text)}` };
    case "instance.exposed":
      return {
        id,
        level: "warn",
        message: `${who} can be reached from other machines, at ${event.at}: ${printable(event.what)}`,
      };
    case "lab.exposed": {
      const told = event.roles.slice(0, MOST_EXPOSED);
      const roles = told.map((role) => `${role.id} at ${role.at} (${printable(role.what)})`);
      const rest = event.roles.length - told.length;
      return {
        id,
        level: "warn",
        message: `other machines can reach ${event.roles.length} roles: ${roles.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`,
      };
    }
    case "role.held":
      return {
        id,
        level: "warn",
        message: `${who} held its process's event loop for ${event.ms} ms: role ${event.role}, in ${event.state}`,
      };
    case "connection.opened":
      return { id, level: "debug", message: `${who} opened from ${event.remote}` };
    case "connection.closed":
      return {
        id,
        level: "debug",
        message: `${who} closed${closedBy(event)}, ${event.bytesIn} bytes in, ${event.bytesOut} out`,
      };
    case "connection.refused":
      return {
        id,
        level: "warn",
        message: `${who} refused from ${event.remote}${ruleBehind(event.cause)}: ${printable(causeText(event.cause))}`,
      };
    case "connection.failed":
      return { id, level: "warn", message: `${who} failed: ${printable(causeText(event.cause))}` };
    case "connection.remark":
      return { id, level: "info", message: `${who} ${printable(causeText(event.cause), 200)}` };
    case "connection.crashed":
      return {
        id,
        level: "error",
        message: `${who} crashed: ${printable(messageOf(event.error))}${inUsersFile(event.error)}`,
        err: event.error,
      };
  }
}

function runningSentence({ roles, hosts }: Extract<TelemetryEvent, { type: "lab.running" }>): string {
  const count = roles.reduce((sum, { count: one }) => sum + one, 0);
  const parts = roles.map(({ role, count: one, ports }) => `${one} ${role} on ${ports}`);
  return `${count.toLocaleString("en")} roles listen on ${hosts.join(" and ")}: ${parts.join(", ")}`;
}

function registeredSentence(event: Extract<TelemetryEvent, { type: "instance.registered" }>): string {
  const { as, registry, isHidden } = event;
  const where = `is registered as ${formatHostPort(as)} at ${formatHostPort(registry)}`;
  return isHidden ? `${where}: other machines cannot reach that, give --advertise IP` : where;
}

function registeredTogetherSentence(event: Extract<TelemetryEvent, { type: "lab.registered" }>): string {
  const { roles, hidden } = event;
  const count = roles.reduce((sum, { count: one }) => sum + one, 0);
  const parts = roles.map(({ role, count: one, at }) => `${one} ${role} at ${at}`);
  const warning =
    hidden === 0
      ? ""
      : `; ${hidden} of them at an address that other machines cannot reach: give --advertise IP`;
  return `${count.toLocaleString("en")} roles are registered: ${parts.join(", ")}${warning}`;
}

/** Place in a role of the user's: what ours need is in the error itself, which the JSON log has. */
function inUsersFile(error: unknown): string {
  const place = error instanceof Error ? placeIn(error.stack) : undefined;
  return place === undefined ? "" : ` (${place})`;
}

function closedBy({ by, cause }: Extract<TelemetryEvent, { type: "connection.closed" }>): string {
  const who = by === undefined ? "" : by === "us" ? " by us" : " by the peer";
  return cause ? `${who}, ${printable(causeText(cause))}` : who;
}
