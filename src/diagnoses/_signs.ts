/** Every sign of a peer's texts, the one that explains most first: an encoding explains its NULs, a header its odd letters. */
import { type BufferSign, findBuffer } from "./_buffers.ts";
import { type DialectSign, findDialect } from "./_dialects.ts";
import { type EncodingSign, findEncoding } from "./_encodings.ts";
import { findHeader, type HeaderSign } from "./_headers.ts";
import { findByteByByte, findCarriageReturns, findOnlyLineEnd, type PieceSign } from "./_pieces.ts";
import type { Piece } from "./_sign.ts";

export type TextSign = DialectSign | EncodingSign | HeaderSign | BufferSign | PieceSign;

/** Kinds that explain the whole of a conversation. */
const WIDE = new Set(["utf16", "utf32"]);

/**
 * Signs in the reads of text phases, or in the datagrams, from the first one on: without the beginning, a header cannot be
 * told. Of several of one family the first.
 */
export function textSigns(reads: readonly Piece[]): TextSign[] {
  const whole = Buffer.concat(reads.map(({ bytes }) => bytes));
  const texts = [whole, ...reads.map(({ bytes }) => bytes)];
  const encoding = firstOf(texts, findEncoding);
  const buffer = findBuffer(reads);
  const isWide = encoding !== undefined && WIDE.has(encoding.kind);
  const signs: (TextSign | undefined)[] = [
    firstOf(texts, findDialect),
    isWide ? encoding : undefined,
    isWide ? undefined : findHeader(reads),
    buffer?.kind === "oneNul" ? undefined : buffer,
    isWide ? undefined : encoding,
    findByteByByte(reads),
    findOnlyLineEnd(whole),
    findCarriageReturns(reads),
    isWide || buffer?.kind !== "oneNul" ? undefined : buffer,
  ];
  return signs.filter((found) => found !== undefined);
}

function firstOf<Found>(
  texts: readonly Buffer[],
  find: (bytes: Buffer) => Found | undefined,
): Found | undefined {
  for (const text of texts) {
    const found = find(text);
    if (found !== undefined) return found;
  }
  return undefined;
}
