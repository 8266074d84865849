/** Mistakes in the header of a binary record: its type, the width of its length, and the order of its bytes. */
import { causeText } from "../stories/cause-text.ts";
import type { CauseCode } from "../stories/causes.ts";
import { decodeQuery, type HeaderForm, type Query } from "../wire/address-record.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";

const LITTLE_ENDIAN: readonly HeaderForm[] = ["16le", "32le"];
const WIDE: Readonly<Partial<Record<HeaderForm, string>>> = {
  "16be": "2 bytes",
  "32be": "4 bytes",
  struct: "4 bytes after 3 bytes of padding, as a C compiler lays out struct { char; int; }",
};

export const lengths: readonly Diagnosis[] = [
  {
    id: "D11",
    name: "length-in-other-byte-order",
    title: "The length is wider than one byte, and little-endian",
    level: "note",
    rank: "record",
    excludes: ["D04", "D13", "D27", "D37", "D33"],
    find: findByteOrder,
  },
  {
    id: "D12",
    name: "length-too-wide",
    title: "The length is wider than one byte",
    level: "note",
    rank: "record",
    excludes: ["D04", "D13", "D27", "D37", "D33"],
    find: findWidth,
  },
  {
    id: "D13",
    name: "text-without-a-header",
    title: "The first byte is not a known message type",
    level: "violation",
    rank: "record",
    find: findNoRecord,
  },
];

/** What the whole of it means, now that nothing more will come. */
function queryOf({ roleName, reads }: Evidence): Query | undefined {
  if (roleName !== "address-book" || reads.length === 0) return undefined;
  const bytes = Buffer.concat(reads.map((read) => read.bytes));
  const decoded = decodeQuery({ bytes, stillMs: Number.POSITIVE_INFINITY, ended: true });
  return decoded && "value" in decoded ? decoded.value : undefined;
}

function findByteOrder(evidence: Evidence): Finding | undefined {
  const query = queryOf(evidence);
  if (!query?.ok || !LITTLE_ENDIAN.includes(query.form)) return undefined;
  const [order, call] = query.form === "16le" ? ["2 bytes", "htons(length)"] : ["4 bytes", "htonl(length)"];
  return {
    rule: "BOOK-1",
    reads: evidence.reads.slice(0, 1),
    state: "awaitingQuery",
    expected: "Q, the length in one byte, then the address",
    cause: `Your program sends the length in ${order}, the lowest byte first, as an int lies in the memory of most machines. This protocol has one byte. We recognised it by what follows and answered in kind; another server would read a wrong length.`,
    advice: [
      "Make the length one byte: char header[2] = { 'Q', strlen(address) };",
      `A number of several bytes needs network byte order: ${call}.`,
    ],
  };
}

function findWidth(evidence: Evidence): Finding | undefined {
  const query = queryOf(evidence);
  const width = query?.ok ? WIDE[query.form] : undefined;
  if (!query?.ok || width === undefined) return undefined;
  return {
    rule: "BOOK-1",
    reads: evidence.reads.slice(0, 1),
    state: "awaitingQuery",
    expected: "Q, the length in one byte, then the address",
    cause: `Your program sends the length in ${width}. We recognised it by what follows (${quoted(query.email)}) and answered in kind; another server reads a length of 0, and then text that makes no sense.`,
    advice: [
      "Make the length one byte: char header[2] = { 'Q', strlen(address) };",
      "Do not send a struct as it lies in memory: put the bytes into a buffer one by one (Python: struct.pack('!cb', …)).",
    ],
  };
}

/** Of the reasons to refuse a record; a length that is longer than its text is another mistake. */
const NO_RECORD: ReadonlySet<CauseCode> = new Set([
  "record-type",
  "record-length-negative",
  "record-length-impossible",
]);

function findNoRecord(evidence: Evidence): Finding | undefined {
  const refused = evidence.last("refused")?.cause;
  if (!refused || !NO_RECORD.has(refused.code)) return undefined;
  const isTypeWrong = refused.code === "record-type";
  return {
    rule: "BOOK-4",
    reads: evidence.reads.slice(0, 2),
    state: "awaitingQuery",
    expected: "0x51 (Q), the length in one byte, then the address",
    cause: isTypeWrong
      ? `We refused it: ${causeText(refused)}. Probably your program sends the address alone: in this protocol a query starts with a header of two bytes.`
      : `We refused it: ${causeText(refused)}. A length is one signed byte, from 0 to 127.`,
    advice: [
      "Put the header in front: the letter Q, then the length of the address as one byte (not as digits), then the address.",
      "Look at it in hex: `Q`, length, text - 51 0e 6c 75 6b 65 … for luke@gmail.com.",
    ],
  };
}
