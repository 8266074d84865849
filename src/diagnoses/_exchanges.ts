/** A conversation of a client of ours with a student's server: what we said, and what came after each of it. */

import type { EntryOf } from "../stories/entry.ts";
import { type ExpectedReply, expectedReply } from "../wire/expected-reply.ts";
import type { Evidence, Read } from "./_evidence.ts";

export interface Exchange {
  /** Counted from 0, the opening word. */
  readonly nth: number;
  readonly sent: string;
  /** Microseconds since the story opened. */
  readonly at: number;
  /** Reads that came before we said the next. */
  readonly reads: readonly Read[];
  readonly reply: Buffer;
  /** The reply as our client takes it: what comes after a pause is another message. */
  readonly messages: readonly string[];
  /** The answer that the rules name; undefined: none is due, or any will do. */
  readonly expected: ExpectedReply | undefined;
  /** We waited for as long as an answer may take, and nothing had come. */
  readonly isGivenUp: boolean;
  /** We waited so long, and the answer was not among what came. */
  readonly isTimedOut: boolean;
}

export interface Dialogue {
  /** Reads that came before we said anything. */
  readonly greeting: readonly Read[];
  readonly exchanges: readonly Exchange[];
}

/** The rule of a client's conversation, by which its answers are looked up. */
export function ruleOf({ role }: Evidence): string {
  return role?.phases.listening?.rule ?? Object.values(role?.phases ?? {})[0]?.rule ?? "FRAME-9";
}

interface Draft {
  readonly sent: string;
  readonly at: number;
  readonly expected: ExpectedReply | undefined;
  readonly reads: Read[];
  isGivenUp: boolean;
  isTimedOut: boolean;
}

export function dialogueOf(evidence: Evidence): Dialogue {
  const rule = ruleOf(evidence);
  const waiting = [...evidence.reads];
  const greeting: Read[] = [];
  const drafts: Draft[] = [];
  const { quiet = QUIET_MS } = evidence.options as { readonly quiet?: number };
  for (const entry of evidence.entries) {
    const draft = drafts.at(-1);
    if (entry.kind === "out") drafts.push(draftOf(rule, entry, drafts.length));
    else if (entry.kind === "in") {
      const read = waiting.shift();
      if (read) (lateFor(drafts, read) ?? draft?.reads ?? greeting).push(read);
    } else if (entry.kind === "transition" && draft && isTimeout(entry)) {
      draft.isTimedOut = true;
      draft.isGivenUp ||= draft.reads.length === 0;
    }
  }
  const exchanges = drafts.map((draft, nth) => ({
    ...draft,
    nth,
    reply: Buffer.concat(draft.reads.map(({ bytes }) => bytes)),
    messages: messagesIn(draft.reads, quiet),
    // The next is not said before the answer is there, or is given up.
    isGivenUp: draft.isGivenUp || (draft.reads.length === 0 && nth < drafts.length - 1),
  }));
  return { greeting, exchanges };
}

function draftOf(rule: string, { bytes, at }: EntryOf<"out">, nth: number): Draft {
  const sent = bytes.toString("utf8");
  const expected = expectedReply(rule, { sent, nth });
  return { sent, at, expected, reads: [], isGivenUp: false, isTimedOut: false };
}

/** The answer to an earlier question that was given up is none to the last one. */
function lateFor(drafts: readonly Draft[], { bytes }: Read): Read[] | undefined {
  const text = textOf(bytes);
  const earlier = drafts
    .slice(0, -1)
    .find(({ reads, expected }) => reads.length === 0 && expected?.texts.includes(text));
  if (earlier) earlier.isGivenUp = true;
  return earlier?.reads;
}

const QUIET_MS = 200;

function messagesIn(reads: readonly Read[], quietMs: number): string[] {
  const groups: Buffer[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { at, bytes } of reads) {
    if (at - last > quietMs * 1_000) groups.push([]);
    groups.at(-1)?.push(bytes);
    last = at;
  }
  return groups.map((group) => textOf(Buffer.concat(group)));
}

/** The limit of an answer, not the pause after a message that has none. */
const isTimeout = ({ event }: { readonly event: string }) => event === "after answerLimit";

/** Text of a reply as its reader takes it: without the endings, and without what lies after a NUL. */
export function textOf(reply: Buffer): string {
  const text = reply.toString("utf8").replace(/[\0\r\n]+$/, "");
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** True where a line of it is what is due. */
export const isRight = (said: string, due: readonly string[]) =>
  said
    .split(/[\0\r\n]+/)
    .some((line) => due.some((one) => line.trim() === one || line.startsWith(`${one},`)));

/** The right answer, and once more. */
export function isTwice({ expected, reply }: Exchange): boolean {
  const [due = ""] = expected?.texts ?? [];
  if (due === "" || expected?.kind === "room") return false;
  const text = reply.toString("utf8").replace(/[\0\r\n]+/g, "");
  return text === due + due || text === due + due + due;
}

/** Answers to several questions in one piece, each but the last open until then: a buffer that was emptied late. */
export function isOfSeveral(exchanges: readonly Exchange[], { nth, reply }: Exchange): boolean {
  const open = exchanges.filter((one) => one.nth === nth || (one.nth < nth && isOpen(one)));
  const due = open.map(({ expected }) => expected?.texts[0] ?? "");
  return open.length > 1 && reply.toString("utf8").replace(/[\0\r\n]+/g, "") === due.join("");
}

const isOpen = ({ expected, reads }: Exchange) => expected !== undefined && reads.length === 0;

/** A silence this long is no answer's any more. */
export const LONG_SILENCE_MS = 5_000;

export interface Failure {
  readonly from: string;
  readonly event: string;
}

/** Step at which a run of ours went wrong. */
export function failureOf(evidence: Evidence): Failure | undefined {
  if (evidence.isServer || evidence.role === undefined) return undefined;
  const last = evidence.all("transition").findLast(({ to }) => to === "failed");
  return last && { from: last.from, event: last.event };
}

export function expectedIn({ role }: Evidence, state: string): string {
  return role?.phases[state]?.expects ?? "an answer";
}

export function ruleIn({ role }: Evidence, state: string, otherwise = "FRAME-9"): string {
  return role?.phases[state]?.rule ?? otherwise;
}
