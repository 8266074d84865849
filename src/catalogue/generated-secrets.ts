/** `--token random`: a secret of our making, hard to guess and easy to type. */

import { secretKeysOf } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";
import { crypto } from "../node-modules.ts";

const WORD = "random";
/** Without those that are read for one another. 16 of them are 79 bits. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const LENGTH = 16;

/** Secrets that were made, by option, if a server is to have one of our making. A client's word is its server's. */
export function madeSecrets(
  role: Role,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const keys = role.side === "server" ? secretKeysOf(role).filter((key) => given[key] === WORD) : [];
  return Object.fromEntries(keys.map((key) => [key, newSecret()]));
}

const newSecret = () =>
  Array.from({ length: LENGTH }, () => LETTERS[crypto().randomInt(LETTERS.length)]).join("");
