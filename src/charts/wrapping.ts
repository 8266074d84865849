import stringWidth from "string-width";

/** Words on lines of so many columns; a word that is longer has a line of its own. */
export function wrapped(words: readonly string[], separator: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last}${separator}${word}`;
    if (last !== undefined && stringWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
