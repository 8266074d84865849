/**
 * Lengths (and operation codes) that stand in front of texts where the protocol has the text alone: `00 03 ann`. A
 * stream is read as records of one form from its first byte on; a form counts where all of the stream is records.
 */
import { isText, lengthWithout, type Piece, type Sign, sign, streamOf } from "./_sign.ts";

/** Forms of a length. The habit behind each: see `habits`. */
export type LengthForm =
  | "byte"
  | "varint"
  | "16be"
  | "16le"
  | "32be"
  | "32le"
  | "64be"
  | "64le"
  | "digits"
  | "netstring";

/** Calls that put such a length there, by language; a card names them. */
export const habits: Readonly<Record<LengthForm, readonly string[]>> = {
  byte: ["BinaryWriter.Write(string) in C#", "bytes([len(text)]) in Python"],
  varint: ["BinaryWriter.Write(string) in C#", "writeDelimitedTo() of protobuf"],
  "16be": ["DataOutputStream.writeUTF() in Java", "struct.pack('!H', n) in Python", "htons(n) in C"],
  "16le": ["a short as it lies in memory, in C", "struct.pack('<H', n) in Python"],
  "32be": ["DataOutputStream.writeInt() in Java", "struct.pack('!I', n) in Python", "htonl(n) in C"],
  "32le": [
    "an int as it lies in memory, in C",
    "struct.pack('<i', n) in Python",
    "BinaryWriter.Write(int) in C#",
  ],
  "64be": ["DataOutputStream.writeLong() in Java", "struct.pack('!Q', n) in Python"],
  "64le": ["a size_t as it lies in memory, in C", "struct.pack('<Q', n) in Python"],
  digits: ["str(len(text)) in Python, filled up to a fixed width", 'sprintf("%d") in C'],
  netstring: ["a netstring: length, colon, text, comma"],
};

export interface HeaderArgs {
  readonly form: LengthForm;
  /** Bytes in front of the first text, the operation code among them. */
  readonly headerBytes: number;
  /** Operation code in front of each length, where there is one. */
  readonly hasOpCode: boolean;
  /** Length tells its own bytes too. */
  readonly countsHeader: boolean;
  /** Filling behind the digits. */
  readonly padding: "none" | "blanks" | "zeros" | "NULs";
  /** Header and text came in reads of their own. */
  readonly isApart: boolean;
  /** Texts, in their order, without the header. */
  readonly texts: readonly Buffer[];
}

export type HeaderSign = Sign<"header", HeaderArgs>;

interface Header {
  readonly size: number;
  readonly length: number;
  readonly padding?: HeaderArgs["padding"];
  /** Bytes behind the text that belong to the record. */
  readonly trailer?: number;
}
type Reader = (bytes: Buffer) => Header | undefined;

const MAX_TEXT = 10_000;
const MAX_RECORDS = 64;

/** Header in front of the texts of a peer, in the one form that explains every byte. */
export function findHeader(pieces: readonly Piece[]): HeaderSign | undefined {
  const { bytes, isWhole, starts } = streamOf(pieces);
  if (bytes.length < 2) return undefined;
  for (const form of FORMS)
    for (const countsHeader of [false, true]) {
      const walked = walk({ bytes, isWhole, starts }, form, countsHeader);
      if (walked && isConvincing(form, walked, starts)) return headerSign(form, countsHeader, walked, starts);
    }
  return undefined;
}

interface Form {
  readonly name: LengthForm;
  readonly opCodeBytes: 0 | 1;
  readonly read: Reader;
}

const integer =
  (width: 1 | 2 | 4 | 8, isLittle: boolean): Reader =>
  (bytes) => {
    if (bytes.length < width) return undefined;
    const field = bytes.subarray(0, width);
    const length = isLittle ? [...field].reverse() : [...field];
    return { size: width, length: length.reduce((sum, byte) => sum * 256 + byte, 0) };
  };

function varint(bytes: Buffer): Header | undefined {
  const [low = 0, high = 0] = bytes;
  return low >= 0x80 && high > 0 && high < 0x80
    ? { size: 2, length: (high << 7) | (low & 0x7f) }
    : integer(1, false)(bytes);
}

/** Digits, and what fills them up to their width; digits alone only where they are a read of their own. */
function digits(bytes: Buffer): Header | undefined {
  const match = /^(\d{1,5})( *|\0*|\r?\n|[:;|])/.exec(bytes.toString("latin1", 0, 128));
  const [all = "", number = "", filling = ""] = match ?? [];
  if (!match || /^0/.test(number)) return undefined;
  const padding = filling.startsWith(" ") ? "blanks" : filling.startsWith("\0") ? "NULs" : "none";
  return { size: all.length, length: Number(number), padding };
}

/** A fixed number of digits, with zeros in front: the text may begin with a digit too. */
const zeroFilled =
  (width: number): Reader =>
  (bytes) => {
    const number = bytes.toString("latin1", 0, width);
    return /^0+[1-9]\d*$/.test(number)
      ? { size: width, length: Number(number), padding: "zeros" }
      : undefined;
  };

function netstring(bytes: Buffer): Header | undefined {
  const [all = "", number = ""] = /^(\d{1,5}):/.exec(bytes.toString("latin1", 0, 8)) ?? [];
  if (all === "" || bytes[all.length + Number(number)] !== 0x2c) return undefined;
  return { size: all.length, length: Number(number), trailer: 1 };
}

const LENGTHS: readonly (readonly [LengthForm, Reader])[] = [
  ["64be", integer(8, false)],
  ["64le", integer(8, true)],
  ["32be", integer(4, false)],
  ["32le", integer(4, true)],
  ["16be", integer(2, false)],
  ["16le", integer(2, true)],
  ["varint", varint],
];

const FORMS: readonly Form[] = [
  ...LENGTHS.map(([name, read]): Form => ({ name, read, opCodeBytes: 0 })),
  ...LENGTHS.map(([name, read]): Form => ({ name, read, opCodeBytes: 1 })),
  { name: "netstring", read: netstring, opCodeBytes: 0 },
  ...[4, 8, 10, 6, 5, 3].map((width): Form => ({ name: "digits", read: zeroFilled(width), opCodeBytes: 0 })),
  { name: "digits", read: digits, opCodeBytes: 0 },
];

interface Walked {
  readonly records: readonly { at: number; header: Header; text: Buffer }[];
  readonly opCodes: ReadonlySet<number>;
}

/** Records from the first byte to the last; undefined where a byte is left over, or a text is none. */
function walk(
  { bytes, isWhole, starts }: ReturnType<typeof streamOf>,
  { name, read, opCodeBytes }: Form,
  countsHeader: boolean,
): Walked | undefined {
  const records: { at: number; header: Header; text: Buffer }[] = [];
  const opCodes = new Set<number>();
  let at = 0;
  while (at < bytes.length && records.length < MAX_RECORDS) {
    if (opCodeBytes === 1) opCodes.add(bytes[at] ?? 0);
    // Digits end with their read; a number of bytes may come byte by byte.
    const end = name === "digits" ? starts.find((start) => start > at) : undefined;
    const header = read(bytes.subarray(at + opCodeBytes, end));
    if (!header) return undefined;
    const start = at + opCodeBytes + header.size;
    const length = countsHeader ? header.length - header.size - opCodeBytes : header.length;
    if (length < 1 || length > MAX_TEXT) return undefined;
    const next = start + length;
    if (next > bytes.length) return !isWhole && records.length > 1 ? { records, opCodes } : undefined;
    const text = bytes.subarray(start, next);
    if (!isText(text.subarray(0, lengthWithout(text, 0)))) return undefined;
    records.push({ at, header, text });
    at = next + (header.trailer ?? 0);
  }
  return { records, opCodes };
}

/** A byte that is a character of text too proves little; zeros in front of a text prove much. */
function isConvincing(form: Form, { records, opCodes }: Walked, starts: readonly number[]): boolean {
  const [first] = records;
  if (!first) return false;
  const isSeveral = records.length > 1;
  const isAtReads = records.every(({ at }) => starts.includes(at));
  if (form.opCodeBytes === 1 && !isOpCode(opCodes)) return false;
  if (form.name === "netstring") return true;
  if (form.name === "digits") return isConvincingDigits(records, starts);
  const width = first.header.size;
  if (width > 1 && form.name !== "varint") return form.opCodeBytes === 0 || width > 2 || isSeveral;
  if (width > 1) return isAtReads;
  // A length of 10 is a newline: among others that are none it is a length all the same.
  const isControl = records.every(({ header }) => header.length < 0x20) && records.some(isNoText);
  // Two records may lie in one packet: control characters at just these places are no chance.
  return isControl ? isAtReads || isSeveral : isAtReads && records.length >= 3;
}

const isNoText = ({ header }: { header: Header }) => !isWhiteSpace(header.length);
/** Small numbers, as people give to kinds of messages. */
const isOpCode = (codes: ReadonlySet<number>) =>
  [...codes].every((code) => code > 0 && code < 0x20 && !isWhiteSpace(code));
const isWhiteSpace = (byte: number) => byte >= 0x09 && byte <= 0x0d;

function isConvincingDigits(records: Walked["records"], starts: readonly number[]): boolean {
  const widths = new Set(records.map(({ header }) => header.size));
  const isFilled = records.every(({ header }) => header.padding !== "none");
  const isWide = [...widths].every((width) => width >= 4) && widths.size === 1;
  if (isFilled && isWide) return true;
  const isApart = records.every(({ at, header }) => starts.includes(at) && starts.includes(at + header.size));
  return records.length > 1 && (isApart || (isFilled && widths.size === 1));
}

function headerSign(
  form: Form,
  countsHeader: boolean,
  { records }: Walked,
  starts: readonly number[],
): HeaderSign {
  const [first] = records;
  const size = (first?.header.size ?? 0) + form.opCodeBytes;
  const name = form.name === "varint" && size - form.opCodeBytes === 1 ? "byte" : form.name;
  return sign("header", records.length > 1 || size > 2, {
    form: name,
    headerBytes: size,
    hasOpCode: form.opCodeBytes === 1,
    countsHeader,
    padding: first?.header.padding ?? "none",
    isApart: records.every(({ at }) => starts.includes(at + size)),
    texts: records.map(({ text }) => text),
  });
}
