/** Numbers that look random and are the same for the same words: SHA-256 in counter mode. */
import { hash } from "node:crypto";

/** Numbers from 0 to under 1, each of 48 bits. */
export function seededRandom(...words: readonly (string | number)[]): () => number {
  const seed = words.join("/");
  let count = 0;
  return () => {
    count += 1;
    return Number.parseInt(hash("sha256", `${seed}#${count}`).slice(0, 12), 16) / 2 ** 48;
  };
}
