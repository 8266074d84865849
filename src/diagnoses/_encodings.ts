/** Texts in another encoding than UTF-8: two or four bytes a letter, a mark in front, one byte for ö. */
import { isAsciiText, isText, type Sign, sign } from "./_sign.ts";

export type EncodingSign =
  | Sign<"utf16" | "utf32", { order: "LE" | "BE"; hasMark: boolean; text: string }>
  | Sign<"utf8Mark", { offset: number }>
  | Sign<
      "singleByte",
      { byte: number; offset: number; letter: string; encoding: "ISO-8859-1" | "Windows-1252" }
    >
  | Sign<"encodedTwice", { offset: number; letter: string }>
  | Sign<"cutCharacter", { offset: number; bytes: Buffer }>;

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const LATIN_1 = new TextDecoder("windows-1252");

/** Encoding of one message, where it is not UTF-8 or ASCII. */
export function findEncoding(bytes: Buffer): EncodingSign | undefined {
  return (
    findWide(bytes, 4) ?? findWide(bytes, 2) ?? findMark(bytes) ?? findSingleByte(bytes) ?? findTwice(bytes)
  );
}

/** UTF-16 and UTF-32: zeros at the same place of each letter. Latin letters only: of others nothing can be told. */
function findWide(bytes: Buffer, width: 2 | 4): EncodingSign | undefined {
  const order = markOf(bytes, width);
  const body = order ? bytes.subarray(width) : bytes;
  const kind = width === 2 ? "utf16" : "utf32";
  for (const one of order ? [order] : (["LE", "BE"] as const)) {
    const text = lettersOf(body, width, one);
    // Two letters: 'a\0b\0' - one alone could be a C string.
    if (text !== undefined && (order !== undefined || text.length > 1))
      return sign(kind, true, { order: one, hasMark: order !== undefined, text });
  }
  return undefined;
}

function markOf(bytes: Buffer, width: 2 | 4): "LE" | "BE" | undefined {
  const [first, second, third, fourth] = bytes;
  const isWide = width === 4;
  if (first === 0xff && second === 0xfe && (!isWide || (third === 0 && fourth === 0))) return "LE";
  if (!isWide && first === 0xfe && second === 0xff) return "BE";
  return isWide && first === 0 && second === 0 && third === 0xfe && fourth === 0xff ? "BE" : undefined;
}

/** Text of these letters; a last newline or NUL of one byte is a habit of its own. */
function lettersOf(bytes: Buffer, width: number, order: "LE" | "BE"): string | undefined {
  const odd = bytes.length % width;
  const isEnding = odd === 0 || (odd === 1 && (bytes.at(-1) === 0x0a || bytes.at(-1) === 0));
  if (bytes.length < width || !isEnding) return undefined;
  const place = order === "LE" ? 0 : width - 1;
  let text = "";
  for (let at = 0; at + width <= bytes.length; at += width) {
    const letter = bytes.subarray(at, at + width);
    const isOthersZero = letter.every((byte, index) => index === place || byte === 0);
    const code = letter[place] ?? 0;
    // Each text may have its mark.
    if (markOf(letter, 2) === order) continue;
    if (!isOthersZero || !(isAsciiText(code) || code >= 0xa0)) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

function findMark(bytes: Buffer): EncodingSign | undefined {
  const offset = bytes.indexOf(MARK);
  return offset < 0 ? undefined : sign("utf8Mark", true, { offset });
}

/** Single high bytes between plain letters: ö is one byte in ISO-8859-1, and two in UTF-8. */
function findSingleByte(bytes: Buffer): EncodingSign | undefined {
  const text = bytes.subarray(0, bytes.indexOf(0) < 0 ? bytes.length : bytes.indexOf(0));
  const offset = firstInvalid(text);
  if (offset === undefined) return undefined;
  const byte = text[offset] ?? 0;
  const before = text.subarray(0, offset);
  if (offset + sequenceLength(byte) > text.length && isText(before) && isTail(text, before))
    return sign("cutCharacter", true, { offset, bytes: text.subarray(offset) });
  const high = text.filter((one) => one >= 0x80);
  const isLetters = high.every(isLetter) && text.every((one) => one >= 0x80 || isAsciiText(one));
  const isMostlyPlain =
    high.length * 2 < text.length || (text.length <= 3 && high.length === 1 && text.length > 1);
  if (!isLetters || !isMostlyPlain || hasRun(text)) return undefined;
  const encoding = byte < 0xa0 ? "Windows-1252" : "ISO-8859-1";
  return sign("singleByte", true, { byte, offset, letter: letterOf(byte), encoding });
}

const letterOf = (byte: number) => LATIN_1.decode(Uint8Array.of(byte));
/** Letters, and the quotation marks, dashes and signs that people type. */
const isLetter = (byte: number) =>
  /\p{L}|[€‚„…‘’“”–—§°ºª«»¿¡£´]/u.test(letterOf(byte)) && byte !== 0xff && byte !== 0xfe;

/** Memory that was never written to repeats itself: cc cc cc, cd cd cd. */
function hasRun(bytes: Buffer): boolean {
  return bytes.some((byte, at) => byte >= 0x80 && bytes[at + 1] === byte && bytes[at + 2] === byte);
}

const sequenceLength = (byte: number) => (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1);
/** First bytes of a character of UTF-8, of which the last ones are missing: one alone is a letter of another encoding as well. */
function isTail(bytes: Buffer, before: Buffer): boolean {
  const tail = bytes.subarray(before.length);
  const isCertain = tail.length > 1 || before.some((byte) => byte >= 0x80);
  return (tail[0] ?? 0) < 0xf5 && isCertain && tail.subarray(1).every((byte) => byte >= 0x80 && byte < 0xc0);
}

/** Offset of the first byte that is no UTF-8. */
function firstInvalid(bytes: Buffer): number | undefined {
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : sequenceLength(byte);
    const one = bytes.subarray(at, at + length);
    if (byte >= 0x80 && (length === 1 || one.length < length || one.toString("utf8").includes("\uFFFD")))
      return at;
    at += length;
  }
  return undefined;
}

/** UTF-8 that was taken for ISO-8859-1 and encoded once more: ö becomes Ã¶. */
function findTwice(bytes: Buffer): EncodingSign | undefined {
  const text = bytes.toString("utf8");
  const [pair] = /[\u00c3\u00c2][\u0080-\u00bf]/.exec(text) ?? [];
  if (pair === undefined || !isText(bytes)) return undefined;
  const letter = Buffer.from(pair, "latin1").toString("utf8");
  if (letter.length !== 1 || !/\p{L}/u.test(letter)) return undefined;
  return sign("encodedTwice", false, { offset: bytes.indexOf(Buffer.from(pair)), letter });
}
