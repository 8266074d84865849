/**
 * Signs that a mistake leaves in bytes. A detector is pure: bytes in, one sign or undefined out, and undefined wherever a
 * right program could have sent the same. A sign is data; the card that uses it makes the words.
 */

export interface Sign<Kind extends string, Args = Readonly<Record<never, never>>> {
  readonly kind: Kind;
  /** No right program sends this; false: another reading is possible, so the card says "probably". */
  readonly certain: boolean;
  readonly args: Args;
}

/** A read of a stream, or a datagram, as far as it is kept. */
export interface Piece {
  readonly bytes: Buffer;
  /** Bytes that came, of which `bytes` may be the first ones only. */
  readonly size: number;
  /** Microseconds since the story began. */
  readonly at: number;
}

export function sign<const Kind extends string, const Args>(
  kind: Kind,
  certain: boolean,
  args: Args,
): Sign<Kind, Args> {
  return { kind, certain, args };
}

/** Printable ASCII and white space. */
export const isAsciiText = (byte: number) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);

/** Text as a person types it: valid UTF-8 without control characters, but for white space; not empty. */
export function isText(bytes: Buffer): boolean {
  if (bytes.length === 0) return false;
  const text = bytes.toString("utf8");
  return !text.includes("\uFFFD") && !/[\x00-\x08\x0e-\x1f\x7f]/.test(text);
}

/** Length without the NULs at the end. */
export function lengthWithout(bytes: Buffer, byte: number): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === byte) end -= 1;
  return end;
}

/** Whole stream of the pieces, and whether all that came is in it. */
export function streamOf(pieces: readonly Piece[]): { bytes: Buffer; isWhole: boolean; starts: number[] } {
  const starts: number[] = [];
  const kept: Buffer[] = [];
  let position = 0;
  let isWhole = true;
  for (const { bytes, size } of pieces) {
    starts.push(position);
    kept.push(bytes);
    position += bytes.length;
    isWhole = bytes.length === size;
    if (!isWhole) break;
  }
  return { bytes: Buffer.concat(kept), isWhole, starts };
}
