/** Reads a drawn chart back with a finger: from the words of a transition along its line to the box with the arrow. */

/** Where a line to the side can turn into a lane, and where a lane can go on. */
const ONTO_LANE = "┤╮╯";
const ACROSS = "─┼";
const UPWARD = "│┼┤╯";
const DOWNWARD = "│┼┤╮";

/** The names of the boxes that the line from this row's words leads to; more than one, or none, is a fault. */
export function follow(rows: readonly string[], y: number): string[] {
  const at = (x: number, row: number) => rows[row]?.[x] ?? " ";
  let x = (rows[y] ?? "").search(/ ─*[─┼]*[┤╮╯]/) + 1;
  while (ACROSS.includes(at(x, y))) x += 1;
  if (!ONTO_LANE.includes(at(x, y))) return [];
  const found: string[] = [];
  for (const [step, goesOn] of [
    [-1, DOWNWARD],
    [1, UPWARD],
  ] as const) {
    const leaves = step < 0 ? UPWARD : DOWNWARD;
    for (let row = y; leaves.includes(at(x, row)) && goesOn.includes(at(x, row + step)); ) {
      row += step;
      const name = ONTO_LANE.includes(at(x, row)) ? entered(rows[row] ?? "", x) : undefined;
      if (name !== undefined) found.push(name);
    }
  }
  return found;
}

/** To the left from a lane: a box, where nothing but a line and its head is in between. */
function entered(row: string, x: number): string | undefined {
  const before = row.slice(0, x);
  const head = /([│║])◄[─┼]*$/.exec(before);
  if (!head) return undefined;
  // The innermost border on the left is the box's own.
  const name = /[│║] (?:[►◉•] | {2})(\S+)(?: .*)?$/.exec(before.slice(0, head.index));
  return name?.[1];
}
