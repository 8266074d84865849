/** Buffers of a fixed size that were sent whole, or whose text has no end: what stands behind the text tells it. */
import { isAsciiText, isText, lengthWithout, type Piece, type Sign, sign } from "./_sign.ts";

export type BufferSign =
  /** Text, and one byte again and again up to the buffer's size. */
  | Sign<"padded", { byte: number; textBytes: number; sizeBytes: number; times: number }>
  /** Text, NUL, and what an earlier text has left. */
  | Sign<"stale", { textBytes: number; sizeBytes: number; times: number; tail: Buffer }>
  /** Text, and memory that was never written to: no NUL ends it. */
  | Sign<"garbage", { textBytes: number; sizeBytes: number; byte: number; tail: Buffer }>
  /** Just one NUL: strlen() + 1. */
  | Sign<"oneNul", { textBytes: number; times: number }>
  /** 8 or 4 bytes of a longer known text: sizeof a pointer. */
  | Sign<"pointerSize", { sizeBytes: 8 | 4; whole: string }>;

const NUL = 0x00;
/** A run that no person types. */
const LONG_RUN = 8;

/** Buffer habit of a peer's texts, the strongest sign of all its reads. */
export function findBuffer(pieces: readonly Piece[]): BufferSign | undefined {
  const sent = pieces.filter(({ bytes }) => bytes.length > 1);
  if (sent.length === 0) return undefined;
  return findGarbage(sent) ?? findStale(sent) ?? findPadding(sent) ?? findOneNul(sent);
}

const timesOf = (pieces: readonly Piece[], sizeBytes: number) =>
  pieces.filter(({ size }) => size === sizeBytes).length;

const LEAST_BUFFER = 32;

/** Something other than NUL behind the first NUL: one NUL alone could part two messages of one read. */
function findStale(pieces: readonly Piece[]): BufferSign | undefined {
  for (const { bytes, size } of pieces) {
    const textBytes = bytes.indexOf(NUL);
    if (textBytes < 1 || !isText(bytes.subarray(0, textBytes))) continue;
    const tail = bytes.subarray(textBytes + 1);
    if (tail.length < 2 || tail.every((byte) => byte === NUL)) continue;
    if (isStrings(bytes)) continue;
    if (size < LEAST_BUFFER && isNumbers(tail)) continue;
    const times = timesOf(pieces, size);
    return sign("stale", times > 1 || size >= LEAST_BUFFER, { textBytes, sizeBytes: size, times, tail });
  }
  return undefined;
}

/** Zeros between bytes that are no text: numbers as memory has them, in one read with a text; what is left in a buffer begins at once. */
function isNumbers(tail: Buffer): boolean {
  const rest = Buffer.from(tail.filter((byte) => byte !== NUL));
  return tail[0] === NUL && tail.indexOf(rest[0] ?? NUL) > 1 && !isText(rest);
}

/** Several C strings in a row, each with its one NUL: messages, nothing stale. */
function isStrings(bytes: Buffer): boolean {
  return (
    bytes.at(-1) === NUL &&
    !bytes.includes(Buffer.from([NUL, NUL])) &&
    bytes.every((byte) => byte === NUL || isAsciiText(byte))
  );
}

function findPadding(pieces: readonly Piece[]): BufferSign | undefined {
  for (const { bytes, size } of pieces) {
    const byte = bytes.length === size ? (bytes.at(-1) ?? 0) : NUL;
    const textBytes = lengthWithout(bytes, byte);
    const run = bytes.length - textBytes;
    const times = timesOf(pieces, size);
    if (textBytes < 1 || !isText(bytes.subarray(0, textBytes))) continue;
    if (byte === NUL && run < 2) continue;
    if (byte !== NUL && (run < LONG_RUN || !isFiller(bytes, textBytes, byte, times, pieces))) continue;
    return sign("padded", byte === NUL || times > 1, { byte, textBytes, sizeBytes: size, times });
  }
  return undefined;
}

/** Zeros may be a number's own and newlines a person's; a size that comes again is a buffer's. */
function isFiller(
  bytes: Buffer,
  textBytes: number,
  byte: number,
  times: number,
  pieces: readonly Piece[],
): boolean {
  if (byte === 0x0a || byte === 0x0d) return false;
  const isRun = (piece: Piece) => piece.bytes.length - lengthWithout(piece.bytes, byte) >= LONG_RUN;
  const isAlike =
    times > 1 && pieces.filter((piece) => piece.size === bytes.length && isRun(piece)).length > 1;
  // A number may end in as many zeros as it likes.
  if (byte === 0x30 && /^[\d.eE+\-*/\s]+$/.test(bytes.toString("latin1"))) return false;
  if (byte === 0x30) return isAlike || !/[\d.eE+-]/.test(String.fromCharCode(bytes[textBytes - 1] ?? 0));
  if (byte === 0x20) return isAlike || bytes.length >= 32;
  return isAlike || byte < 0x20 || byte >= 0x7f;
}

/** Text, then bytes that are none: cc and cd of a debugger, ff, or whatever the stack held. */
function findGarbage(pieces: readonly Piece[]): BufferSign | undefined {
  for (const { bytes, size } of pieces) {
    const textBytes = bytes.findIndex((byte) => !isAsciiText(byte));
    const tail = bytes.subarray(textBytes);
    const [byte = 0] = tail;
    if (textBytes < 1 || byte === NUL || tail.length < 3) continue;
    const isRun = tail.subarray(0, 3).every((one) => one === byte);
    const untilNul = tail.subarray(0, tail.indexOf(NUL) < 0 ? tail.length : tail.indexOf(NUL));
    const strange = untilNul.filter((one) => !isAsciiText(one)).length;
    const isRubbish = !isText(untilNul) && strange * 2 > untilNul.length && untilNul.length >= 4;
    if (!(isRun && byte >= 0x80) && !isRubbish) continue;
    return sign("garbage", isRun, { textBytes, sizeBytes: size, byte, tail });
  }
  return undefined;
}

function findOneNul(pieces: readonly Piece[]): BufferSign | undefined {
  const ended = pieces.filter(({ bytes }) => bytes.indexOf(NUL) === bytes.length - 1 && bytes.length > 1);
  const [first] = ended;
  if (!first) return undefined;
  return sign("oneNul", true, { textBytes: first.bytes.length - 1, times: ended.length });
}

/** Start of a text that is known (a token, a name, a file), cut at the size of a pointer. */
export function findPointerSize(bytes: Buffer, known: readonly string[]): BufferSign | undefined {
  const size = bytes.length;
  if (size !== 8 && size !== 4) return undefined;
  const whole = known.find(
    (text) => Buffer.byteLength(text) > size && Buffer.from(text).subarray(0, size).equals(bytes),
  );
  return whole === undefined ? undefined : sign("pointerSize", false, { sizeBytes: size, whole });
}
