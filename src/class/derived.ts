/**
 * Values that are each student's own - token, seed, pseudonym, bytes of files - worked out from the class's secret and never stored: the
 * same at each start, and without the secret no student can work out another's.
 */
import { createCipheriv, createHmac } from "node:crypto";

const DOMAIN = "netlabd/1";
/** Without letters and digits that look like others. */
const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const TOKEN_CHARACTERS = 10;

/** HMAC-SHA-256 of the parts, each with its length before it, so that no two lists of parts are the same bytes. */
export function derive(secret: Uint8Array, ...parts: readonly string[]): Buffer {
  const hmac = createHmac("sha256", secret);
  for (const part of [DOMAIN, ...parts]) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest();
}

/** Values of one student of one lab. */
export interface Derived {
  readonly token: string;
  /** A whole number from 0 to 2³²-1. */
  readonly seed: number;
}

export const derivedOf = (secret: Uint8Array, lab: string, id: string): Derived => ({
  token: derivedText(secret, lab, id, "token"),
  seed: derive(secret, lab, id, "seed").readUInt32BE(),
});

/** Ten characters of an alphabet of 31: 49.5 bits, each as likely as any other. */
export function derivedText(
  secret: Uint8Array,
  lab: string,
  id: string,
  ...purpose: readonly string[]
): string {
  const most = 256 - (256 % ALPHABET.length);
  let text = "";
  for (let round = 0; text.length < TOKEN_CHARACTERS; round += 1)
    for (const byte of derive(secret, lab, id, ...purpose, String(round)))
      if (byte < most && text.length < TOKEN_CHARACTERS) text += ALPHABET[byte % ALPHABET.length];
  return text;
}

/**
 * Bytes of a file that are this student's own: a text keeps its lines and its length, and its letters and digits are others; any other file
 * keeps the first bytes, by which its type is known.
 */
export function ownBytes(
  original: Buffer,
  secret: Uint8Array,
  lab: string,
  id: string,
  file: string,
): Buffer {
  const key = derive(secret, lab, id, "file", file);
  const stream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(original.length));
  const own = Buffer.from(original);
  const isLetters = isText(original);
  for (let at = isLetters ? 0 : TYPE_BYTES; at < own.length; at += 1) {
    const [byte = 0, chance = 0] = [own[at], stream[at]];
    own[at] = isLetters ? otherCharacter(byte, chance) : byte ^ chance;
  }
  return own;
}

/** UTF-8 without a NUL. */
export const isText = (bytes: Buffer) => !bytes.includes(0) && Buffer.from(bytes.toString()).equals(bytes);

const TYPE_BYTES = 16;
const RANGES = ["az", "AZ", "09"].map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const);

function otherCharacter(byte: number, chance: number): number {
  for (const [first, last] of RANGES)
    if (byte >= first && byte <= last) return first + ((byte - first + chance) % (last - first + 1));
  return byte;
}
