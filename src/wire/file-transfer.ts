/**
 * Words of the file transfer [FILE-0…FILE-4], and how a client reads them from other people's servers: bare, ended by a
 * newline or a NUL, or sent in a fixed buffer, and maybe glued to what follows [FRAME-9]. Pure.
 */
import { dropTrailing } from "./drop-trailing.ts";
import { usualBuffers } from "./usual-buffers.ts";

export const VALID = "valid";
export const INVALID = "Invalid";
export const FOUND = "found";
export const NOT_FOUND = "not found";
/** Our clients' acknowledgement; a server takes any byte for one [FILE-0]. */
export const ACKNOWLEDGEMENT = "Got\0";
/** [FILE-4] The largest size that a signed 32-bit number can tell. */
export const MAX_FILE_BYTES = 2 ** 31 - 1;

const SIZE_BYTES = 4;
/** After this silence an answer that is no known word is taken as it is. */
const QUIET_MS = 200;

const NUL = 0x00;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

interface Pending {
  readonly bytes: Buffer;
  readonly stillMs: number;
  readonly ended: boolean;
}

/** Reads the first of these words that fits, with any ending; after a silence, all that came. */
export function decodeWord(words: readonly string[], quietMs: number = QUIET_MS) {
  return ({
    bytes,
    stillMs,
    ended,
  }: Pending): { take: number; value: string } | { waitMs: number } | undefined => {
    const start = endingsInFront(bytes);
    if (start === bytes.length) return undefined;
    const word = words.find((one) => bytes.toString("latin1", start, start + one.length) === one);
    if (word !== undefined) {
      const end = start + word.length;
      return { take: end + endingLength(bytes.subarray(end), word.length), value: word };
    }
    if (!ended && stillMs < quietMs) return { waitMs: quietMs - stillMs };
    return { take: bytes.length, value: dropTrailing(bytes.toString("utf8", start), "\0\r\n") };
  };
}

/** The ending of a word may come in a segment of its own, too late for it: it lies in front of the next word then. */
function endingsInFront(bytes: Buffer): number {
  const start = bytes.findIndex((byte) => byte !== NUL && byte !== NEWLINE && byte !== RETURN);
  return start < 0 ? bytes.length : start;
}

/**
 * How many bytes behind a word belong to it. A size may follow glued, and its first byte may be a NUL or a newline: so
 * four bytes are a size whatever they are, and a NUL is an ending only where it stands alone, where a whole size follows
 * it, or where it starts the padding of a fixed buffer.
 */
function endingLength(rest: Buffer, wordLength: number): number {
  if (rest.length === SIZE_BYTES) return 0;
  const newline = newlineLength(rest);
  const behind = rest.subarray(newline);
  const padding = leadingNuls(behind);
  if (padding === 0) return newline;
  if (behind.length === 1 || behind.length === 1 + SIZE_BYTES) return newline + 1;
  if (padding <= SIZE_BYTES) return newline;
  // If all are NULs, the last four are the size of an empty file if without them it is a usual buffer.
  const total = wordLength + rest.length;
  if (padding === behind.length && !usualBuffers.has(total - SIZE_BYTES)) return rest.length;
  return padding >= behind.length - SIZE_BYTES ? rest.length - SIZE_BYTES : newline;
}

/** The size as a server tells it: int32, little-endian. */
export function encodeSize(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(SIZE_BYTES);
  bytes.writeInt32LE(sizeBytes);
  return bytes;
}

/**
 * 4 bytes, signed little-endian; negative where the server's size does not fit or its byte order is another. A newline
 * or NUL that came too late for the word before is dropped: as the server waits for our acknowledgement, 4 bytes behind
 * it and no more mean that it is none of the size.
 */
export function decodeSize({
  bytes,
  stillMs,
  ended,
}: Pending): { take: number; value: number } | { waitMs: number } | undefined {
  if (bytes.length < SIZE_BYTES) return undefined;
  const newline = newlineLength(bytes);
  const ending = newline > 0 ? newline : bytes[0] === NUL ? 1 : 0;
  const start = bytes.length === ending + SIZE_BYTES ? ending : 0;
  const mayGrow = !ended && stillMs < QUIET_MS && bytes.length < newline + SIZE_BYTES;
  if (mayGrow) return { waitMs: QUIET_MS - stillMs };
  return { take: start + SIZE_BYTES, value: bytes.readInt32LE(start) };
}

function newlineLength(bytes: Buffer): number {
  return /^\r?\n/.exec(bytes.toString("latin1", 0, 2))?.[0].length ?? 0;
}

function leadingNuls(bytes: Buffer): number {
  const end = bytes.findIndex((byte) => byte !== NUL);
  return end < 0 ? bytes.length : end;
}
