/** A card on a terminal: the first one in eight lines, the others in one; all of them in full where that is asked for. */
import type { Card, Read } from "../diagnoses/table.ts";
import { hexOf, printableBytes } from "../printable.ts";
import { readLine, ruleLine } from "./explanation.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrapped.ts";

export interface CardLook {
  readonly style: Style;
  readonly columns: number;
}

/** Lines of the first card, and characters of it: more is not read. */
export const CARD_LINES = 8;
export const CARD_CHARACTERS = 700;
/** Prose in longer lines is hard to read. */
const MOST_COLUMNS = 80;
const MARGIN = 2;
const LABEL = 8;
const FULL_LABEL = 10;
const FULL_READS = 3;
const HEX_BYTES = 16;

/**
 * Shows what happened, the likely cause, and what to change. The cause and the first step are always there; what came and the second
 * step stand where there is room.
 */
export function briefCard(card: Card, { style, columns }: CardLook): string[] {
  const width = Math.min(columns, MOST_COLUMNS);
  const row = rowsOf(style, width, LABEL);
  const title = titleLines(card, style, width);
  const cause = row("likely", card.cause);
  const [first = "", second] = card.advice;
  const step = row("change", first);
  const left = CARD_LINES - title.length - cause.length - step.length;
  const came = left > 0 ? row("came", cut(cameInShort(card), width - LABEL - MARGIN)) : [];
  const next = second === undefined ? [] : row("", second);
  const more =
    next.length <= left - came.length && lengthOf(cause, step, came, next) < CARD_CHARACTERS ? next : [];
  return [...title, ...came, ...cause, ...step, ...more];
}

const lengthOf = (...parts: readonly (readonly string[])[]) => parts.flat().join("\n").length;

/** `also D05: Two messages arrived in one read` */
export function alsoLines(cards: readonly Card[], { style, columns }: CardLook): string[] {
  return cards.flatMap(({ id, title }) =>
    wrapped(`also ${id}: ${title}`, Math.min(columns, MOST_COLUMNS)).map((line) => style.dim(line)),
  );
}

/** With the rule's text, all reads and steps, and the command that shows it again. */
export function wholeCard(card: Card, look: CardLook): string[] {
  const { style } = look;
  const columns = Math.min(look.columns, MOST_COLUMNS);
  const row = rowsOf(style, columns, FULL_LABEL);
  const came = [...readsInFull(card.reads), ...(card.came ? [card.came] : [])];
  return [
    ...titleLines(card, style, columns),
    ...row("rule", ruleLine(card.rule)),
    ...came.flatMap((line, index) => row(index === 0 ? "came" : "", line)),
    ...(card.state ? row("in state", card.state) : []),
    ...row("expected", card.expected),
    ...row("likely", card.cause),
    ...card.advice.flatMap((line, index) =>
      row(index === 0 ? "change" : "", card.advice.length > 1 ? `${index + 1}. ${line}` : line),
    ),
    // In one piece, so that it can be copied.
    `  ${style.accent("again")}`,
    ...card.reproduce.split("\n").map((line) => `    ${line}`),
  ];
}

function titleLines({ id, level, title, rule }: Card, style: Style, columns: number): string[] {
  const paint = level === "violation" ? style.bad : style.odd;
  const hang = " ".repeat(id.length + 2);
  return wrapped(`${level}: ${title} [${rule}]`, columns - hang.length).map((line, index) =>
    style.bold(paint(`${index === 0 ? `${id}  ` : hang}${line}`)),
  );
}

const rowsOf = (style: Style, columns: number, labelColumns: number) => (label: string, text: string) =>
  wrapped(text, columns - labelColumns - MARGIN).map(
    (line, index) =>
      `  ${index === 0 ? style.accent(label.padEnd(labelColumns)) : " ".repeat(labelColumns)}${line}`,
  );

function cameInShort({ came, reads }: Card): string {
  if (came) return came;
  const [read] = reads;
  if (!read) return "nothing";
  const others = reads.length > 1 ? `, and ${reads.length - 1} more` : "";
  return `${read.size} ${read.size === 1 ? "byte" : "bytes"} in read ${read.number}${others}: ${printableBytes(read.bytes, undefined, read.hidden)}`;
}

const cut = (text: string, columns: number) =>
  text.length > columns ? `${text.slice(0, columns - 1)}…` : text;

function readsInFull(reads: readonly Read[]): string[] {
  const lines = reads
    .slice(0, FULL_READS)
    .flatMap((read) => [
      readLine(read),
      ...(read.bytes.length <= HEX_BYTES ? [`  ${hexOf(read.bytes, read.hidden)}`] : []),
    ]);
  const left = reads.length - FULL_READS;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}
