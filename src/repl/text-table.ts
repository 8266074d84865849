/** Tables that fit the reader's width: the widest columns give way first, and what was cut ends in an ellipsis. */
import Table from "cli-table3";
import stringWidth from "string-width";

export const GAP = 2;
/** A column that gives way first still says something. */
const GIVEN_WAY = 14;
/** No column is cut below this. */
const NARROWEST = 6;

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ".repeat(GAP),
};

/** `firstToGive` is the column that is cut before any other: a note, say, rather than an address. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  firstToGive = "",
): string {
  const widths = widthsFor([head, ...rows], columns, head.indexOf(firstToGive));
  const drawn = new Table({
    head: [...head],
    colWidths: widths,
    chars: NO_LINES,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  for (const row of rows) drawn.push([...row]);
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function widthsFor(rows: readonly (readonly string[])[], columns: number, firstToGive: number): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 1, stringWidth(cell));
  }
  let over = widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - columns;
  while (over > 0) {
    const canGive = (widths[firstToGive] ?? 0) > GIVEN_WAY;
    const widest = canGive ? firstToGive : widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= NARROWEST) break;
    widths[widest] = width - 1;
    over -= 1;
  }
  return widths;
}
