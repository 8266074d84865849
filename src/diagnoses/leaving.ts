/** Programs that leave in the middle: without a word, in their turn, or with one connection for each message. */
import type { Story } from "../stories/story.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { type ConnectionSummary, findConnectionPerMessage } from "./_pieces.ts";
import { expectedAt, firstRule, firstState, type PlaceKind, placeOf, ruleOfSaid } from "./_places.ts";
import { at } from "./_reproduce.ts";

export const leaving: readonly Diagnosis[] = [
  {
    id: "D58",
    name: "connection-per-message",
    title: "A new connection for each message",
    level: "violation",
    rank: "pieces",
    excludes: ["D14", "D17", "D18", "D19", "D23", "D27", "D28", "D61", "D62", "D06", "D71"],
    find: findPerMessage,
  },
  {
    id: "D61",
    name: "left-without-a-word",
    title: "It left without a word",
    level: "note",
    rank: "endings",
    excludes: ["D27", "D28"],
    isConsequence: true,
    find: findWordless,
  },
  {
    id: "D62",
    name: "left-in-its-turn",
    title: "It left when it was its turn",
    level: "note",
    rank: "endings",
    excludes: ["D27", "D28"],
    isConsequence: true,
    find: findInItsTurn,
  },
];

/** The two looked at are one program's: it comes again within seconds, and we may hear late of the end of the one before. */
const NEXT_MS = 3_000;
const OVERLAP_MS = 1_000;

// -- a connection a message -----------------------------------------------------------------------------------------

/** Places from which a conversation goes on. */
const FIRST_WORDS: ReadonlySet<PlaceKind> = new Set<PlaceKind>(["name", "token", "login"]);

function findPerMessage(evidence: Evidence): Finding | undefined {
  const { story, isServer, messages } = evidence;
  const rule = firstRule(evidence);
  const isFirst = FIRST_WORDS.has(placeOf(rule).kind) || rule === "KNOCK-1";
  if (!isServer || !isFirst || messages.length !== 1 || story.subject.transport === "udp") return undefined;
  const run = runAround(evidence);
  const sign = findConnectionPerMessage(run);
  const [first, ...later] = run.map(({ messages: [text = ""] }) => text);
  if (!sign || !isFirstWord(evidence, rule, first) || !later.some((text) => isLaterWord(rule, text)))
    return undefined;
  const ids = sign.args.ids.map((id) => id.slice(id.lastIndexOf("/") + 1)).join(", ");
  const shown = sign.args.messages
    .slice(0, 4)
    .map((text) => quoted(text))
    .join(", ");
  return {
    rule,
    reads: evidence.reads.slice(0, 1),
    came: `${count(run.length, "connection")} one after another, with one message each`,
    state: firstState(evidence),
    expected: "one connection for the whole conversation",
    cause: `${ids} came one after another from ${story.subject.remote.address}, with one message each: ${shown}. Probably your program opens a new socket for each message, or closes it after each (in Java, close() of a stream or writer closes its socket). For the server each is a new conversation.`,
    advice: [
      "Open one connection, use it for the whole conversation, and close it at the end only.",
      "Keep the reader and the writer open as long as the socket.",
    ],
  };
}

/** The conversation begins as it should: who says a wrong word and comes again only says it again. */
function isFirstWord(evidence: Evidence, rule: string, text = ""): boolean {
  const { kind, isRight } = placeOf(rule);
  return kind === "token" ? text === evidence.option("token") : isRight?.(text) === true;
}

/** Words that are due later in the conversation: they cannot be meant for its beginning. */
function isLaterWord(rule: string, text: string): boolean {
  switch (placeOf(rule).kind) {
    case "token":
      return /^[^\s/]+\.\w{1,5}$/.test(text.trim());
    case "login":
      return !text.trim().startsWith(":") || text.trim().split(":").length > 3;
    default:
      return placeOf(rule).isRight?.(text.trim()) === false;
  }
}

/** Stories of this address, one after another, of which this is one. */
function runAround({ story, others }: Evidence): ConnectionSummary[] {
  const all = [...others(), story]
    .filter(({ subject }) => subject.remote.address === story.subject.remote.address)
    .sort((a, b) => a.openedAt - b.openedAt || inNumbers(a, b));
  const place = all.indexOf(story);
  let from = place;
  let to = place;
  while (from > 0 && follows(all[from - 1], all[from])) from -= 1;
  while (to + 1 < all.length && follows(all[to], all[to + 1])) to += 1;
  const run = all.slice(from, to + 1);
  return run.map((one, index) => summaryOf(one, run[index + 1]));
}

/** Opened in the same millisecond: their numbers tell which came first. */
const inNumbers = (a: Story, b: Story) => a.subject.id.localeCompare(b.subject.id, "en", { numeric: true });

function follows(one: Story | undefined, next: Story | undefined): boolean {
  if (!one || !next || !isOneMessage(one) || !isOneMessage(next)) return false;
  if (isOneProgram(one, next)) return next.openedAt - one.openedAt < NEXT_MS;
  if (one.endedAt === undefined) return false;
  const gapMs = next.openedAt - one.endedAt;
  return gapMs >= -OVERLAP_MS && gapMs < NEXT_MS;
}

/** Seen in /proc: then the one before may be open still. */
function isOneProgram(one: Story, next: Story): boolean {
  const [pid, other] = [one, next].map(
    ({ entries }) => entries.findLast((entry) => entry.kind === "program")?.pid,
  );
  return pid !== undefined && pid === other;
}

const messagesIn = ({ entries }: Story) => entries.filter(({ kind }) => kind === "message").length;
const isOneMessage = (story: Story) => messagesIn(story) === 1;

function summaryOf(story: Story, next: Story | undefined): ConnectionSummary {
  const { subject, entries, openedAt, endedAt } = story;
  const came = entries.flatMap((entry) => (entry.kind === "in" ? [entry.bytes] : []));
  const text = Buffer.concat(came)
    .toString("utf8")
    .replace(/[\r\n\0]+$/, "");
  return {
    id: subject.id,
    host: subject.remote.address,
    openedMs: openedAt,
    endedMs: next === undefined ? endedAt : Math.min(endedAt ?? next.openedAt, next.openedAt),
    messages: Array.from({ length: messagesIn(story) }, () => text),
    isFinished: false,
  };
}

// -- without a word, or in its turn -----------------------------------------------------------------------------------

const SOON_MS = 10_000;

function findWordless(evidence: Evidence): Finding | undefined {
  const { isServer, story, silence, entries } = evidence;
  const isTcp = story.subject.transport === "tcp";
  if (!isServer || !isTcp || !silence.isOver || story.bytesIn > 0 || evidence.isOperated) return undefined;
  if (evidence.last("refused") || evidence.last("crashed") || silence.ms >= SOON_MS) return undefined;
  const left = entries.find(({ kind }) => kind === "ended" || kind === "closed" || kind === "fin");
  if (left === undefined || left.kind === "fin" || (left.kind === "closed" && left.by === "us"))
    return undefined;
  // A program that looks whether the port is open, and comes again to speak.
  if (evidence.others().some((other) => spokeBeside(other, story))) return undefined;
  const state = firstState(evidence);
  const due = evidence.role?.phases[state]?.expects;
  if (due === undefined) return undefined;
  return {
    rule: firstRule(evidence),
    reads: [],
    came: "a connection that ended without a byte",
    state,
    expected: due,
    cause: wordlessCause(evidence),
    advice: [
      "Look at its own error output, in the terminal where it runs. In Python send bytes: sendall(text.encode()).",
      "If you only wanted to see whether the port is open, all is well.",
    ],
  };
}

/** A reset tells that what we had said first was not read to its end. */
function wordlessCause(evidence: Evidence): string {
  const greeting = evidence.entries.find((entry) => entry.kind === "out");
  const code = evidence.last("closed")?.cause?.code;
  const isUnread = code === "peer-reset" || code === "peer-not-reading";
  if (greeting?.kind !== "out" || !isUnread)
    return "It connected, and left without sending a byte. Probably your program ended with an error before its first send(), e.g. TypeError: a bytes-like object is required; or what it wrote was still in a buffer that it never flushed.";
  return `It connected, and left without sending a byte and without reading all of ${quoted(greeting.bytes.toString("utf8"))}. Either it ended with an error before its first send(), or it took "nothing there yet" for the end: a non-blocking recv() (EAGAIN), a short time-out, ready() or available() in Java.`;
}

const BESIDE_MS = 2_000;

function spokeBeside(other: Story, { subject, openedAt, endedAt = openedAt }: Story): boolean {
  if (other.subject.remote.address !== subject.remote.address || other.bytesIn === 0) return false;
  const isLater = other.openedAt >= openedAt && other.openedAt - endedAt < BESIDE_MS;
  const isOpen = other.openedAt <= openedAt && (other.endedAt ?? Number.POSITIVE_INFINITY) >= openedAt;
  return isLater || isOpen;
}

function findInItsTurn(evidence: Evidence): Finding | undefined {
  const { debt, silence, entries } = evidence;
  if (!debt || !silence.isOver || silence.ms >= SOON_MS || evidence.isOperated) return undefined;
  const left = entries.find(({ kind }) => kind === "ended" || kind === "closed" || kind === "refused");
  if (!left || left.kind === "refused" || (left.kind === "closed" && left.by === "us")) return undefined;
  if (debt.bytes && isWhole(evidence)) return undefined;
  if (isServedWhole(evidence)) return undefined;
  const rest = debt.bytes ? ` Of it ${quoted(debt.bytes.toString("utf8"))} had come.` : "";
  const isFin = left.kind === "ended";
  const rule = evidence.role?.phases[silence.state]?.rule ?? firstRule(evidence);
  return {
    rule,
    reads: evidence.reads.slice(-1),
    came: isFin ? "a FIN" : "a reset (RST)",
    state: silence.state,
    expected: debt.due || expectedAt(evidence, silence.state),
    cause: `It left after ${debt.begun}: ${debt.due} was still to come.${rest} Probably your program ended there, with an error or because it has nothing more to do${isFin ? "; or it called shutdown(fd, SHUT_WR) too early, and now waits for an answer" : ""}.${gaveUp(evidence)}`,
    advice: [
      `Look at its own error output, in the terminal where it runs.${rule === "FILE-0" ? SIZE : ""}`,
      `Send ${debt.due} before you close: the server at ${at(evidence)} waits for it.`,
    ],
  };
}

/** Long enough for a time-out of its own. */
const GIVEN_UP_MS = 900;

/** [CALC-0] A name has no reply: a program that waits for one ends with a time-out, or is ended. */
function gaveUp({ silence, lastMove, messages }: Evidence): string {
  const isName = messages.length === 1 && messages[0]?.rule === "CALC-0" && lastMove?.kind === "in";
  if (!isName || silence.ms < GIVEN_UP_MS) return "";
  return ` Or it waited ${(silence.ms / 1_000).toFixed(1)} s for a reply to its name, which has none, and gave up.`;
}

const SIZE = " The size is four bytes and no text: int() and atoi() fail on it.";

/** The file went out whole, and nothing of it came back as unread: as nc does it, all was asked before the FIN. */
function isServedWhole({ entries }: Evidence): boolean {
  const isReset = entries.some((entry) => entry.kind === "closed" && entry.cause !== undefined);
  const file = entries.findLast((entry) => entry.kind === "file");
  return !isReset && file?.kind === "file" && file.size === file.told;
}

/** A last line without its newline may be all there was to say. */
function isWhole(evidence: Evidence): boolean {
  const last = evidence.messages.at(-1);
  return last !== undefined && placeOf(ruleOfSaid(evidence, last)).isRight?.(last.text) === true;
}
