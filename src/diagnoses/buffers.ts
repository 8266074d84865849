/** Buffers of C that were sent whole, filled up, or without an end; and pointers whose size was taken for the text's. */
import { clockRequests } from "../wire/clock.ts";
import { KNOCK } from "../wire/knock-knock.ts";
import { findPointerSize } from "./_buffers.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, type FramedMessage, quoted } from "./_evidence.ts";
import { findOlderText, knownNames } from "./_older-text.ts";
import { expectedAt, firstRule, firstState, placeOf, ruleOfSaid, wasRefused } from "./_places.ts";
import { hex, listener, speaker } from "./_speaker.ts";
import { signOf } from "./_text-signs.ts";

const WORDS = ["D14", "D15", "D16", "D17", "D18", "D19", "D20", "D66", "D70", "D71", "D72", "D73"] as const;

export const buffers: readonly Diagnosis[] = [
  {
    id: "D09",
    name: "whole-buffer",
    title: "A whole buffer was sent, not just the text in it",
    level: "note",
    hasOwnLevel: true,
    rank: "record",
    excludes: ["D08", "D05", "D02", "D01", "D37", "D79", ...WORDS],
    find: findWhole,
  },
  {
    id: "D48",
    name: "filled-with-characters",
    title: "The message is filled up to a fixed size",
    level: "violation",
    hasOwnLevel: true,
    rank: "record",
    excludes: ["D08", "D05", "D06", "D02", "D01", "D37", "D79", ...WORDS],
    find: findFilled,
  },
  {
    id: "D49",
    name: "string-without-its-end",
    title: "After the text come bytes that do not belong to it",
    level: "violation",
    rank: "record",
    excludes: ["D08", "D05", "D06", "D02", "D01", "D37", "D41", "D79", ...WORDS],
    find: findGarbage,
  },
  {
    id: "D50",
    name: "size-of-a-pointer",
    title: "Only the first bytes came, as many as a pointer has",
    level: "violation",
    rank: "record",
    excludes: ["D07", "D02", "D01", ...WORDS],
    find: findPointer,
  },
];

const NUL = 0x00;
const where = (evidence: Evidence, sizeBytes: number) => {
  const state = firstState(evidence);
  const read = evidence.reads.find(({ size }) => size === sizeBytes);
  return {
    rule: evidence.story.subject.transport === "udp" ? firstRule(evidence) : "FRAME-4",
    reads: read ? [read] : evidence.reads.slice(0, 1),
    state,
    expected: evidence.isServer ? expectedAt(evidence, state) : "the bytes of the text and nothing else",
  };
};
/** Of a server's words our client has taken the text, or its run has failed. */
const isCostly = (evidence: Evidence) => {
  const isLost = evidence.isServer ? wasRefused(evidence) : evidence.story.fault !== undefined;
  return isLost ? ("violation" as const) : ("note" as const);
};

function findWhole(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "padded", "stale");
  if (!sign || (sign.kind === "padded" && sign.args.byte !== NUL)) return undefined;
  const { textBytes, sizeBytes, times } = sign.args;
  const again = times > 1 ? `, ${times} times this size` : "";
  const rest =
    sign.kind === "stale" ? `then a NUL, and what an older text has left there` : `the rest is NULs (00)`;
  return {
    ...where(evidence, sizeBytes),
    level: isCostly(evidence),
    cause: `${count(sizeBytes, "byte")} came${again}, and only the first ${textBytes} are the text; ${rest}. Probably the whole buffer was sent: send(fd, buffer, sizeof buffer, 0). ${capital(listener(evidence))} reads up to the first NUL here; others take all of it.`,
    advice: [
      "Send strlen(buffer) bytes, not sizeof buffer. In Python do not pad: sendall(text.encode()).",
      "In Java write(buffer, 0, n), not write(buffer).",
    ],
  };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function findFilled(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "padded");
  if (!sign || sign.args.byte === NUL) return undefined;
  const { byte, textBytes, sizeBytes } = sign.args;
  return {
    ...where(evidence, sizeBytes),
    level: isCostly(evidence),
    cause: `Only ${textBytes} of ${sizeBytes} bytes are the text; the rest is ${fillerOf(byte)}. Something fills it up to a fixed size: ${fillersOf(byte)}. The whole of it is taken for text.`,
    advice: [
      "Send the bytes of the text alone: strlen(text) in C, len(text.encode()) in Python.",
      ...(byte === 0x30
        ? ["memset(buffer, 0, n) has no quotes: '0' is the character, 0 is the byte 00."]
        : []),
    ],
  };
}

function fillerOf(byte: number): string {
  const code = hex(Buffer.of(byte));
  if (byte === 0x20) return `blanks (${code})`;
  return byte > 0x20 && byte < 0x7f
    ? `the character '${String.fromCharCode(byte)}' (${code})`
    : `the byte ${code}`;
}

function fillersOf(byte: number): string {
  if (byte === 0x30) return `memset(buffer, '0', n), or ljust(n, "0")`;
  if (byte === 0x20) return 'printf("%-32s"), ljust(32), or String.format("%-32s")';
  return "memset(), or ljust()";
}

function findGarbage(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "garbage");
  if (!sign) return findOlderText(evidence);
  const { textBytes, sizeBytes, tail, byte } = sign.args;
  const nul = tail.indexOf(NUL);
  const garbage = nul < 0 ? tail : tail.subarray(0, nul);
  const piece = evidence.texts.find(({ size }) => size === sizeBytes);
  const text = piece?.bytes.subarray(0, textBytes).toString("utf8") ?? "";
  const isRun = garbage.subarray(0, 3).every((one) => one === byte);
  return {
    ...where(evidence, sizeBytes),
    cause: `After ${quoted(text)} come ${count(garbage.length, "byte")} that are no text: ${hex(garbage, 5)}${isRun ? ", memory that was never written to" : ""}. The string has no NUL at its end, so strlen() ran on into what lies after it; or the whole buffer was sent, not the text.`,
    advice: [
      "End the string: buffer[n] = 0 after recv(), read(), memcpy() or strncpy().",
      "Or send the length that you know, instead of strlen().",
    ],
  };
}

/** Words of the protocol that a pointer's size would cut. A calculator's expression of 8 bytes may be one. */
const KNOWN = [KNOCK, ...clockRequests];

function findPointer(evidence: Evidence): Finding | undefined {
  const { isServer, messages } = evidence;
  if (!isServer) return undefined;
  for (const said of messages) {
    const { kind } = placeOf(ruleOfSaid(evidence, said));
    if (kind !== "token" && kind !== "filename" && kind !== "request") continue;
    const sign = findPointerSize(said.bytes, knownAt(evidence, kind));
    // Pointers of 4 bytes are rare by now, and half a word is often as long.
    if (sign?.kind !== "pointerSize" || sign.args.sizeBytes === 4) continue;
    const { sizeBytes, whole } = sign.args;
    if (isContinued(evidence, said, whole) || isMisspelling(evidence, said, whole)) continue;
    const what = kind === "token" ? "the token" : quoted(whole);
    return {
      rule: ruleOfSaid(evidence, said),
      reads: said.reads,
      state: said.state,
      expected: `${what}, all ${Buffer.byteLength(whole)} bytes of it`,
      cause: `${quoted(said.text)} is ${what} cut after ${sizeBytes} bytes. ${speaker(evidence)} probably sends sizeof(text) bytes, where text is a char *: that is the size of the pointer (${sizeBytes}), not of the text. Or the rest was to follow with another send().`,
      advice: [
        "Send strlen(text) bytes: send(fd, text, strlen(text), 0).",
        'sizeof counts the text only where the array itself is: char text[] = "…", in the same function.',
      ],
    };
  }
  return undefined;
}

/** A word by itself, such as DISCOVER, or a name without its ending; where others were cut so too, it is no slip. */
function isMisspelling({ messages }: Evidence, { text }: FramedMessage, whole: string): boolean {
  const isOften = new Set(messages.filter(({ bytes }) => bytes.length === 8).map((one) => one.text)).size > 1;
  return !isOften && (WORDS_BY_THEMSELVES.has(text) || whole.slice(text.length).startsWith("."));
}
const WORDS_BY_THEMSELVES = new Set(["DISCOVER"]);

/** The rest came after it: then it was cut on its way. */
function isContinued({ pieces }: Evidence, { reads, bytes }: FramedMessage, whole: string): boolean {
  const rest = Buffer.from(whole).subarray(bytes.length);
  const next = pieces[pieces.findIndex(({ at }) => at === reads.at(-1)?.at) + 1];
  return next?.bytes.subarray(0, rest.length).equals(rest) === true;
}

function knownAt(evidence: Evidence, kind: "token" | "filename" | "request"): readonly string[] {
  return kind === "request" ? KNOWN : knownNames(evidence, kind);
}
