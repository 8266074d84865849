/**
 * Expectations of a script or a sheet. Pure. A text is looked for in one line: blanks count as one however many they
 * are, so that a table may be wider, and `…` (or `...`) stands for anything. `/…/` is a regular expression over the whole.
 */
import { stripVTControlCharacters } from "node:util";
import { NetlabError } from "../errors.ts";

const MAX_SHOWN = 12;

/** Throws a NetlabError `usage` where it is a regular expression that cannot be read. */
export function holds(expected: string, said: string): boolean {
  const expression = asRegExp(expected);
  if (expression) return expression.test(plainText(said));
  return linesOf(said).some((line) => expressionOf(expected).test(line));
}

/** The first of these lines that is not to be read in the output, each below the one before it; or undefined. */
export function firstMissing(expected: readonly string[], said: string): number | undefined {
  const lines = linesOf(said);
  let from = 0;
  for (const [index, text] of expected.entries()) {
    const expression = asRegExp(text) ?? expressionOf(text);
    const found = lines.findIndex((line, at) => at >= from && expression.test(line));
    if (found < 0) return index;
    from = found + 1;
  }
  return undefined;
}

/** Output that came instead, as it is shown below a complaint. */
export function saidInstead(said: string): string {
  const lines = plainText(said).trimEnd().split("\n");
  if (lines.join("") === "") return "but there was no output";
  const left = lines.length - MAX_SHOWN;
  const shown = left > 0 ? [`… ${left} lines more`, ...lines.slice(left)] : lines;
  return ["but the output was:", ...shown.map((line) => `  ${line}`)].join("\n");
}

const plainText = (said: string) => stripVTControlCharacters(said);
const linesOf = (said: string) => plainText(said).split("\n").map(oneBlank);
const oneBlank = (text: string) => text.replace(/\s+/g, " ").trim();

function asRegExp(expected: string): RegExp | undefined {
  const [, source, flags] = /^\/(.+)\/([ims]*)$/s.exec(expected.trim()) ?? [];
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, `${flags?.replaceAll("m", "")}mu`);
  } catch {
    throw new NetlabError("usage/expect-regexp", { text: expected });
  }
}

function expressionOf(expected: string): RegExp {
  const parts = oneBlank(expected).split(/ ?(?:…|\.{3}) ?/);
  return new RegExp(parts.map(escaped).join(".*"), "u");
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
