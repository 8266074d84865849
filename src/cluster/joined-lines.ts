/**
 * Lines between nodes as one string, where none of them has a line break itself: a string for each is what costs most of the way, to write,
 * to read and to clear away.
 */
const BREAK = "\n";

/** Undefined where one of them has a line break. */
export function joinLines(lines: readonly string[]): string | undefined {
  const joined = asOne(lines);
  return breaksIn(joined) === lines.length - 1 ? joined : undefined;
}

/** Of texts that are known to be lines. */
export const asOne = (lines: readonly string[]): string => lines.join(BREAK);

export const splitLines = (joined: string): string[] => joined.split(BREAK);

export const isLine = (text: string) => !text.includes(BREAK);

function breaksIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(BREAK); at >= 0; at = text.indexOf(BREAK, at + 1)) count += 1;
  return count;
}
