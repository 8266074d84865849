/** An explanation on a terminal: who it is, what happened in order, and a card for each mistake. */

import { hexdump, hexOf, printable } from "../printable.ts";
import { contextOf } from "../stories/editions.ts";
import { describeEntry, shownEntry, type Visibility } from "../stories/entry-text.ts";
import type { ShownBytes } from "../stories/redaction.ts";
import type { Entry, Story } from "../stories/story.ts";
import { alsoLines, briefCard, wholeCard } from "./card-text.ts";
import { minuteText } from "./clock-text.ts";
import { closingLines, type Explanation, type Hint, sourceWord } from "./explanation.ts";
import { connectionHead, sinceStart } from "./reports.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** Rows of a hexdump; more with --hex. */
const ROWS = 4;
const ROW_BYTES = 16;
const MARGIN = " ".repeat(15);

export interface Look {
  readonly style: Style;
  readonly columns: number;
  /** Every byte that is kept, of what was sent too. */
  readonly hex: boolean;
  /** Every card with its rule, all its steps and the command that shows it again. */
  readonly full: boolean;
}

export function explanationText(explanation: Explanation, look: Look): string {
  const { story, live, judged, reason, visibility } = explanation;
  const { style } = look;
  const unread = unreadOf(explanation);
  const source = sourceWord(story);
  return [
    ...connectionHead({ story, live, judged, reason }, style, look.columns),
    ...(source === undefined ? [] : [source]),
    ...explanation.hints.flatMap((hint) => hintLines(hint, explanation.askedAt, look.columns)),
    "",
    ...entriesText(story, look, visibility),
    ...(unread.bytes.length > 0 ? ["", `unread, ${live?.unreadBytes} bytes:`, ...hexRows(unread, look)] : []),
    "",
    ...conclusion(explanation, look),
  ].join("\n");
}

const HINT = "  hint     ";

/** As a row of the head, of another day with the day: `hint     09:12, D27: Every number is asked for twice - look at your loop` */
function hintLines({ card, title, text, at }: Hint, now: number, columns: number): string[] {
  const words = `${minuteText(at, now)}, ${card}: ${title}${text === "" ? "" : ` - ${printable(text)}`}`;
  return wrapped(words, columns - HINT.length).map(
    (line, index) => `${index === 0 ? HINT : " ".repeat(HINT.length)}${line}`,
  );
}

/** All that happened, in order. */
export function entriesText(story: Story, look: Look, visibility: Visibility): string[] {
  const { ends } = contextOf(story);
  const from = ends ? `→ from ${ends.peer}   ← from ${ends.us}` : "→ from the peer   ← from us";
  return [
    look.style.dim(`  ${from}   entry, and seconds since it opened`),
    ...storyText(story, look, visibility),
  ];
}

/** The root cause, and the names of what else is found; or why there is no card. */
function conclusion(explanation: Explanation, look: Look): string[] {
  const { cards, story } = explanation;
  const [first, ...others] = cards;
  if (!first) return closingLines(explanation).flatMap((line) => wrapped(line, look.columns));
  if (look.full) return cards.flatMap((card) => [...wholeCard(card, look), ""]).slice(0, -1);
  const more = `explain ${story.subject.id} --full: the rule${others.length > 0 ? ", the other cards" : ""}, and how to see it again`;
  return [...briefCard(first, look), ...alsoLines(others, look), look.style.dim(more)];
}

function unreadOf({ story, live, visibility }: Explanation): ShownBytes {
  const bytes = (live?.unread ?? Buffer.alloc(0)).subarray(0, ROW_BYTES * ROWS);
  const { redactor } = contextOf(story);
  return redactor && !visibility.showTokens ? redactor.redact(bytes) : { bytes, hidden: [] };
}

function storyText(story: Story, look: Look, visibility: Visibility): string[] {
  const lines: string[] = [];
  let reads = 0;
  let number = 0;
  for (const entry of story.entries) {
    if (entry.kind === "gap") {
      const { omitted, bytesIn, bytesOut } = entry;
      number += omitted;
      const sums = `${bytesIn} bytes in, ${bytesOut} out`;
      lines.push(
        look.style.dim(
          `${MARGIN}… ${omitted} entries are no longer kept: the story is cut short here (${sums}) …`,
        ),
      );
      continue;
    }
    number += 1;
    if (entry.kind === "in") reads += 1;
    lines.push(...entryText({ entry, number, read: reads }, story, look, visibility));
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
  story: Story,
  look: Look,
  visibility: Visibility,
): string[] {
  const { style, columns } = look;
  const context = contextOf(story);
  const entry = shownEntry(whole, context, visibility);
  const time = sinceStart(entry).trim().padStart(8);
  const line = `${String(number).padStart(4)} ${time}  ${describeEntry(whole, context, visibility)}`;
  const cut = line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
  if (entry.kind === "crashed" || entry.kind === "refused") return [style.bad(cut)];
  if (entry.kind === "transition" || entry.kind === "message") return [style.dim(cut)];
  const lost = "bytes" in whole ? whole.size - whole.bytes.length : 0;
  if (entry.kind === "in") return [cut, ...dump(`read ${read}`, entry, lost, look)];
  if (entry.kind === "out" && look.hex) return [cut, ...dump("sent", entry, lost, look)];
  return [cut];
}

/** A single row where that is enough, else a dump with its offsets. */
function dump(what: string, { bytes, hidden = [] }: Partial<ShownBytes>, lost: number, look: Look): string[] {
  const { style, hex } = look;
  if (!bytes || bytes.length === 0) return [];
  if (bytes.length <= ROW_BYTES && lost === 0)
    return [style.dim(`${MARGIN}${what}: ${hexOf(bytes, hidden)}`)];
  const shown = hex ? bytes : bytes.subarray(0, ROWS * ROW_BYTES);
  const left = bytes.length - shown.length;
  return [
    style.dim(`${MARGIN}${what}:`),
    ...hexRows({ bytes: shown, hidden }, look),
    ...(left > 0 ? [style.dim(`${MARGIN}… ${left} bytes more: explain --hex`)] : []),
    ...(hex && lost > 0 ? [style.dim(`${MARGIN}… ${lost} bytes were not kept`)] : []),
  ];
}

const hexRows = ({ bytes, hidden }: ShownBytes, { style }: Look) =>
  hexdump(bytes, hidden).map((row) => style.dim(`  ${row}`));
