/**
 * Tells who a visitor is. A login link has a key that works once, for a minute, in its fragment: no server, log or Referer gets it. The page
 * posts it and is given a session, signed and dated, that it keeps itself: nothing is stored here of it, so it outlives a restart.
 * A student's link has a signed text of its own in place of the key: it works many times, until its date.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { Level } from "./protocol.ts";
import type { WebMemory } from "./web-memory.ts";

/** How long a login link may be used. */
export const KEY_MS = 60_000;
/** How long a session lasts. */
const SESSION_MS = 24 * 3_600_000;
const KEY_BYTES = 24;
/** Links that wait to be used; the oldest goes where there are more. */
const MAX_KEYS = 64;

const ticketShape = z.object({
  kind: z.enum(["session", "link"]),
  level: z.custom<Level>(
    (value) => typeof value === "string" && /^(operator|observer|student:.+)$/.test(value),
  ),
  until: z.number(),
  /** Of a student's link: a later one ends it. */
  serial: z.number().optional(),
});
type Ticket = z.output<typeof ticketShape>;

export class Sessions {
  readonly #memory: WebMemory;
  readonly #now: () => number;
  readonly #keys = new Map<string, { readonly level: Level; readonly until: number }>();

  constructor(memory: WebMemory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  /** A key for one login. */
  newKey(level: Level): string {
    const key = randomBytes(KEY_BYTES).toString("base64url");
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined && this.#keys.size >= MAX_KEYS) this.#keys.delete(oldest);
    this.#keys.set(key, { level, until: this.#now() + KEY_MS });
    return key;
  }

  /** The text of a student's link; the same one each time, as long as it lasts. */
  linkOf(label: string, until: number, isNew: boolean): { readonly text: string; readonly until: number } {
    const kept = this.#memory.link(label);
    const isGood = kept !== undefined && !isNew && kept.until > this.#now();
    const link = isGood ? kept : this.#memory.newLink(label, until);
    const ticket: Ticket = { kind: "link", level: `student:${label}`, ...link };
    return { text: this.#signed(ticket), until: link.until };
  }

  /** A session for a key, which is used up with it, or for a student's link; undefined where it is not good, or no longer. */
  login(given: string): { readonly session: string; readonly level: Level } | undefined {
    const key = this.#keys.get(given);
    this.#keys.delete(given);
    const now = this.#now();
    if (key) {
      if (key.until < now) return undefined;
      return this.#session({ kind: "session", level: key.level, until: now + SESSION_MS });
    }
    const link = this.#read(given);
    return link?.kind === "link" ? this.#session({ ...link, kind: "session" }) : undefined;
  }

  /** Level of a session; undefined where it is not good, or no longer. */
  levelOf(session: string): Level | undefined {
    const ticket = this.#read(session);
    return ticket?.kind === "session" ? ticket.level : undefined;
  }

  /** Ends all keys that wait. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  #session(ticket: Ticket) {
    return { session: this.#signed(ticket), level: ticket.level };
  }

  #signed(ticket: Ticket): string {
    const payload = Buffer.from(JSON.stringify(ticket)).toString("base64url");
    return `${payload}.${this.#seal(payload)}`;
  }

  #read(text: string): Ticket | undefined {
    const [payload = "", seal = "", ...others] = text.split(".");
    if (others.length > 0 || !isSame(seal, this.#seal(payload))) return undefined;
    // Ours, since its seal is.
    const ticket = ticketShape.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    return this.#isInForce(ticket) ? ticket : undefined;
  }

  #isInForce({ level, until, serial }: Ticket): boolean {
    if (until < this.#now()) return false;
    if (serial === undefined) return true;
    const label = level.slice(level.indexOf(":") + 1);
    return this.#memory.link(label)?.serial === serial;
  }

  #seal(payload: string): string {
    return createHmac("sha256", this.#memory.key).update(`netlabd/web/1\0${payload}`).digest("base64url");
  }
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
