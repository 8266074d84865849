/** A conversation of a client of ours with somebody's server: what we said, and what came after each of it. */
import { type ExpectedReply, expectedReply } from "../wire/expected-reply.ts";
import type { Evidence, Read } from "./_evidence.ts";

export interface Exchange {
  /** Counted from 0, the opening word. */
  readonly nth: number;
  readonly sent: string;
  /** Microseconds since the story opened. */
  readonly at: number;
  /** What came before we said the next. */
  readonly reads: readonly Read[];
  readonly reply: Buffer;
  /** The answer that the rules name; undefined: none is due, or any will do. */
  readonly expected: ExpectedReply | undefined;
  /** We waited for as long as an answer may take. */
  readonly isGivenUp: boolean;
}

export interface Dialogue {
  /** What came before we said anything. */
  readonly greeting: readonly Read[];
  readonly exchanges: readonly Exchange[];
}

/** The rule of a client's conversation, by which its answers are looked up. */
export function ruleOf({ role }: Evidence): string {
  return role?.phases.listening?.rule ?? Object.values(role?.phases ?? {})[0]?.rule ?? "FRAME-9";
}

export function dialogueOf(evidence: Evidence): Dialogue {
  const rule = ruleOf(evidence);
  const waiting = [...evidence.reads];
  const greeting: Read[] = [];
  const drafts: { sent: string; at: number; reads: Read[]; isGivenUp: boolean }[] = [];
  for (const entry of evidence.entries) {
    const draft = drafts.at(-1);
    if (entry.kind === "out")
      drafts.push({ sent: entry.bytes.toString("utf8"), at: entry.at, reads: [], isGivenUp: false });
    else if (entry.kind === "in") {
      const read = waiting.shift();
      if (read) (draft?.reads ?? greeting).push(read);
    } else if (entry.kind === "transition" && draft && isTimeout(entry)) draft.isGivenUp = true;
  }
  const exchanges = drafts.map((draft, nth) => ({
    ...draft,
    nth,
    reply: Buffer.concat(draft.reads.map(({ bytes }) => bytes)),
    expected: expectedReply(rule, { sent: draft.sent, nth }),
    // The next is not said before the answer is there, or is given up.
    isGivenUp: draft.isGivenUp || (draft.reads.length === 0 && nth < drafts.length - 1),
  }));
  return { greeting, exchanges };
}

/** The limit of an answer, not the pause after a message that has none. */
const isTimeout = ({ event }: { readonly event: string }) => event === "after answerLimit";

/** Text of a reply as its reader takes it: without the endings, and without what lies after a NUL. */
export function textOf(reply: Buffer): string {
  const text = reply.toString("utf8").replace(/[\0\r\n]+$/, "");
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** The answer to an earlier question that was given up is none to this one. */
export function isLateReply({ reply }: Exchange, earlier: readonly Exchange[]): boolean {
  const text = textOf(reply);
  return earlier.some(
    ({ isGivenUp, reads, expected }) => isGivenUp && reads.length === 0 && expected?.texts.includes(text),
  );
}

/** The server's last word is due, and has not come. */
export interface OpenQuestion {
  /** Undefined: its greeting. */
  readonly exchange: Exchange | undefined;
  readonly state: string;
  /** Answers that had come by then. */
  readonly answered: number;
  /** Since when nothing came, as far as anybody waited. */
  readonly askedAt: number;
  readonly isGivenUp: boolean;
}

/** A silence this long is no answer's any more. */
export const LONG_SILENCE_MS = 5_000;

export function openQuestionOf(evidence: Evidence): OpenQuestion | undefined {
  const { isServer, role, silence, story } = evidence;
  if (isServer || role === undefined || story.subject.transport === "udp") return undefined;
  const failed = failureOf(evidence);
  if (failed && !failed.event.startsWith("after ") && !isEnding(failed.event)) return undefined;
  const { greeting, exchanges } = dialogueOf(evidence);
  const answered = exchanges.filter(({ expected, reads }) => expected && reads.length > 0).length;
  const state = failed?.from ?? silence.state;
  if (state === "awaitingGreeting" && greeting.length === 0) {
    const askedAt = evidence.entries[0]?.at ?? 0;
    return {
      exchange: undefined,
      state,
      answered: 0,
      askedAt,
      isGivenUp: failed?.event.startsWith("after ") ?? false,
    };
  }
  const exchange = unansweredOf(evidence, exchanges, state);
  if (!exchange) return undefined;
  const isGivenUp = exchange.isGivenUp || (failed?.event.startsWith("after ") ?? false);
  return {
    exchange,
    state: isAsking(state) ? state : "awaitingReply",
    answered,
    askedAt: exchange.at,
    isGivenUp,
  };
}

/** States in which an answer is due whatever was said. */
const ASKING = new Set([
  "authenticating",
  "requesting",
  "sizing",
  "awaitingAnswer",
  "awaitingReply",
  "awaitingBytes",
]);
const isAsking = (state: string) => ASKING.has(state);
const isEnding = (event: string) => /^peer\.(ended|closed)$/.test(event);

function unansweredOf(
  { role }: Evidence,
  exchanges: readonly Exchange[],
  state: string,
): Exchange | undefined {
  const first = exchanges.find(
    ({ expected, reads, isGivenUp }, index) =>
      expected && reads.length === 0 && (isGivenUp || index === exchanges.length - 1),
  );
  if (first) return first;
  const last = exchanges.at(-1);
  const isFree = !role?.phases.listening;
  return isFree && isAsking(state) && last?.reads.length === 0 ? last : undefined;
}

export interface Failure {
  readonly from: string;
  readonly event: string;
}

/** Where a run of ours went wrong. */
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
