/** Texts that are not UTF-8, and marks in them that are not seen. */
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type EncodingSign, findEncoding } from "./_encodings.ts";
import { type Evidence, quoted, type Read } from "./_evidence.ts";
import {
  expectedAt,
  firstRule,
  firstState,
  placeOf,
  ruledPieces,
  ruleOfSaid,
  wasRefused,
} from "./_places.ts";
import { recordText } from "./_record-facts.ts";
import { hex } from "./_speaker.ts";
import { signOf } from "./_text-signs.ts";

export const encodings: readonly Diagnosis[] = [
  {
    id: "D40",
    name: "utf-16-or-32",
    title: "The text is UTF-16 or UTF-32, not UTF-8",
    level: "violation",
    rank: "dialect",
    excludes: "all",
    find: findWide,
  },
  {
    id: "D41",
    name: "not-utf-8",
    title: "The text is not UTF-8",
    level: "violation",
    hasOwnLevel: true,
    rank: "words",
    excludes: ["D16", "D17", "D66", "D28", "D02", "D01", "D37"],
    find: findOther,
  },
  {
    id: "D42",
    name: "invisible-character-in-text",
    title: "The text contains an invisible character",
    level: "violation",
    hasOwnLevel: true,
    rank: "words",
    excludes: ["D15", "D16", "D17", "D18", "D19", "D20", "D66", "D70", "D73", "D01", "D02"],
    find: findInvisible,
  },
];

function findWide(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "utf16", "utf32") ?? wideInRecord(evidence);
  if (!sign) return undefined;
  const { order, hasMark } = sign.args;
  const [name, bytes, zeros] = sign.kind === "utf16" ? ["UTF-16", 2, "a 00"] : ["UTF-32", 4, "three 00"];
  const [first] = evidence.texts;
  const mark = hasMark
    ? ` ${hex(first?.bytes.subarray(0, bytes) ?? Buffer.alloc(0))} in front is a byte order mark.`
    : "";
  const state = firstState(evidence);
  return {
    rule: firstRule(evidence),
    reads: evidence.reads.slice(0, 2),
    state,
    expected: evidence.isServer
      ? `${expectedAt(evidence, state)}, one byte for each plain letter`
      : "plain text in UTF-8",
    cause: `The text is ${name}: each letter has ${bytes} bytes, ${zeros} ${order === "LE" ? "after" : "before"} the letter.${mark} Programs of this protocol send one byte for a plain letter.`,
    advice: [
      'Encode as UTF-8: text.encode("utf-8") in Python, text.getBytes(StandardCharsets.UTF_8) in Java, Encoding.UTF8 (not Encoding.Unicode) in C#.',
      "In C send char, not wchar_t; in Java no writeChars().",
    ],
  };
}

type WideSign = Extract<EncodingSign, { kind: "utf16" | "utf32" }>;
type OtherSign = Extract<EncodingSign, { kind: "singleByte" | "cutCharacter" | "encodedTwice" }>;

function findOther(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "singleByte", "cutCharacter", "encodedTwice") ?? inRecord(evidence);
  if (!sign) return undefined;
  return {
    rule: firstRule(evidence),
    ...(wasRefused(evidence) ? {} : { level: "note" as const }),
    reads: evidence.reads.filter(({ bytes }) => bytes.some((byte) => byte >= 0x80)).slice(0, 1),
    state: firstState(evidence),
    expected: "text in UTF-8",
    cause: otherCause(sign),
    advice: [
      sign.kind === "cutCharacter"
        ? "Count bytes, not letters: len(text.encode()) in Python, text.getBytes(UTF_8).length in Java."
        : 'Encode as UTF-8: text.encode("utf-8") in Python, not "latin-1"; getBytes(StandardCharsets.UTF_8) in Java, not getBytes().',
      ...(sign.kind === "singleByte" ? ["In C, save the source file as UTF-8."] : []),
    ],
  };
}

/** The text of a record that is right but for its letters. */
function signInRecord(evidence: Evidence): EncodingSign | undefined {
  if (placeOf(firstRule(evidence)).kind !== "record" || evidence.pieces.length === 0) return undefined;
  return findEncoding(recordText(evidence).subarray(RECORD_HEADER));
}
const RECORD_HEADER = 2;

function inRecord(evidence: Evidence): OtherSign | undefined {
  const sign = signInRecord(evidence);
  if (sign?.kind === "singleByte" || sign?.kind === "cutCharacter" || sign?.kind === "encodedTwice")
    return sign;
  return undefined;
}

function wideInRecord(evidence: Evidence): WideSign | undefined {
  const sign = signInRecord(evidence);
  return (sign?.kind === "utf16" || sign?.kind === "utf32") && sign.args.text.length > 3 ? sign : undefined;
}

function otherCause(sign: OtherSign): string {
  if (sign.kind === "cutCharacter")
    return `The text ends in ${hex(sign.args.bytes)}, the beginning of a character: its last byte is missing. Probably the length counts letters, and a letter such as ü has two bytes in UTF-8.`;
  const { letter } = sign.args;
  const right = hex(Buffer.from(letter));
  if (sign.kind === "encodedTwice")
    return `The letter ${letter} came as four bytes: it was encoded as UTF-8 twice, each of its two bytes (${right}) being taken for a letter.`;
  const byte = hex(Buffer.of(sign.args.byte));
  return `The byte ${byte} is ${letter} in ${sign.args.encoding}, but in UTF-8 ${letter} is ${right}, and ${byte} alone is no character. Where a screen of ours shows \uFFFD for it, that sign is ours.`;
}

// -- marks ----------------------------------------------------------------------------------------------------------

const MARK = "\uFEFF";
/** Format characters, and blanks that are none on a keyboard. */
const HIDDEN = /[\p{Cf}\u00a0\u2000-\u200a\u202f\u3000]/u;
const HIDDEN_KINDS = new Set(["expression", "filename", "request", "login"]);
const NAMES: Readonly<Record<string, string>> = {
  [MARK]: "a byte order mark, as Windows editors write at the start of a file",
  "\u00a0": "a no-break space, as it comes with text that was copied from a page",
  "\u200b": "a zero-width space, as it comes with text that was copied from a page",
};

function findInvisible(evidence: Evidence): Finding | undefined {
  const found = hiddenIn(evidence);
  if (!found) return undefined;
  const { text, character, reads, rule } = found;
  const name =
    NAMES[character] ?? `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  const place = text.startsWith(character) ? "Before" : "In";
  const visible = text.replaceAll(character, "").trimEnd();
  return {
    rule: rule || firstRule(evidence),
    ...(wasRefused(evidence) ? {} : { level: "note" as const }),
    reads,
    expected: "the text alone",
    cause: `${place} ${quoted(visible)} ${evidence.isServer ? "stand" : "came"} the bytes ${hex(Buffer.from(character))}: ${name}. No screen shows it, but it makes the text another one.`,
    advice: [
      character === MARK
        ? 'Read the file with encoding="utf-8-sig" in Python; in Java and C skip U+FEFF (ef bb bf) at its start.'
        : "Type the text again by hand, or remove the character before you send it.",
    ],
  };
}

interface Hidden {
  readonly text: string;
  readonly character: string;
  readonly reads: readonly Read[];
  readonly rule: string;
}

function hiddenIn(evidence: Evidence): Hidden | undefined {
  for (const said of evidence.messages) {
    const rule = ruleOfSaid(evidence, said);
    const found = hiddenAt(said.text, rule);
    if (found !== undefined) return { text: said.text, character: found, reads: said.reads, rule };
  }
  // Text of a server, and of a peer whose message is not over.
  for (const [index, { piece, rule }] of ruledPieces(evidence).entries()) {
    const text = piece.bytes.toString("utf8");
    if (text.startsWith(MARK) && placeOf(rule).kind !== "token")
      return { text, character: MARK, reads: evidence.reads.slice(index, index + 1), rule };
  }
  return undefined;
}

function hiddenAt(text: string, rule: string): string | undefined {
  const { kind } = placeOf(rule);
  if (kind === "token" || kind === "record") return undefined;
  if (text.startsWith(MARK)) return MARK;
  return HIDDEN_KINDS.has(kind) ? HIDDEN.exec(text)?.[0] : undefined;
}
