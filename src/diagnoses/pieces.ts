/** Mistakes in how texts were cut on their way: a byte a send, several messages in one read, one message in several. */
import { argsOf } from "../stories/causes.ts";
import { parseExpression } from "../wire/calculator.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, type FramedMessage, quoted, type Read } from "./_evidence.ts";
import { findGlued, findSplit, isMessageOf } from "./_pieces.ts";
import {
  expectedAt,
  firstRule,
  firstState,
  type Place,
  placeOf,
  ruledPieces,
  ruleOfSaid,
} from "./_places.ts";
import { speaker } from "./_speaker.ts";
import { signOf } from "./_text-signs.ts";
import { wrongToken } from "./framing.ts";
import { isTheirTurn } from "./waiting.ts";

export const pieces: readonly Diagnosis[] = [
  {
    id: "D07",
    name: "one-message-in-two-reads",
    title: "One message arrived in two reads",
    level: "violation",
    rank: "pieces",
    excludes: ["D14", "D17", "D18", "D19", "D23", "D66", "D70", "D71", "D72", "D73"],
    find: findPieces,
  },
  {
    id: "D56",
    name: "byte-by-byte",
    title: "Each character came alone",
    level: "violation",
    hasOwnLevel: true,
    rank: "pieces",
    excludes: ["D05", "D07", "D14", "D17", "D18", "D19", "D66", "D03", "D01", "D02", "D36", "D73"],
    find: findSingle,
  },
  {
    id: "D57",
    name: "glued-into-one-message",
    title: "Several messages arrived as one",
    level: "violation",
    rank: "pieces",
    excludes: ["D05", "D17", "D18", "D19", "D20", "D66", "D70", "D71", "D72", "D73", "D01", "D02", "D64"],
    find: findTogether,
  },
];

// -- one message in several reads ---------------------------------------------------------------------------------

function findPieces(evidence: Evidence): Finding | undefined {
  if (!evidence.isServer || evidence.story.framing === "line") return undefined;
  return splitToken(evidence) ?? splitByGrammar(evidence);
}

function splitToken(evidence: Evidence): Finding | undefined {
  const token = evidence.option("token");
  const half = wrongToken(evidence);
  if (!half || half.text === "" || half.text === token || !token?.startsWith(half.text)) return undefined;
  return splitFinding(evidence, {
    rule: "FRAME-3",
    said: half,
    reads: half.reads,
    halves: quoted(half.text),
  });
}

function splitByGrammar(evidence: Evidence): Finding | undefined {
  const ruled = ruledPieces(evidence);
  for (const [index, { rule }] of ruled.entries()) {
    const { grammar, leaving } = placeOf(rule);
    if (grammar === undefined) continue;
    const run = ruled.slice(index).map(({ piece }) => piece);
    const sign = findSplit(run, isPart(grammar, leaving));
    if (sign?.kind !== "split" || sign.args.pieces[0] !== run[0]?.bytes.toString("utf8")) continue;
    const reads = evidence.reads.filter(({ at }) =>
      run.slice(0, sign.args.pieces.length).some((one) => one.at === at),
    );
    const halves = sign.args.pieces.map((piece) => quoted(piece)).join(" and ");
    return splitFinding(evidence, { rule: "FRAME-3", said: undefined, reads, halves });
  }
  return undefined;
}

/** An expression is all that a calculator reads as one; a name before a bar is none of a relay's. */
function isPart(grammar: string, leaving: readonly string[] | undefined): (text: string) => boolean {
  const isMessage = isMessageOf(grammar, leaving);
  return grammar === "CALC-2" ? (text) => isMessage(text) || parseExpression(text).ok : isMessage;
}

interface Halves {
  readonly rule: string;
  readonly said: FramedMessage | undefined;
  readonly reads: readonly Read[];
  readonly halves: string;
}

function splitFinding(evidence: Evidence, { rule, said, reads, halves }: Halves): Finding {
  const state = said?.state ?? firstState(evidence);
  return {
    rule,
    reads,
    state,
    expected: `${expectedAt(evidence, state)}, in one piece`,
    cause: `${said ? `Only ${halves}, the beginning of the token, came in the first read.` : `${halves} came as pieces of one message.`} Probably your program builds it with several send() calls. Without an ending the server cannot know that more is to come, so it takes each read for a message of its own.`,
    advice: [
      "Put the whole message together first (snprintf, +, join), and send it with one send().",
      "Or end each message with a newline: then the server waits for it, however many pieces come.",
    ],
  };
}

// -- a byte a send ------------------------------------------------------------------------------------------------

/** Of a peer of our servers: our clients wait until an answer is whole, however many pieces it has. */
function findSingle(evidence: Evidence): Finding | undefined {
  const sign = evidence.isServer ? signOf(evidence, "byteByByte") : undefined;
  if (!sign) return undefined;
  const isLines = evidence.story.framing === "line";
  const keys = [...sign.args.text.slice(0, 5)].map((key) => quoted(key)).join(" ");
  const end = isLines
    ? "The server puts lines together again; a program that takes each recv() for a message would not."
    : "Before the first newline each of them was taken for a message of its own.";
  return {
    rule: "FRAME-3",
    ...(isLines && !evidence.messages.some(({ bytes }) => bytes.length === 1)
      ? { level: "note" as const }
      : {}),
    reads: evidence.reads.slice(0, 3),
    state: firstState(evidence),
    expected: `${expectedAt(evidence, firstState(evidence))}, in one piece`,
    cause: `${sign.args.reads} reads came, nearly all of one byte: ${keys} … Either a terminal sends each key as it is pressed (telnet, PuTTY), or your program sends one character at a time in a loop. ${end}`,
    advice: [
      "Build the whole message first, and send it with one send().",
      "By hand: ncat, or PuTTY in Raw mode with local line editing forced on.",
    ],
  };
}

// -- several messages in one read -----------------------------------------------------------------------------------

function findTogether(evidence: Evidence): Finding | undefined {
  const { isServer, messages, story } = evidence;
  if (!isServer || (story.framing !== "bare" && story.framing !== "datagram")) return undefined;
  for (const said of messages) {
    const rule = ruleOfSaid(evidence, said);
    const parts = partsOf(evidence, said, placeOf(rule), rule);
    if (parts) return gluedFinding(evidence, said, parts);
  }
  return undefined;
}

/** Messages of which the text consists, where it was not taken as one. */
function partsOf(
  evidence: Evidence,
  { text }: FramedMessage,
  place: Place,
  rule: string,
): readonly string[] | undefined {
  if (place.kind === "filename") return filesIn(evidence, text);
  if (rule === "FILE-0") return nameAfterWord(evidence, text);
  if (rule === "RELAY-2") return leavingIn(evidence, text, place);
  if (place.grammar === undefined || isTaken(place, text, rule)) return undefined;
  const sign = findGlued(text.trimEnd(), place.grammar, place.leaving ?? []);
  if (sign?.kind !== "glued") return undefined;
  return rule === "RELAY-2" ? undefined : sign.args.messages;
}

/** A whole message of its place is one, whatever else it looks like. */
function isTaken({ isRight, kind }: Place, text: string, rule: string): boolean {
  if (kind === "login" || rule === "CHAT-2") return true;
  return isRight?.(text) ?? false;
}

/** `hi|bobclose`: no user of that name is there, and bob is. */
function leavingIn(evidence: Evidence, text: string, { leaving = [] }: Place): readonly string[] | undefined {
  const word = leaving.find((one) => text.endsWith(one));
  const user = text.slice(text.lastIndexOf("|") + 1);
  if (word === undefined || !text.includes("|")) return undefined;
  const isIt = evidence.all("remark").some(({ cause }) => {
    const args = argsOf(cause, "receiver-not-online");
    return args?.user === user && args.online.split("\n").includes(user.slice(0, -word.length));
  });
  return isIt ? [text.slice(0, -word.length), word] : undefined;
}

/** `server.txtsecond.txt`: two names with the extension that all files here have. */
function filesIn(evidence: Evidence, text: string): readonly string[] | undefined {
  const extension = evidence.option("service");
  if (extension === undefined || !/^\w+$/.test(extension)) return undefined;
  const names = text.match(new RegExp(`[^\\s./]+\\.${extension}`, "g")) ?? [];
  return names.length > 1 && names.join("") === text ? names : undefined;
}

/** [FILE-0] `Gotsecond.txt`: one piece is the acknowledgement, so a filename in it is lost, and its file waited for. */
function nameAfterWord(evidence: Evidence, text: string): readonly string[] | undefined {
  const extension = evidence.option("service");
  if (extension === undefined || !/^\w+$/.test(extension) || !isTheirTurn(evidence)) return undefined;
  const glued = new RegExp(`^(got|ok|ack)[\\r\\n\\0]*([^\\s\\0/]+\\.${extension})[\\r\\n\\0]*$`, "i");
  const [, word = "", name = ""] = glued.exec(text) ?? [];
  // A program may acknowledge with the name of the very file.
  const isOwn = evidence.all("file").some((file) => file.name === name || file.name === text.trim());
  return name === "" || isOwn ? undefined : [word, name];
}

/** A name and a text with a receiver: no reader can see where the name ends, nor whether there is one. */
function nameAndText(evidence: Evidence, said: FramedMessage): Finding {
  const { expects = "the name" } = evidence.role?.phases[said.state] ?? {};
  return {
    rule: "FRAME-3",
    reads: said.reads,
    state: said.state,
    expected: `${expects}, alone`,
    cause: `${quoted(said.text)} has a bar (|), so it is no name. Either the name and the first message arrived as one, because your program did not wait for \`Message please\` between its two send() calls; or it sent the message before any name.`,
    advice: [
      "Send the name alone, and read `Message please`; only then send text|user.",
      "Or end each message with a newline (\\n).",
    ],
  };
}

function gluedFinding(evidence: Evidence, said: FramedMessage, parts: readonly string[]): Finding {
  if (ruleOfSaid(evidence, said) === "RELAY-0") return nameAndText(evidence, said);
  const isDatagram = evidence.story.subject.transport === "udp";
  // Digits that run into digits leave several cuts.
  const isClear = !/\d\d/.test(said.text) || parts.length === 2;
  const shown = isClear ? `: ${parts.map((part) => quoted(part)).join(" and ")}` : "";
  return {
    rule: isDatagram ? firstRule(evidence) : "FRAME-3",
    reads: said.reads,
    state: said.state,
    expected: evidence.role?.phases[said.state]?.expects ?? "one message",
    cause: isDatagram
      ? `${quoted(said.text)} looks like ${parts.length} requests in one datagram${shown}. One datagram is one request.`
      : `${quoted(said.text)} looks like ${parts.length} messages${shown}. ${speaker(evidence)} sent them without waiting for a reply in between; TCP keeps the order of bytes, not your send() calls, so they arrived as one piece and were taken for one message.`,
    advice: isDatagram
      ? ["Call sendto() once for each request."]
      : [
          "Read the reply before you send the next message; or end each message with a newline (\\n).",
          "Two processes or threads must not write to the same socket at the same time.",
        ],
  };
}
