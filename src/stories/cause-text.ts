/** A cause in words, for people: the one way from a code to a sentence. */
import type { Cause } from "./causes.ts";
import { rowOf } from "./causes.ts";

/** A hint for a client's user: a cause of ours, or a sentence of a role. */
export const hintText = (hint: string | Cause) => (typeof hint === "string" ? hint : causeText(hint));

/** Stand-in for the peer's words, which alone may hold a secret. */
export type PeerWords = (words: string) => string;

export function causeText({ code, args = {} }: Cause, peerWords: PeerWords = (words) => words): string {
  const { args: kinds, text } = rowOf(code);
  const shown = Object.entries(args).map(([name, value]) => [
    name,
    kinds[name] === "peer" && typeof value === "string" ? peerWords(value) : value,
  ]);
  return text(Object.fromEntries(shown) as never);
}

/** ` [FILE-1]`, after what a cause is of; nothing where no rule is. */
export const ruleBehind = ({ rule }: Cause): string => (rule === undefined ? "" : ` [${rule}]`);
