/** Colours, where the reader wants them. Colour never says what a word does not say too. */
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

export interface Style {
  readonly hasColors: boolean;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  odd(text: string): string;
  accent(text: string): string;
}

export function styleOf(hasColors: boolean): Style {
  const paint = (format: Format) => (text: string) =>
    hasColors ? styleText(format, text, { validateStream: false }) : text;
  return {
    hasColors,
    bold: paint("bold"),
    dim: paint("dim"),
    good: paint("green"),
    bad: paint("red"),
    odd: paint("yellow"),
    accent: paint("cyan"),
  };
}

const GOOD = new Set(["running", "ok", "registered", "listed"]);
const BAD = new Set(["failed", "crashed", "refused", "violation"]);
const ODD = new Set(["backingOff", "starting", "draining", "stopped", "stuck", "waiting", "note"]);

/** A state or verdict in its colour. */
export function styleWord(style: Style, word: string): string {
  if (GOOD.has(word)) return style.good(word);
  if (BAD.has(word)) return style.bad(word);
  return ODD.has(word) ? style.odd(word) : word;
}
