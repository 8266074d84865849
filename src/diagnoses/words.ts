/**
 * Mistakes in what is said: the right moment, and not quite the right words.
 *
 * Long, because the marks of each mistake stand beside its words.
 */

import { isQuit, parseExpression, QUIT } from "../wire/calculator.ts";
import { isKnock, KNOCK, WHO_IS_THERE } from "../wire/knock-knock.ts";
import { hasReceiver, MESSAGE_PLEASE } from "../wire/relay.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, type FramedMessage, quoted } from "./_evidence.ts";
import { expressionSlip } from "./_expression-slips.ts";
import { findGlued } from "./_pieces.ts";
import { placeOf, ruleOfSaid } from "./_places.ts";
import { wrongToken } from "./framing.ts";

/** Spaces at the ends, and what no screen shows: marks, joiners, controls, other people's spaces. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Z}]/gu;

export const words: readonly Diagnosis[] = [
  {
    id: "D14",
    name: "wrong-token",
    title: "The token is not the right one",
    level: "violation",
    rank: "words",
    find: findToken,
  },
  {
    id: "D15",
    name: "token-with-an-invisible-character",
    title: "The token looks right, but contains an invisible character",
    level: "violation",
    rank: "words",
    find: findInvisibleToken,
  },
  {
    id: "D16",
    name: "name-with-an-invisible-character",
    title: "The name contains an invisible character",
    level: "note",
    rank: "habits",
    find: findInvisibleName,
  },
  {
    id: "D17",
    name: "expression-that-is-none",
    title: "The calculator cannot read this expression",
    level: "violation",
    rank: "words",
    find: findNoExpression,
  },
  {
    id: "D18",
    name: "forgets-to-say-its-name",
    title: "The first message should be a name, and looks like the second",
    level: "violation",
    rank: "words",
    excludes: "all",
    find: findNoName,
  },
  {
    id: "D19",
    name: "knocks-otherwise",
    title: "The joke has to start with its exact opening words",
    level: "violation",
    rank: "words",
    find: findOddKnock,
  },
];

const visible = (text: string) => text.replace(INVISIBLE, "");

/** `U+FEFF` and its kin, by their numbers: they have no picture. */
function invisibleIn(text: string): string {
  const found = [...new Set(text.match(INVISIBLE) ?? [])].map(
    (character) =>
      `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}${nameOf(character)}`,
  );
  return found.join(" and ");
}

const NAMES: Readonly<Record<string, string>> = {
  " ": "a space",
  "\t": "a tab",
  "\r": "a carriage return, half of a Windows line end",
  "\n": "a newline",
  "\0": "a NUL",
  "\u00a0": "a no-break space",
  "\u200b": "a zero-width space",
  "\ufeff": "a byte order mark, as Windows editors write at the start of a file",
};
const nameOf = (character: string) => (NAMES[character] ? ` (${NAMES[character]})` : "");

/** Text around the secret is told, the secret itself never. */
function findInvisibleToken(evidence: Evidence): Finding | undefined {
  const said = wrongToken(evidence);
  const token = evidence.option("token");
  if (!said || token === undefined || said.text === token || visible(said.text) !== visible(token))
    return undefined;
  return {
    rule: "FILE-1",
    reads: said.reads,
    state: said.state,
    expected: "the token, byte for byte",
    cause: `It has ${count(said.bytes.length, "byte")}, the token ${Buffer.byteLength(token)}: it contains ${invisibleIn(said.text)}. Such a character often comes from copying, or from a line of a file that was read with its line end.`,
    advice: [
      "Print what you are about to send in hex, and look at its first and last bytes.",
      "Strip the text before you send it: token.strip() in Python, token.trim() in Java.",
    ],
  };
}

function findToken(evidence: Evidence): Finding | undefined {
  const said = wrongToken(evidence);
  const token = evidence.option("token");
  if (!said || token === undefined || visible(said.text) === visible(token)) return undefined;
  const isStart = said.text.startsWith(token) && /[\p{L}\p{N}]/u.test(said.text.slice(token.length));
  if (isStart || (token.startsWith(said.text) && said.text !== "")) return undefined;
  const isCase = said.text.toLowerCase() === token.toLowerCase();
  if (isFilename(evidence, said.text)) return filenameFirst(said);
  if (isWithin(token, said.text)) return tokenWithin(said);
  const later = laterThanRefusal(evidence);
  return {
    rule: "FILE-1",
    reads: said.reads,
    state: said.state,
    expected: "the token that the registry tells for this server",
    cause: isCase
      ? `${quoted(said.text)} differs from the token in capital letters only, and they count.${later}`
      : `${quoted(said.text)} is not this server's token. Probably your program took another server's: in the answer to DISCOVERY each server is port, service and token, in this order.${later}`,
    advice: [
      "Print what your program cuts out of the answer to DISCOVERY, in quotation marks.",
      "Ask the registry yourself: netlabctl discover --show-tokens",
    ],
  };
}

/** Shorter tokens stand in other texts by chance. */
const LEAST_TOKEN = 4;

/** As a word of its own, with other words or signs around it. */
function isWithin(token: string, text: string): boolean {
  const at = text.indexOf(token);
  if (at < 0 || token.length < LEAST_TOKEN || text === token) return false;
  const [before = "", after = ""] = [text.slice(0, at).slice(-1), text.slice(at + token.length).slice(0, 1)];
  return ![before, after].some((character) => /[\p{L}\p{N}_]/u.test(character));
}

function tokenWithin(said: FramedMessage): Finding {
  return {
    rule: "FILE-1",
    reads: said.reads,
    state: said.state,
    expected: "the token alone, byte for byte",
    cause: `The right token is in ${quoted(said.text)}, but it does not stand alone. All that comes is compared with the token, so a word, a label or a sign beside it makes it a wrong one.`,
    advice: ["Send the token, and nothing before or after it, but for a newline (\\n)."],
  };
}

/** `server.txt`, where the token is due. */
function isFilename(evidence: Evidence, text: string): boolean {
  const service = evidence.option("service");
  const [, extension] = /^[^\s,:|]+\.([A-Za-z]\w{0,4})$/.exec(text.trim()) ?? [];
  return extension !== undefined && (extension === service || COMMON.has(extension.toLowerCase()));
}
const COMMON = new Set([
  "txt",
  "pdf",
  "png",
  "jpg",
  "jpeg",
  "zip",
  "html",
  "md",
  "csv",
  "doc",
  "docx",
  "gif",
]);

function filenameFirst(said: FramedMessage): Finding {
  return {
    rule: "FILE-1",
    reads: said.reads,
    state: said.state,
    expected: "the token first, and then the filename",
    cause: `${quoted(said.text)} is a filename, and came where the token is due. Probably your program leaves the token out, or sends the two in the wrong order.`,
    advice: ["First send the token, and read `valid`; only then send the filename."],
  };
}

const NAME_PLACES = new Set(["name", "login"]);

/** Bytes after our refusal were sent without a look at it. */
function laterThanRefusal(evidence: Evidence): string {
  const refused = evidence.last("refused");
  const later = evidence.pieces.find(({ at }) => refused !== undefined && at > refused.at);
  if (!later) return "";
  return ` It did not look at the answer ${quoted(refused?.words ?? "")}: ${quoted(later.bytes.toString("utf8"))} came after it.`;
}

/** [CHAT-1, RELAY-1, CALC-0] Accepted: but who shall type it, and which Ann is it? */
function findInvisibleName(evidence: Evidence): Finding | undefined {
  const said = evidence.messages.find((one) => NAME_PLACES.has(placeOf(ruleOfSaid(evidence, one)).kind));
  if (!said || !evidence.isServer) return undefined;
  const name = said.text.replace(/[\r\n\0]+$/, "");
  const inside = name.trim().replace(/ /g, "");
  const hidden = name !== name.trim() ? name : inside;
  if (!hidden.match(INVISIBLE)) return undefined;
  return {
    rule: said.rule,
    reads: said.reads,
    state: said.state,
    expected: "a name that can be read and typed",
    cause: `The name ${quoted(name)} contains ${invisibleIn(hidden)}. It was accepted; but the same name without that character is another name, and no one can see the difference.`,
    advice: [
      "Strip the name before you send it: name.strip() in Python, name.trim() in Java.",
      'If it comes from a file: open(…, encoding="utf-8-sig") drops a byte order mark in Python.',
    ],
  };
}

function findNoExpression(evidence: Evidence): Finding | undefined {
  const { messages } = evidence;
  const index = messages.findIndex((said) => isNoExpression(evidence, said));
  const said = messages[index];
  if (!said || isOtherwiseExplained(messages, index) || isCutOff(evidence, said)) return undefined;
  return {
    rule: "CALC-2",
    reads: said.reads,
    state: said.state,
    expected: "number operator number, with spaces between them, such as 15 + 35; or q",
    cause: expressionSlip(said.text),
    advice: ["Send it like this: 15 + 35", "The session goes on: send the next expression."],
  };
}

const isNoExpression = (evidence: Evidence, said: FramedMessage) =>
  placeOf(ruleOfSaid(evidence, said)).kind === "expression" &&
  !isQuit(said.text) &&
  !parseExpression(said.text).ok;

/** The peer left in the middle of a line: half of a message says nothing of the whole. */
const isCutOff = ({ unfinished, messages }: Evidence, said: FramedMessage) =>
  unfinished.length > 0 && said === messages.at(-1);

/** Halves of one expression are no two mistakes. */
function isOtherwiseExplained(messages: readonly FramedMessage[], index: number): boolean {
  const [said, next] = messages.slice(index, index + 2);
  return said !== undefined && next !== undefined && parseExpression(said.text + next.text).ok;
}

function findNoName(evidence: Evidence): Finding | undefined {
  const [said] = evidence.messages;
  const rule = said && ruleOfSaid(evidence, said);
  switch (rule && evidence.isServer ? rule : undefined) {
    case "CALC-0":
      return said && isExpressions(said.text)
        ? noName(said, "CALC-0", EXPRESSION_FIRST(said.text, nameElsewhere(evidence)))
        : undefined;
    case "RELAY-0":
      return said && hasReceiver(said.text) ? noName(said, "RELAY-0", MESSAGE_FIRST(said.text)) : undefined;
    case "CHAT-1":
      return said && isTalk(said.text) ? noName(said, "CHAT-1", TALK_FIRST(said.text)) : undefined;
    default:
      return undefined;
  }
}

/** Expressions, one or several that arrived as one piece. */
const isExpressions = (text: string) =>
  parseExpression(text).ok || findGlued(text.trim(), "CALC-2", [QUIT])?.kind === "glued";

/** A sentence, where names are due: it has no colon, and more words or other signs than a name has. */
function isTalk(text: string): boolean {
  const words = text.trim().split(/\s+/);
  if (text.includes(":") || words.length < 2) return false;
  return words.length > 3 || /[?!,]|\.$/.test(text) || /^\p{Ll}/u.test(text.trim());
}

interface FirstWords {
  readonly cause: string;
  readonly advice: string;
}

const EXPRESSION_FIRST = (text: string, elsewhere = ""): FirstWords => ({
  cause: `The first message is the name, so the server took ${quoted(text)} for your name. A name gets no reply: a program that waits for a result here waits for ever.${elsewhere}`,
  advice:
    elsewhere === ""
      ? "Send a name first, without waiting for a reply; then the expression."
      : "Call connect() once, and send the name and all expressions over that one socket.",
});

/** A name is no use on another connection: two sockets of one program look like two clients. */
const NAME_ELSEWHERE_MS = 3_000;

function nameElsewhere({ story, others }: Evidence): string {
  const other = others().findLast(
    ({ subject, openedAt, entries }) =>
      subject.remote.address === story.subject.remote.address &&
      openedAt <= story.openedAt &&
      story.openedAt - openedAt < NAME_ELSEWHERE_MS &&
      entries.filter(({ kind }) => kind === "message").length === 1,
  );
  if (other === undefined) return "";
  const id = other.subject.id.slice(other.subject.id.lastIndexOf("/") + 1);
  return ` ${id} came from the same machine just before and has said one message only: if it is your program's too, it opens a new socket for each.`;
}
const MESSAGE_FIRST = (text: string): FirstWords => ({
  cause: `The first message is the username, and ${quoted(text)} cannot be one, because of its |. Probably your program sends its first text before its name.`,
  advice: `Send the username first, and wait for \`${MESSAGE_PLEASE}\`.`,
});
const TALK_FIRST = (text: string): FirstWords => ({
  cause: `The first message is the login, so ${quoted(text)} was taken for a name. Probably your program sends its first text before it has logged in.`,
  advice: "Send the login first, :Name:login, e.g. :Ann:ann; and then what you have to say.",
});

function noName(said: FramedMessage, rule: string, { cause, advice }: FirstWords): Finding {
  return {
    rule,
    reads: said.reads,
    state: said.state,
    expected: "a name first, alone; only then the rest",
    cause,
    advice: [advice],
  };
}

function findOddKnock(evidence: Evidence): Finding | undefined {
  const said = evidence.messages.find(
    (one) => evidence.isServer && ruleOfSaid(evidence, one) === "KNOCK-1" && !isKnock(one.text),
  );
  if (!said) return undefined;
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z]/g, "");
  const isAlmost = letters(said.text) === letters(KNOCK);
  const isOurs = letters(said.text) === letters(WHO_IS_THERE);
  return {
    rule: "KNOCK-1",
    reads: said.reads,
    state: said.state,
    expected: KNOCK,
    cause: isAlmost
      ? `${quoted(said.text)} is almost right: capital letters, the space and the two dots count too. A program compares byte by byte.`
      : isOurs
        ? `${quoted(said.text)} is the server's line, so the parts are exchanged: here the client tells the joke, and speaks first.`
        : `${quoted(said.text)} does not open a joke. Perhaps your program is one step ahead: the name comes after \`${WHO_IS_THERE}\`.`,
    advice: [`Send exactly ${KNOCK} : copy it from the protocol.`],
  };
}
