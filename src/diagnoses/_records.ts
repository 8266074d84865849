/**
 * Layout of an address-book record, by where its text stands: type, padding, length of any width and order, text, and what
 * stands behind it. For queries (Q) and answers (R), of programs that do otherwise than the protocol's two bytes.
 */
import { isText, type Sign, sign } from "./_sign.ts";

export interface RecordLayout {
  /** Bytes in front of the text. */
  readonly headerBytes: number;
  /** Offset of the type; 1 or more where the length stands first. */
  readonly typeAt: number;
  readonly lengthAt: number;
  readonly lengthBytes: number;
  readonly order: "one" | "LE" | "BE";
  /** Bytes between type and length, and between length and text, that mean nothing. */
  readonly paddingBytes: number;
  readonly isPaddingZero: boolean;
  readonly told: number;
  readonly textBytes: number;
  /** Bytes that the length counts. */
  readonly counts: "text" | "textAndNul" | "header" | "array" | "oneLess" | "oneMore";
  readonly tail: "none" | "nul" | "zeros" | "stale" | "newline";
  readonly tailBytes: number;
}

export type RecordSign =
  | Sign<"typeOnly">
  | Sign<"headerOnly", { headerBytes: number }>
  | Sign<"lengthAsDigits", { digits: string; textBytes: number }>
  | Sign<"noLength", { textBytes: number }>
  | Sign<"noHeader", { textBytes: number }>
  | Sign<"typeInSmall", { byte: number }>
  | Sign<"fieldsSwapped", { told: number; textBytes: number }>
  | Sign<"layout", RecordLayout>
  | Sign<"lengthUnlike", { told: number; textBytes: number }>;

/** An address, or a name: three letters in a row, and what UTF-8 may stand around them. Dirty padding has no letters. */
const TEXT = {
  query: /[\x21-\x7e\x80-\xff]+@[\x21-\x7e\x80-\xff]+/,
  answer: /(?:[\xc3-\xdf][\x80-\xbf])?[\x20-\x7e]{3,}/,
};
const MAX_HEADER = 20;

/** Layout of a record, or undefined: it is as the protocol has it, or it cannot be told. */
export function findRecord(bytes: Buffer, side: "query" | "answer"): RecordSign | undefined {
  const type = side === "query" ? 0x51 : 0x52;
  if (bytes.length === 0) return undefined;
  if (bytes.length === 1 && bytes[0] === type) return sign("typeOnly", true, {});
  if (isAsItShould(bytes, type)) return undefined;
  const latin = bytes.toString("latin1");
  const found = TEXT[side].exec(latin);
  if (!found) return withoutText(bytes, type);
  return (
    asDigits(latin, type) ??
    withoutLength(found, bytes, type) ??
    laidOut(bytes, startOfText(bytes, found, type), type)
  );
}

function isAsItShould(bytes: Buffer, type: number): boolean {
  return bytes[0] === type && bytes.length > 2 && bytes[1] === bytes.length - 2 && isText(bytes.subarray(2));
}

function withoutText(bytes: Buffer, type: number): RecordSign | undefined {
  const isHeader = bytes[0] === type && bytes.length <= 12 && bytes.subarray(1).some((byte) => byte > 0);
  return isHeader ? sign("headerOnly", false, { headerBytes: bytes.length }) : undefined;
}

/** Q14lu@example.org: printf("%c%d%s"). */
function asDigits(latin: string, type: number): RecordSign | undefined {
  const [, digits = "", text = ""] = /^.[ :,|]?(\d{1,3})[ :,|]?([^\0\n]*)/.exec(latin) ?? [];
  if (latin.charCodeAt(0) !== type || digits === "") return undefined;
  // Digits may be those of the address: as many as make the length right.
  for (let size = digits.length; size > 0; size -= 1) {
    const length = text.length + digits.length - size;
    const told = Number(digits.slice(0, size));
    if (told === length || told === length + 1)
      return sign("lengthAsDigits", true, { digits: digits.slice(0, size), textBytes: length });
  }
  return undefined;
}

function withoutLength(found: RegExpExecArray, bytes: Buffer, type: number): RecordSign | undefined {
  const [text] = found;
  if (found.index > 0 || bytes.length > text.length + 2) return undefined;
  const isTyped = bytes[0] === type && isLetter(bytes[1]);
  if (bytes[0] === (type | 0x20) && bytes[1] === text.length - 2) return undefined;
  if (isTyped && bytes[1] !== text.length - 2) return sign("noLength", false, { textBytes: text.length - 1 });
  return bytes[0] === type ? undefined : sign("noHeader", true, { textBytes: text.length });
}

const isLetter = (byte = 0) => /[A-Za-z0-9]/.test(String.fromCharCode(byte));

/** Length bytes and types look like letters of the text (51 2e …): the text starts behind them. */
function startOfText(bytes: Buffer, found: RegExpExecArray, type: number): number {
  const [text] = found;
  const { index } = found;
  if (index === 1 && bytes[1] === type && bytes[0] === text.length - 1) return 2;
  if (index > 0 || bytes[0] !== type) return index;
  return bytes[1] === text.length - 2 || !isLetter(bytes[1]) ? 2 : index;
}

function laidOut(bytes: Buffer, start: number, type: number): RecordSign | undefined {
  if (start < 1 || start > MAX_HEADER) return undefined;
  const header = bytes.subarray(0, start);
  const typeAt = header.indexOf(type);
  const small = header[0] === (type | 0x20);
  const { textBytes, tail, tailBytes } = tailOf(bytes, start);
  if (small && header[1] === textBytes) return sign("typeInSmall", true, { byte: header[0] ?? 0 });
  if (typeAt < 0) return undefined;
  if (typeAt > 0 && header[0] === textBytes && start === 2)
    return sign("fieldsSwapped", true, { told: header[0] ?? 0, textBytes });
  const field = lengthField(header, typeAt, { textBytes, tailBytes, wholeBytes: bytes.length });
  if (!field) return told(header, textBytes, bytes.length);
  const between =
    field.lengthAt > typeAt ? header.subarray(typeAt + 1, field.lengthAt) : header.subarray(0, 0);
  const behind = header.subarray(field.lengthAt + field.lengthBytes);
  const padding = Buffer.concat([between, behind]);
  const layout: RecordLayout = {
    headerBytes: start,
    typeAt,
    ...field,
    paddingBytes: padding.length,
    isPaddingZero: padding.every((byte) => byte === 0),
    textBytes,
    tail,
    tailBytes,
  };
  return sign("layout", true, layout);
}

/** A length of the usual width that tells another number than the text has. */
function told(header: Buffer, textBytes: number, size: number): RecordSign | undefined {
  const number = header[1] ?? 0;
  if (header.length !== 2 || number === textBytes || number > size + 200) return undefined;
  return sign("lengthUnlike", true, { told: number, textBytes });
}

interface Tail {
  readonly textBytes: number;
  readonly tail: RecordLayout["tail"];
  readonly tailBytes: number;
}

function tailOf(bytes: Buffer, start: number): Tail {
  const body = bytes.subarray(start);
  const end = body.findIndex((byte) => byte === 0 || byte === 0x0a || byte === 0x0d);
  if (end < 0) return { textBytes: body.length, tail: "none", tailBytes: 0 };
  const rest = body.subarray(end);
  const tailBytes = rest.length;
  if (rest[0] !== 0) return { textBytes: end, tail: "newline", tailBytes };
  if (rest.some((byte) => byte !== 0)) return { textBytes: end, tail: "stale", tailBytes };
  return { textBytes: end, tail: tailBytes === 1 ? "nul" : "zeros", tailBytes };
}

type Field = Pick<RecordLayout, "lengthAt" | "lengthBytes" | "order" | "told" | "counts">;

/** The widest field whose number is one of those that a program could mean. */
function lengthField(
  header: Buffer,
  typeAt: number,
  sizes: { textBytes: number; tailBytes: number; wholeBytes: number },
): Field | undefined {
  const meanings = meaningsOf(header.length, sizes);
  for (const lengthBytes of [8, 4, 2, 1])
    for (const order of ["BE", "LE"] as const)
      for (let lengthAt = 0; lengthAt + lengthBytes <= header.length; lengthAt += 1) {
        if (typeAt >= lengthAt && typeAt < lengthAt + lengthBytes) continue;
        const field = header.subarray(lengthAt, lengthAt + lengthBytes);
        const number = numberOf(field, order);
        const counts = meanings.get(number);
        if (counts === undefined || (lengthBytes > 1 && !isAligned(header, lengthAt, lengthBytes, order)))
          continue;
        return { lengthAt, lengthBytes, order: lengthBytes === 1 ? "one" : order, told: number, counts };
      }
  return undefined;
}

/** A little-endian number and the padding in front of it look like a big-endian one: C aligns, and packers start at 1. */
function isAligned(header: Buffer, at: number, width: number, order: "BE" | "LE"): boolean {
  const ends = at + width === header.length || (order === "LE" && width === 8);
  return order === "BE"
    ? ends && (at === 1 || at === 0 || at % width === 0)
    : ends && (at <= 1 || at % width === 0);
}

function meaningsOf(
  headerBytes: number,
  { textBytes, tailBytes, wholeBytes }: { textBytes: number; tailBytes: number; wholeBytes: number },
): ReadonlyMap<number, RecordLayout["counts"]> {
  const entries: [number, RecordLayout["counts"]][] = [
    [textBytes - 1, "oneLess"],
    [textBytes + tailBytes, "array"],
    [textBytes + 1, tailBytes > 0 ? "textAndNul" : "oneMore"],
    [textBytes + headerBytes, "header"],
    [wholeBytes, "header"],
    [textBytes, "text"],
  ];
  return new Map(entries);
}

function numberOf(field: Buffer, order: "BE" | "LE"): number {
  const bytes = order === "LE" ? [...field].reverse() : [...field];
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
