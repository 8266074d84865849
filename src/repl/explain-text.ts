/** An explanation on a terminal: who it is, what happened in order, and a card for each mistake. */

import type { Card } from "../diagnoses/table.ts";
import { hexdump } from "../printable.ts";
import { describeEntry, type Openness, shownEntry } from "../stories/entry-text.ts";
import type { Entry, Story } from "../stories/story.ts";
import { closingWord, type Explanation, readLine, ruleLine, sourceWord } from "./explanation.ts";
import { connectionHead, sinceStart } from "./reports.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** Rows of a hexdump; more with --hex. */
const ROWS = 4;
const ROW_BYTES = 16;
const MARGIN = " ".repeat(15);
/** A card's labels stand in front of this column. */
const LABEL = 10;
const CARD_READS = 3;

export interface Look {
  readonly style: Style;
  readonly columns: number;
  /** Every byte that is kept, of what was sent too. */
  readonly hex: boolean;
}

export function explanationText(explanation: Explanation, look: Look): string {
  const { story, now, cards, openness } = explanation;
  const { style } = look;
  const unread = unreadOf(story, openness);
  const source = sourceWord(story);
  return [
    ...connectionHead(story, now, style, look.columns),
    ...(source === undefined ? [] : [source]),
    "",
    style.dim("  → from the peer   ← from us   entry, and seconds since it opened"),
    ...storyText(story, look, openness),
    ...(unread.length > 0 ? ["", `unread, ${story.live?.unreadBytes} bytes:`, ...hexRows(unread, look)] : []),
    "",
    ...(cards.length > 0
      ? cards.flatMap((card) => [...cardText(card, look), ""]).slice(0, -1)
      : wrapped(closingWord(explanation), look.columns)),
  ].join("\n");
}

function unreadOf({ live, subject: { concealment } }: Story, { showTokens }: Openness): Buffer {
  const unread = live?.unread(ROW_BYTES * ROWS) ?? Buffer.alloc(0);
  return concealment && !showTokens ? concealment.bytes(unread) : unread;
}

function storyText(story: Story, look: Look, openness: Openness): string[] {
  const { entries, entriesBeforeGap, omitted } = story;
  const lines: string[] = [];
  let reads = 0;
  for (const [index, entry] of entries.entries()) {
    if (omitted > 0 && index === entriesBeforeGap)
      lines.push(
        look.style.dim(`${MARGIN}… ${omitted} entries are no longer kept: the story is cut short here …`),
      );
    if (entry.kind === "in") reads += 1;
    const number = index < entriesBeforeGap ? index + 1 : index + 1 + omitted;
    lines.push(...entryText({ entry, number, read: reads }, story, look, openness));
  }
  return lines;
}

/** An entry, its number in the story, and how many reads have come with it. */
interface Numbered {
  readonly entry: Entry;
  readonly number: number;
  readonly read: number;
}

function entryText(
  { entry: whole, number, read }: Numbered,
  { subject }: Story,
  look: Look,
  openness: Openness,
): string[] {
  const { style, columns } = look;
  const entry = shownEntry(whole, subject, openness);
  const time = sinceStart(entry).trim().padStart(8);
  const line = `${String(number).padStart(4)} ${time}  ${describeEntry(whole, subject, openness)}`;
  const cut = line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
  if (entry.kind === "crashed" || entry.kind === "refused") return [style.bad(cut)];
  if (entry.kind === "transition" || entry.kind === "message") return [style.dim(cut)];
  const lost = "bytes" in whole ? whole.size - whole.bytes.length : 0;
  if (entry.kind === "in") return [cut, ...dump(`read ${read}`, entry.bytes, lost, look)];
  if (entry.kind === "out" && look.hex) return [cut, ...dump("sent", entry.bytes, lost, look)];
  return [cut];
}

/** One row where that is enough, else a dump with its offsets. */
function dump(what: string, bytes: Buffer, lost: number, look: Look): string[] {
  const { style, hex } = look;
  if (bytes.length === 0) return [];
  if (bytes.length <= ROW_BYTES && lost === 0) return [style.dim(`${MARGIN}${what}: ${spaced(bytes)}`)];
  const shown = hex ? bytes : bytes.subarray(0, ROWS * ROW_BYTES);
  const left = bytes.length - shown.length;
  return [
    style.dim(`${MARGIN}${what}:`),
    ...hexRows(shown, look),
    ...(left > 0 ? [style.dim(`${MARGIN}… ${left} bytes more: explain --hex`)] : []),
    ...(hex && lost > 0 ? [style.dim(`${MARGIN}… ${lost} bytes were not kept`)] : []),
  ];
}

const hexRows = (bytes: Buffer, { style }: Look) => hexdump(bytes).map((row) => style.dim(`  ${row}`));
const spaced = (bytes: Buffer) => bytes.toString("hex").replace(/../g, "$& ").trimEnd();

export function cardText(card: Card, { style, columns }: Look): string[] {
  const paint = card.level === "violation" ? style.bad : style.odd;
  const width = columns - LABEL - 2;
  const row = (label: string, text: string) =>
    wrapped(text, width).map(
      (line, index) => `  ${index === 0 ? style.accent(label.padEnd(LABEL)) : " ".repeat(LABEL)}${line}`,
    );
  const reads = card.reads
    .slice(0, CARD_READS)
    .flatMap((read) => [
      readLine(read),
      ...(read.bytes.length <= ROW_BYTES ? [`  ${spaced(read.bytes)}`] : []),
    ]);
  const left = card.reads.length - CARD_READS;
  if (left > 0) reads.push(`and ${left} more`);
  const came = [...reads, ...(card.came ? [card.came] : [])];
  return [
    ...wrapped(`${card.id}  ${card.level}: ${card.title}`, columns).map((line) => style.bold(paint(line))),
    ...row("rule", ruleLine(card.rule)),
    ...came.flatMap((line, index) => row(index === 0 ? "came" : "", line)),
    ...(card.state ? row("in state", card.state) : []),
    ...row("expected", card.expected),
    ...row("likely", card.cause),
    ...card.advice.flatMap((line, index) =>
      row(index === 0 ? "try" : "", card.advice.length > 1 ? `${index + 1}. ${line}` : line),
    ),
    // In one piece, so that it can be copied.
    `  ${style.accent("again")}`,
    ...card.reproduce.split("\n").map((line) => `    ${line}`),
  ];
}
