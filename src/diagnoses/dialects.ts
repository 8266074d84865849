/**
 * Texts that another layer has wrapped: objects, options of telnet, documents, escapes, what a language prints of a value.
 *
 * Long, because the wrappings of a text are told apart by each other.
 */
import { isKnock } from "../wire/knock-knock.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Dialect, findDialect } from "./_dialects.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { expectedAt, firstRule, firstState, placeOf, ruleOfSaid } from "./_places.ts";
import { at } from "./_reproduce.ts";
import { speaker } from "./_speaker.ts";
import { binaryDialect, type PlacedDialect, wordDialect } from "./_text-signs.ts";

export const dialects: readonly Diagnosis[] = [
  {
    id: "D43",
    name: "objects-not-text",
    title: "Objects were sent, not text",
    level: "violation",
    rank: "dialect",
    excludes: "all",
    find: findObjects,
  },
  {
    id: "D44",
    name: "speaks-telnet",
    title: "Another program's options came, not text",
    level: "violation",
    rank: "door",
    excludes: "all",
    find: findTelnet,
  },
  {
    id: "D45",
    name: "literal-escapes",
    title: "A backslash and a letter came, not the byte that they stand for",
    level: "violation",
    rank: "pieces",
    excludes: "all",
    find: findEscapes,
  },
  {
    id: "D46",
    name: "printed-instead-of-sent",
    title: "What the language prints of a value came, not the text",
    level: "violation",
    rank: "pieces",
    excludes: "all",
    find: findPrinted,
  },
  {
    id: "D47",
    name: "another-format",
    title: "Another format came where plain text is due",
    level: "violation",
    rank: "dialect",
    excludes: "all",
    find: findFormat,
  },
];

interface Maker {
  readonly maker: string;
  readonly language: string;
  readonly advice: string;
}
const OBJECTS: Readonly<Partial<Record<Dialect, Maker>>> = {
  javaObjects: {
    maker: "Java's ObjectOutputStream",
    language: "Java",
    advice:
      'Send the text itself: out.write((text + "\\n").getBytes("UTF-8")), or println() of a PrintWriter and flush(); read with a BufferedReader.',
  },
  pickle: {
    maker: "Python's pickle",
    language: "Python",
    advice: "Send the text itself: sendall(text.encode()); read it with recv(4096).decode().",
  },
  netBinaryFormatter: {
    maker: ".NET's BinaryFormatter",
    language: ".NET",
    advice: "Send the text itself: stream.Write(Encoding.UTF8.GetBytes(text)).",
  },
  phpSerialize: {
    maker: "PHP's serialize()",
    language: "PHP",
    advice: "Send the text itself: fwrite($socket, $text).",
  },
};
const OBJECT_KINDS = new Set(Object.keys(OBJECTS));

const where = (evidence: Evidence) => {
  const state = firstState(evidence);
  const expected = evidence.isServer ? expectedAt(evidence, state) : "plain text";
  return { rule: firstRule(evidence), reads: evidence.reads.slice(0, 1), state, expected };
};

function findObjects(evidence: Evidence): Finding | undefined {
  const sign = binaryDialect(evidence, OBJECT_KINDS);
  const made = sign && OBJECTS[sign.kind];
  if (!made) return undefined;
  return {
    ...where(evidence),
    cause: `${sign.kind === "phpSerialize" ? quoted(sign.args.found) : sign.args.found} is how the output of ${made.maker} begins. It sends objects in a format of its own that only ${made.language} reads; this protocol has plain text.${diedOf(evidence, made)}`,
    advice: [made.advice],
  };
}

/** A server that waits for objects cannot read our text, and ends. */
function diedOf({ isServer, entries }: Evidence, { language }: Maker): string {
  const sent = entries.findLast(({ kind }) => kind === "out");
  const left = entries.find(({ kind }) => kind === "ended" || kind === "closed");
  if (isServer || !sent || !left || left.at < sent.at || left.at - sent.at > DIED_US) return "";
  const error = language === "Java" ? " (StreamCorruptedException)" : "";
  return ` It closed right after the text came: probably it could not read that as an object${error}.`;
}
const DIED_US = 2_000_000;

const TELNET = new Set(["telnet", "ssh"]);

function findTelnet(evidence: Evidence): Finding | undefined {
  const sign = binaryDialect(evidence, TELNET);
  if (!sign) return undefined;
  const isSsh = sign.kind === "ssh";
  return {
    ...where(evidence),
    cause: isSsh
      ? `${quoted(sign.args.found)} is how an ssh program opens. This port speaks a protocol of its own, in plain text.`
      : `${sign.args.found} is an option that a telnet program sends by itself, to agree about the terminal. Here it is taken for text.`,
    advice: [
      isSsh ? "Take the port of this role, not 22: netlabctl ls" : `To type by hand: ncat ${at(evidence)}`,
      "In a program of yours, open a plain socket; no telnetlib, no ssh library.",
    ],
  };
}

const ESCAPES = new Set(["escapes"]);

function findEscapes(evidence: Evidence): Finding | undefined {
  const found = wordDialect(evidence, ESCAPES) ?? freeEscapes(evidence);
  if (!found) return undefined;
  const { found: written } = found.sign.args;
  return {
    ...where(evidence),
    rule: found.rule || firstRule(evidence),
    reads: found.reads,
    cause: `${quoted(found.text)} ends in the ${written.length} characters ${quoted(written)}, not in the one byte that they stand for. Probably the program says r"\\n", "\\\\n" or '\\n' in a language where that is no newline, or it is echo without -e. They were taken for a part of the text.`,
    advice: [
      'Write "\\n" with one backslash and double quotes, so that the compiler makes one byte (0a) of it.',
      "In a shell: printf 'ann\\n'.",
    ],
  };
}

/** In a room, or for an echo, only a text that ends in the escape is no chance. */
function freeEscapes(evidence: Evidence): PlacedDialect | undefined {
  const sign = binaryDialect(evidence, ESCAPES);
  if (!sign || !evidence.isServer) return undefined;
  const isEnd =
    evidence.messages.length > 0 && evidence.messages.every(({ text }) => text.endsWith(sign.args.found));
  const [said] = evidence.messages;
  return isEnd && said ? { sign, rule: said.rule, text: said.text, reads: said.reads } : undefined;
}

const PRINTED = new Set(["pythonBytes", "pythonValue", "printedObject", "goFormat", "quotes"]);

function findPrinted(evidence: Evidence): Finding | undefined {
  const found = wordDialect(evidence, PRINTED) ?? freeObject(evidence);
  if (!found) return undefined;
  const { kind, args } = found.sign;
  if (kind === "quotes" && !isRightInside(evidence, found)) return undefined;
  return {
    ...where(evidence),
    rule: found.rule || firstRule(evidence),
    reads: found.reads,
    cause: printedCause(evidence, found),
    advice: [
      kind === "printedObject"
        ? "Send the bytes themselves: out.write(bytes) or println(new String(bytes)) in Java; the value, not the object, elsewhere."
        : kind === "goFormat"
          ? 'Use fmt.Fprint(conn, text), or fmt.Fprintf(conn, "%s", text): a text from outside is no format.'
          : kind === "quotes"
            ? `Send ${quoted(args.text ?? "")}, without the quotation marks.`
            : "Send the bytes themselves: sendall(data). Where you need text: data.decode(), not str(data).",
    ],
  };
}

/** The name of an object is no text that a person would send, wherever it comes. */
function freeObject(evidence: Evidence): PlacedDialect | undefined {
  if (!evidence.isServer) return undefined;
  for (const said of evidence.messages) {
    const sign = findDialect(said.bytes);
    if (sign?.kind === "printedObject" || sign?.kind === "goFormat")
      return { sign, rule: said.rule, text: said.text, reads: said.reads };
  }
  return undefined;
}

function printedCause(evidence: Evidence, { sign, text }: PlacedDialect): string {
  const shown = quoted(text.trimEnd());
  switch (sign.kind) {
    case "pythonBytes":
      return `${shown} is what Python prints for bytes. ${speaker(evidence)} sent str() of the bytes, or an f-string with them in it; the b and the quotation marks are characters of the text now.`;
    case "pythonValue":
      return `${shown} is what Python prints for a tuple or a list. ${speaker(evidence)} sent str() of the whole value, with brackets and quotation marks.`;
    case "goFormat":
      return `${quoted(sign.args.found)} in ${shown} is what Go prints where a format and its values do not fit. Probably fmt.Fprintf(conn, text) took the text for a format, because of the % in it; or a value is missing or too many.`;
    case "printedObject":
      return `${shown} is how a language prints an object that has no text of its own (in Java, toString() of an array). The object's name was sent, not what is in it.`;
    default:
      return `Quotation marks around ${quoted(sign.args.text ?? "")} were sent too: they are characters of the text now. Without them it would be right.`;
  }
}

function isRightInside(evidence: Evidence, { sign, rule }: PlacedDialect): boolean {
  const inside = sign.args.text ?? "";
  const place = placeOf(rule);
  if (place.kind === "token") return inside === evidence.option("token");
  return place.kind !== "name" && (place.isRight?.(inside) ?? isKnock(inside));
}

const FORMATS: Readonly<Partial<Record<Dialect, string>>> = {
  json: "JSON",
  xml: "XML",
  html: "HTML",
  protobuf: "protobuf",
  messagePack: "MessagePack",
  percent: "percent-encoding",
};
const FORMAT_KINDS = new Set(Object.keys(FORMATS));
const RECORD_FORMATS = new Set<Dialect>(["json", "xml", "html"]);

function findFormat(evidence: Evidence): Finding | undefined {
  const found = wordDialect(evidence, FORMAT_KINDS);
  const format = found && FORMATS[found.sign.kind];
  if (!format) return findBase64(evidence);
  const rule = found.rule || firstRule(evidence);
  const { kind, args } = found.sign;
  // A type and a length before a text are what a record is.
  if (placeOf(rule).kind === "record" && !RECORD_FORMATS.has(kind)) return undefined;
  const shown = kind === "protobuf" || kind === "messagePack" ? args.found : quoted(args.found);
  const state =
    evidence.messages.find(({ reads }) => reads[0] === found.reads[0])?.state ?? firstState(evidence);
  const due = evidence.isServer ? expectedAt(evidence, state) : "plain text";
  const isUrl = kind === "percent";
  return {
    ...where(evidence),
    rule,
    state,
    reads: found.reads,
    cause: isUrl
      ? `${shown} is how a URL writes a character. This protocol has no such code: the text should be ${quoted(args.text ?? "")}.`
      : `${shown} is ${format}. This protocol has no ${format}: here ${due} is due, as ${placeOf(rule).kind === "record" ? "bytes of its own" : "plain text"}.`,
    advice: [
      `Send ${placeOf(rule).kind === "any" ? "the text" : placeOf(rule).example} itself, and nothing around it.`,
    ],
  };
}

/** [RFC 4648] Wrong as it stands, and right once it is decoded: no chance. */
function findBase64(evidence: Evidence): Finding | undefined {
  if (!evidence.isServer) return undefined;
  for (const said of evidence.messages) {
    const rule = ruleOfSaid(evidence, said);
    const { isRight, kind } = placeOf(rule);
    const decoded = decodedBase64(said.text.trim());
    if (decoded === undefined || !isRight || kind === "name" || kind === "login") continue;
    if (isRight(said.text) || !isRight(decoded)) continue;
    return {
      rule,
      reads: said.reads,
      state: said.state,
      expected: `${expectedAt(evidence, said.state)}, as plain text`,
      cause: `${quoted(said.text)} is base64 of ${quoted(decoded)}. This protocol has plain text.`,
      advice: [`Send ${quoted(decoded)} itself, without encoding it.`],
    };
  }
  return undefined;
}

function decodedBase64(text: string): string | undefined {
  if (text.length < 8 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, "base64").toString("utf8");
  return /^[\x20-\x7e]+[\r\n]*$/.test(decoded) ? decoded.trimEnd() : undefined;
}
