/** A typed line as words, the way a shell splits them: quotes group, a backslash takes the next character as it is. */
import stringWidth from "string-width";
import { NetlabError } from "../errors.ts";
import { printable } from "../printable.ts";

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

type Quote = '"' | "'" | undefined;

/** So much of a line is shown before the quote that is meant, and behind it. */
const SHOWN_BEFORE = 48;
const SHOWN_BEHIND = 16;

/** Throws where a quote is not closed, and points at it. */
export function splitWords(line: string): Word[] {
  const { words, openQuote, openAt } = scan(line);
  if (openQuote) throw notClosed(line, openQuote, openAt);
  return words;
}

function notClosed(line: string, quote: string, at: number): NetlabError {
  const start = Math.max(0, at - SHOWN_BEFORE);
  const before = (start > 0 ? "…" : "") + printable(line.slice(start, at));
  const rest = line.slice(at);
  const behind = printable(rest.slice(0, SHOWN_BEHIND)) + (rest.length > SHOWN_BEHIND ? "…" : "");
  const pointer = " ".repeat(stringWidth(before));
  return new NetlabError("usage/not-closed", { quote, line: before + behind, pointer });
}

/** The same for a line that is still being typed: the last word may be open, or empty after a blank. */
export function wordsSoFar(line: string): Word[] {
  const { words, isInWord } = scan(line);
  return isInWord ? words : [...words, { text: "", start: line.length, end: line.length }];
}

function scan(line: string): { words: Word[]; openQuote: Quote; openAt: number; isInWord: boolean } {
  const words: Word[] = [];
  let text = "";
  let start = -1;
  let openAt = -1;
  let quote: Quote;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? "";
    if (quote === undefined && /\s/.test(character)) {
      if (start >= 0) words.push({ text, start, end: index });
      text = "";
      start = -1;
      continue;
    }
    if (start < 0) start = index;
    if (character === "\\" && quote !== "'" && index + 1 < line.length) {
      index += 1;
      text += line[index];
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      openAt = index;
    } else {
      text += character;
    }
  }
  const isInWord = start >= 0;
  if (isInWord) words.push({ text, start, end: line.length });
  return { words, openQuote: quote, openAt, isInWord };
}

/** Documents are printed to those who asked for them. */
export function wantsJson(line: string): boolean {
  return /(?:^|\s)--json(?:\s|$)/.test(line);
}
