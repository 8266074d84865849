/** A typed line as words, the way a shell splits them: quotes group, a backslash takes the next character as it is. */
import { NetlabError } from "../errors.ts";

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

type Quote = '"' | "'" | undefined;

/** Throws where a quote is not closed. */
export function splitWords(line: string): Word[] {
  const { words, openQuote } = scan(line);
  if (openQuote) throw new NetlabError("usage", `a ${openQuote} is not closed`);
  return words;
}

/** The same for a line that is still being typed: the last word may be open, or empty after a blank. */
export function wordsSoFar(line: string): Word[] {
  const { words, isInWord } = scan(line);
  return isInWord ? words : [...words, { text: "", start: line.length, end: line.length }];
}

function scan(line: string): { words: Word[]; openQuote: Quote; isInWord: boolean } {
  const words: Word[] = [];
  let text = "";
  let start = -1;
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
    } else {
      text += character;
    }
  }
  const isInWord = start >= 0;
  if (isInWord) words.push({ text, start, end: line.length });
  return { words, openQuote: quote, isInWord };
}
