/** Records of students' address books, as our client reads them: a header that is missing, a length that lies. */

import { argsOf } from "../stories/causes.ts";
import type { Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { findHeader } from "./_headers.ts";
import { findRecord, type RecordLayout, type RecordSign } from "./_records.ts";

/** Bytes in answer to a query, where the rule of the conversation is that of records. */
function answerOf(evidence: Evidence): { bytes: Buffer; sign: RecordSign } | undefined {
  const { isServer, role, reads } = evidence;
  if (isServer || role?.phases.awaitingAnswer?.rule !== "BOOK-1" || reads.length === 0) return undefined;
  // Another header was asked for.
  if ((evidence.option("header") ?? "8bit") !== "8bit") return undefined;
  const bytes = Buffer.concat(reads.map((read) => read.bytes));
  const sign = findRecord(bytes, "answer");
  return sign && { bytes, sign };
}

const base = ({ reads }: Evidence) => ({
  rule: "BOOK-1",
  reads: reads.slice(0, 1),
  state: "awaitingAnswer",
  expected: "R, the length in one byte, then the name",
});

const ONE_BYTE = [
  "Make the length one byte: char header[2] = { 'R', strlen(name) };",
  "Do not send a struct as it lies in memory; put the bytes into a buffer one by one. Python: bytes([0x52, len(name)]).",
];

/** A record without its length, without its header, or with a type of its own. */
export function findOddRecord(evidence: Evidence): Finding | undefined {
  const answer = answerOf(evidence);
  const why = (answer && oddOf(answer.sign, answer.bytes)) ?? queryIn(evidence);
  if (why === undefined) return undefined;
  return {
    ...base(evidence),
    cause: `${why} Here an answer begins with R (52) and the length in one byte.`,
    advice: ONE_BYTE,
  };
}

/** The type of a query came back. */
function queryIn({ isServer, role, reads }: Evidence): string | undefined {
  const [read] = reads;
  if (isServer || role?.phases.awaitingAnswer?.rule !== "BOOK-1" || read?.bytes[0] !== 0x51) return undefined;
  return `The answer begins with ${hex(read.bytes.subarray(0, 1))}: Q is the type of a query; probably the server sends back the buffer that it received.`;
}

function oddOf({ kind }: RecordSign, bytes: Buffer): string | undefined {
  const begins = `The answer begins with ${hex(bytes.subarray(0, 2))}`;
  switch (kind) {
    case "typeInSmall":
      return `${begins}: a small r (72) where R is due.`;
    case "noLength":
      return `${begins}: R and then the name at once, without a length.`;
    case "noHeader":
      return findHeader([{ bytes, size: bytes.length, at: 0 }])
        ? undefined
        : `${quoted(bytes.toString("utf8"))} came: the name alone, without a header.`;
    default:
      return undefined;
  }
}

/** Server's half of D33 for records: the length is not that of the name. */
export function findLyingRecord(evidence: Evidence): Finding | undefined {
  const answer = answerOf(evidence);
  const lie = (answer && lieOf(answer.sign)) ?? lieIn(evidence);
  if (!lie) return undefined;
  return {
    ...base(evidence),
    expected: "R, the length, and exactly so many bytes",
    cause: `The length says ${lie.told}, and the name has ${count(lie.textBytes, "byte")}. ${lie.why}`,
    advice: [
      "Encode the name first, then take the length of the bytes: len(name.encode()) in Python, getBytes().length in Java, strlen() in C.",
    ],
  };
}

/** As our client found it, where the layout tells nothing. */
function lieIn({ isServer, story, reads }: Evidence): Lie | undefined {
  const short = argsOf(story.cause, "answer-length-short");
  const wrong = argsOf(story.cause, "answer-length-wrong");
  const size = reads.reduce((sum, read) => sum + read.size, 0);
  if (isServer || (!short && !wrong)) return undefined;
  if (wrong) return { told: wrong.told, textBytes: wrong.came, why: WHYS.more };
  return { told: size - 2 - (short?.by ?? 0), textBytes: size - 2, why: WHYS.less };
}

const WHYS = {
  less: "Probably it counts characters and not bytes: letters such as é have two in UTF-8.",
  more: "Probably it is the size of a buffer, or the server closes before all is sent.",
};

interface Lie {
  readonly told: number;
  readonly textBytes: number;
  readonly why: string;
}

const COUNTS: Readonly<Record<RecordLayout["counts"], string | undefined>> = {
  text: undefined,
  textAndNul: "It counts the NUL at the end too.",
  header: "It counts the header too.",
  array: "It is the size of the whole array: sizeof instead of strlen().",
  oneLess: "It is one too small: letters such as é have two bytes in UTF-8, or one was subtracted too many.",
  oneMore: "It is one too large: strlen() + 1.",
};

function lieOf(sign: RecordSign): Lie | undefined {
  if (sign.kind === "lengthUnlike") {
    const { told, textBytes } = sign.args;
    return { told, textBytes, why: told < textBytes ? WHYS.less : WHYS.more };
  }
  if (sign.kind !== "layout" || sign.args.lengthBytes > 1) return undefined;
  const { told, textBytes, counts } = sign.args;
  const why = COUNTS[counts];
  return why === undefined ? undefined : { told, textBytes, why };
}

const hex = (bytes: Buffer) => bytes.toString("hex").replace(/..(?=.)/g, "$& ");
