/**
 * Name of a file for a student's own words, which are no path: letters and digits of every script stay as they are, all else is written as in
 * an address. A long one is cut and told apart by its digest, for a file's name has 255 bytes.
 */
import { createHash } from "node:crypto";

const MOST_BYTES = 160;
const PLAIN = /[\p{L}\p{M}\p{N} _+@.()-]/u;

export function fileName(words: string): string {
  const name = [...words]
    .map((sign) => (PLAIN.test(sign) ? sign : escaped(sign)))
    .join("")
    .replace(/^[ .]| $/g, escaped);
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  const digest = createHash("sha256").update(words).digest("hex").slice(0, 8);
  return `${cut(name)}~${digest}`;
}

const escaped = (sign: string) =>
  [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

/** Whole signs of it alone. */
function cut(name: string): string {
  let kept = "";
  for (const sign of name) {
    if (Buffer.byteLength(kept + sign) > MOST_BYTES) break;
    kept += sign;
  }
  return kept;
}
