/** How texts were cut and glued on their way: a byte a read, two messages in one, one message in two. */
import type { Piece, Sign } from "./_sign.ts";
import { sign } from "./_sign.ts";

export type PieceSign =
  | Sign<"byteByByte", { reads: number; text: string }>
  | Sign<"glued", { messages: readonly string[] }>
  | Sign<"split", { pieces: readonly string[]; whole: string }>
  | Sign<"onlyLineEnd", { form: "LF" | "CRLF" | "CR" }>
  | Sign<"carriageReturns", { times: number }>;

/** Reads that tell a habit, and the longest into which a busy machine joins keys. */
const ENOUGH_KEYS = 5;
const MAX_JOINED = 4;

/** Keys as they are pressed, or a loop that sends a character at a time. */
export function findByteByByte(pieces: readonly Piece[]): PieceSign | undefined {
  const [first] = pieces;
  const single = pieces.filter(({ size }) => size === 1).length;
  const text = Buffer.concat(pieces.map(({ bytes }) => bytes)).toString("latin1");
  const isMostlySingle = single >= ENOUGH_KEYS && single * 3 >= pieces.length * 2;
  if (first?.size !== 1 || !isMostlySingle || pieces.some(({ size }) => size > MAX_JOINED)) return undefined;
  return /^[\x20-\x7e\r\n]+$/.test(text)
    ? sign("byteByByte", true, { reads: pieces.length, text })
    : undefined;
}

/** A line end and nothing else: scanf() has left it in the keyboard's buffer, and fgets() took it. */
export function findOnlyLineEnd(bytes: Buffer): PieceSign | undefined {
  const text = bytes.toString("latin1");
  if (text === "\n") return sign("onlyLineEnd", true, { form: "LF" });
  if (text === "\r\n") return sign("onlyLineEnd", true, { form: "CRLF" });
  return text === "\r" ? sign("onlyLineEnd", true, { form: "CR" }) : undefined;
}

/** Lines that end in CR alone, where a newline was meant. */
export function findCarriageReturns(pieces: readonly Piece[]): PieceSign | undefined {
  const text = Buffer.concat(pieces.map(({ bytes }) => bytes)).toString("latin1");
  if (text.includes("\n") || !/[^\r]\r$/.test(text)) return undefined;
  return sign("carriageReturns", true, { times: text.split("\r").length - 1 });
}

// -- glued and split, by the grammar of a protocol -----------------------------------------------------------------

/** Whole messages of a phase: one that it can be, and nothing around it. */
export interface Grammar {
  /** Message after message, in the order in which they are due. */
  readonly due: readonly RegExp[];
  /** The last one is free text, and ends with the piece. */
  readonly isLastOpen?: boolean;
}

const EXPRESSION = /[-+]?\d+(?:\.\d+)? [-+*/] [-+]?\d+(?:\.\d+)?/;
const WORD = /[\p{L}][\p{L}\p{N}_.-]*/u;

/** Words that are due from a state on, by wire protocol. Whole words are unanchored: the reader anchors them. */
const grammars: Readonly<Record<string, Grammar>> = {
  "CALC-0": { due: [/[\p{L}][\p{L}_.-]*?/u, EXPRESSION] },
  "CALC-2": { due: [EXPRESSION] },
  "RELAY-0": { due: [WORD, /[^|\n]+\|[\p{L}][\p{L}\p{N}_.-]*/u] },
  "RELAY-2": { due: [/[^|\n]+\|[\p{L}][\p{L}\p{N}_.-]*/u] },
  "KNOCK-1": { due: [/Knock knock\.\./, /[^\n]+/], isLastOpen: true },
  "CHAT-0": { due: [/:[^:\n]+:[^:\n]+/, /:[^:\n]+:[^:\n]+/] },
  "CHAT-2": { due: [/:[^:\n]+:[^:\n]+/] },
  "ECHO-0": { due: [/download [^\s/]+?\.\w{1,4}|run \w+|close/] },
  "CLOCK-0": { due: [/SEND_DATE|SEND_TIME/] },
  "BOOT-6": { due: [/DISCOVERY/] },
};

/**
 * Two messages or more in one piece, where the grammar lets a person see them: `15 + 35q`, `alicehello|bob`.
 * `known` are words that are sure to be whole: a token, a name, a file.
 */
export function findGlued(text: string, rule: string, last: readonly string[] = []): PieceSign | undefined {
  const grammar = grammars[rule];
  if (!grammar || /[\n\0]/.test(text)) return undefined;
  const messages = takeApart(text, grammar, last);
  return messages && messages.length > 1 ? sign("glued", false, { messages }) : undefined;
}

function takeApart(
  text: string,
  { due, isLastOpen }: Grammar,
  last: readonly string[],
): string[] | undefined {
  const messages: string[] = [];
  let rest = text;
  for (let step = 0; rest !== "" && step < 20; step += 1) {
    const closing = last.find((word) => rest === word);
    if (closing !== undefined) return [...messages, closing];
    if (isLastOpen && step === due.length - 1) return [...messages, rest];
    const next = due[Math.min(step, due.length - 1)];
    const taken = next && leading(next, rest, due[Math.min(step + 1, due.length - 1)], last);
    if (!taken) return undefined;
    messages.push(taken);
    rest = rest.slice(taken.length);
  }
  return rest === "" ? messages : undefined;
}

/** Shortest start that is a message, so that what follows is one too; all of it where nothing follows. */
function leading(
  pattern: RegExp,
  text: string,
  next: RegExp | undefined,
  last: readonly string[],
): string | undefined {
  const one = new RegExp(`^(?:${pattern.source})$`, pattern.flags);
  for (let end = 1; end < text.length; end += 1) {
    const [head, tail] = [text.slice(0, end), text.slice(end)];
    if (!one.test(head)) continue;
    if (last.includes(tail)) return head;
    if (next && new RegExp(`^(?:${next.source})`, next.flags).test(tail) && isParted(head, tail)) return head;
  }
  return one.test(text) ? text : undefined;
}

/** Digits that run into digits are cut where the shortest number ends: `1 + 12 + 2` is 1 + 1 and 2 + 2. */
const isParted = (head: string, tail: string) => !/\s$/.test(head) && !/^\s/.test(tail);

/** Whether a text is one whole message of this rule. */
export function isMessageOf(rule: string, last: readonly string[] = []): (text: string) => boolean {
  const [first] = grammars[rule]?.due ?? [];
  const whole = first && new RegExp(`^(?:${first.source})$`, first.flags);
  return (text) => last.includes(text) || whole?.test(text) === true;
}

/** Milliseconds in which the pieces of one message follow each other. */
const NEXT_PIECE_MS = 400;
const MAX_PIECES = 6;

/** Pieces that came at once, of which the first is no message, nor the rest, but all of them together are one. */
export function findSplit(
  pieces: readonly Piece[],
  isMessage: (text: string) => boolean,
): PieceSign | undefined {
  for (const from of pieces.keys())
    for (let to = from + 2; to <= Math.min(pieces.length, from + MAX_PIECES); to += 1) {
      const run = pieces.slice(from, to);
      if (!isAtOnce(run)) break;
      const texts = run.map(({ bytes }) => bytes.toString("utf8"));
      const [first = "", ...rest] = texts;
      if (isMessage(first)) break;
      const whole = texts.join("");
      if (isMessage(whole) && !isMessage(rest.join(""))) return sign("split", true, { pieces: texts, whole });
    }
  return undefined;
}

const isAtOnce = (run: readonly Piece[]) =>
  run.every(({ at }, index) => index === 0 || at - (run[index - 1]?.at ?? 0) <= NEXT_PIECE_MS * 1_000);

// -- several connections -------------------------------------------------------------------------------------------

/** A story in brief, for what only several of one address can tell. */
export interface ConnectionSummary {
  readonly id: string;
  readonly host: string;
  /** Wall clock. */
  readonly openedMs: number;
  readonly endedMs: number | undefined;
  /** Messages that came, as text. */
  readonly messages: readonly string[];
  /** Messages that a right program would have sent on one connection: a name, then requests. */
  readonly isFinished: boolean;
}

export type ConnectionsSign = Sign<
  "connectionPerMessage",
  { ids: readonly string[]; messages: readonly string[] }
>;

/** Between one connection's end and the next one's start. */
const NEXT_MS = 3_000;

/** Connections of one address, one after another, each with one message of a conversation that has several. */
export function findConnectionPerMessage(stories: readonly ConnectionSummary[]): ConnectionsSign | undefined {
  const sorted = [...stories].sort((a, b) => a.openedMs - b.openedMs);
  const [first] = sorted;
  if (
    sorted.length < 2 ||
    !sorted.every(({ host, messages }) => host === first?.host && messages.length === 1)
  )
    return undefined;
  const isInTurn = sorted.every(({ openedMs }, at) => {
    const before = sorted[at - 1];
    return (
      !before ||
      (before.endedMs !== undefined && openedMs >= before.endedMs && openedMs - before.endedMs < NEXT_MS)
    );
  });
  const texts = sorted.map(({ messages }) => messages[0] ?? "");
  const isDifferent = new Set(texts).size > 1;
  if (!isInTurn || !isDifferent || sorted.some(({ isFinished }) => isFinished)) return undefined;
  return sign("connectionPerMessage", sorted.length > 2, {
    ids: sorted.map(({ id }) => id),
    messages: texts,
  });
}
