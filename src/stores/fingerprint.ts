/**
 * Fingerprint of a text, for telling whether it is still the same: 64 bits of FNV-1a. It keeps a text out of sight and is no
 * cryptography, which Node takes 4 ms to load, a twenty-fifth of a start.
 */
const BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

export function fingerprint(text: string): string {
  let hash = BASIS;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, "0");
}
