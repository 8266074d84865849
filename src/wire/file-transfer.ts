/**
 * What a file client reads from file servers, ours and other people's: words that may be bare, ended by a newline or
 * a NUL, or sent in a fixed buffer, and may arrive glued to what follows [FRAME-9]. Pure.
 */
const SIZE_BYTES = 4;
/** After this silence an answer that is no known word is taken as it is. */
const QUIET_MS = 200;

interface Pending {
  readonly bytes: Buffer;
  readonly stillMs: number;
  readonly ended: boolean;
}

/** One of these words, whatever ends it; after a silence, whatever came. */
export function decodeWord(words: readonly string[]) {
  return ({
    bytes,
    stillMs,
    ended,
  }: Pending): { take: number; value: string } | { waitMs: number } | undefined => {
    if (bytes.length === 0) return undefined;
    const text = bytes.toString("latin1");
    const word = words.find((one) => text.startsWith(one));
    if (word !== undefined)
      return { take: word.length + endingLength(bytes.subarray(word.length)), value: word };
    if (!ended && stillMs < QUIET_MS) return { waitMs: QUIET_MS - stillMs };
    return { take: bytes.length, value: bytes.toString("utf8") };
  };
}

/**
 * How many bytes behind a word belong to it. A size may follow glued, and its first byte may be a NUL: so a NUL is an
 * ending only where it stands alone, where a whole size follows it, or where it starts the padding of a fixed buffer.
 */
function endingLength(rest: Buffer): number {
  const newline = /^\r?\n/.exec(rest.toString("latin1", 0, 2))?.[0].length ?? 0;
  if (newline > 0) return newline;
  if (rest[0] !== 0) return 0;
  if (rest.length === 1 || rest.length === 1 + SIZE_BYTES) return 1;
  return rest.length > 1 + SIZE_BYTES && rest.every((byte) => byte === 0) ? rest.length : 0;
}

/** 4 bytes, signed little-endian; negative where the server's size does not fit or its byte order is another. */
export function decodeSize({ bytes }: Pending): { take: number; value: number } | undefined {
  return bytes.length < SIZE_BYTES ? undefined : { take: SIZE_BYTES, value: bytes.readInt32LE(0) };
}
