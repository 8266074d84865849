/** Bytes that are no record at all: its type or its length is missing. */
import { causeText } from "../stories/cause-text.ts";
import { argsOf, type CauseCode } from "../stories/causes.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { firstRule } from "./_places.ts";
import { recordIn, recordText, SILENT_RECORD_MS, where } from "./_record-facts.ts";
import type { RecordSign } from "./_records.ts";
import { isText } from "./_sign.ts";
import { hex } from "./_speaker.ts";
import { HEADER_ADVICE } from "./records.ts";

export const noRecords: readonly Diagnosis[] = [
  {
    id: "D13",
    name: "text-without-a-header",
    title: "The first byte is not a known message type",
    level: "violation",
    rank: "record",
    excludes: ["D27"],
    find: findNoRecord,
  },
];

/** Of the reasons to refuse a record, those that are none of the others. */
const NO_RECORD: ReadonlySet<CauseCode> = new Set<CauseCode>([
  "record-type",
  "record-length-negative",
  "record-length-impossible",
]);
const KINDS_OF_ITS_OWN = new Set<RecordSign["kind"]>([
  "typeOnly",
  "headerOnly",
  "lengthAsDigits",
  "fieldsSwapped",
  "layout",
]);

function findNoRecord(evidence: Evidence): Finding | undefined {
  const sign = recordIn(evidence);
  if (!evidence.isServer || (sign && KINDS_OF_ITS_OWN.has(sign.kind))) return undefined;
  const refused = evidence.last("refused")?.cause;
  const isRefused = refused !== undefined && NO_RECORD.has(refused.code);
  const isPlain = isTextAlone(evidence);
  if (!isRefused && sign?.kind !== "noLength" && !isPlain) return undefined;
  return {
    ...where(evidence),
    rule: "BOOK-4",
    expected: "51 (Q), the length in one byte, then the address",
    cause: isPlain
      ? TEXT_ALONE
      : isAnswersType(evidence)
        ? ANSWERS_TYPE
        : (writtenCause(recordText(evidence)) ??
          noRecordCause(sign, refused && causeText(refused), argsOf(refused, "record-type")?.byte)),
    advice: [HEADER_ADVICE, "Look at it in hex: 51 0e 6c 75 6b 65 … for luke@gmail.com."],
  };
}

const TEXT_ALONE =
  "Text came where a record of bytes is due. This protocol is binary: every query starts with two bytes, the type Q and the length, and the second letter of the text was read as the length.";

const ANSWERS_TYPE =
  "The type is 52 (R), which is an answer's. A query has 51 (Q); the length after it is right.";

/** A right record, written down as text: by chance none is. */
function writtenCause(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1").trim();
  const isHex = /^[0-9a-f]{2}(?:[ :]?[0-9a-f]{2})+$/i.test(text);
  const record = Buffer.from(isHex ? text.replace(/[ :]/g, "") : text, isHex ? "hex" : "base64");
  if (record[0] !== 0x51 || record.length < 4 || record[1] !== record.length - 2) return undefined;
  return `${quoted(text.slice(0, 24))}${text.length > 24 ? " …" : ""} is the record written as text, in ${isHex ? "hexadecimal digits" : "base64"}: ${hex(record.subarray(0, 2))} and so on. The bytes themselves are due, the first of them 51 (Q).`;
}

/** R, and the length of just what follows: a header, with the other side's type. */
function isAnswersType(evidence: Evidence): boolean {
  const bytes = recordText(evidence);
  return bytes[0] === 0x52 && bytes.length > 3 && bytes[1] === bytes.length - 2;
}

/** Words with a Q at their start, by chance or as a command. */
function isTextAlone(evidence: Evidence): boolean {
  const bytes = recordText(evidence);
  const isOpen = evidence.silence.isOver || evidence.silence.ms >= SILENT_RECORD_MS;
  const isAnswered = evidence.last("out") && !evidence.last("refused");
  if (!isOpen || isAnswered || firstRule(evidence) !== "BOOK-1") return false;
  return bytes[0] === 0x51 && /^Q[A-Za-z]{2,}[ :,|]/.test(bytes.toString("latin1")) && isText(bytes);
}

function noRecordCause(sign: RecordSign | undefined, refusal = "", byte = 0): string {
  switch (sign?.kind) {
    case "typeInSmall":
      return `The type is ${hex(Buffer.of(sign.args.byte))}, a small q. The protocol has a capital Q (51) for a query.`;
    case "noLength":
      return "The type Q is there, but the length byte is missing: the first letter of the address was read as the length.";
    case "noHeader":
      return "The address came without its header. This protocol is binary: every query starts with two bytes, the type Q and the length.";
    default:
      return `The server refused it: ${refusal}. ${byte > 0 ? "Probably the header is missing: this protocol is binary, and every query starts with the type Q and the length." : "A length is one signed byte, from 0 to 127."}`;
  }
}
