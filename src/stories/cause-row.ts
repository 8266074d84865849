/** A row of the table of causes, and how arguments are shown in its words. */
import type { ArgumentKind, CauseLevel } from "./causes.ts";

type Values<Args> = { readonly [Name in keyof Args]: Args[Name] extends "number" ? number : string };

export function row<const Args extends Readonly<Record<string, ArgumentKind>>>(
  level: CauseLevel,
  args: Args,
  text: (args: Values<Args>) => string,
  rule?: string,
) {
  return { level, args, text, ...(rule === undefined ? {} : { rule }) };
}

/** Between quotation marks, as it is: what cannot be printed is escaped where the sentence is shown, and once only. */
export const quoted = (text: string) => `"${text}"`;
export const seconds = (ms: number) => `${ms / 1_000} s`;
/** A wait that is over by then. */
export const wholeSeconds = (ms: number) => `${Math.ceil(ms / 1_000)} s`;
/** Place in a file, where it is known. */
export const at = (place: string) => (place === "" ? "" : `, at ${place}`);
export const itLists = (listed: string) => (listed === "" ? "it lists nothing" : `it lists ${listed}`);
export const shownByte = (byte: number) =>
  byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `0x${byte.toString(16).padStart(2, "0")}`;
