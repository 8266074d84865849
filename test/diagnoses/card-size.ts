/** The first card as a terminal shows it, measured: a longer one is not read. */
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { expect } from "vitest";
import { CARD_CHARACTERS, CARD_LINES } from "../../src/repl/card-text.ts";

const COLUMNS = 80;

/** The first card in what `explain` printed; undefined: none. */
export function firstCard(told: string): string[] | undefined {
  const lines = stripVTControlCharacters(told).split("\n");
  const start = lines.findIndex((line) => /^D\d+ {2}/.test(line));
  if (start < 0) return undefined;
  const rest = lines.slice(start);
  const end = rest.findIndex((line) => /^(also D\d+: |explain \S+ --full)/.test(line));
  return rest.slice(0, end < 0 ? undefined : end);
}

/** What is too much of it. */
export function excessOf(card: readonly string[]): string[] {
  return [
    ...(card.length > CARD_LINES ? [`${card.length} lines`] : []),
    ...(card.join("\n").length > CARD_CHARACTERS ? [`${card.join("\n").length} characters`] : []),
    ...card.filter((line) => stringWidth(line) > COLUMNS),
  ];
}

export function expectsToBeRead(told: string): void {
  const card = firstCard(told);
  expect(card?.[0]).toMatch(/^D\d+ {2}(note|violation): /);
  expect(card?.join("\n")).toMatch(/\[[A-Z]+-\d+\]/);
  expect(card && excessOf(card), card?.join("\n")).toEqual([]);
}
