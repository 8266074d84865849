/** Text in lines of at most so many columns, broken between words; a word that is longer stays whole. */
import stringWidth from "string-width";

/** Width at which nothing is cut, of pipes and files: the most that the protocol takes. */
export const UNCUT_COLUMNS = 10_000;
/** Longest line of prose, however wide the screen is. */
export const PROSE_COLUMNS = 100;

export function wrapped(text: string, columns: number): string[] {
  const widest = Math.min(columns, PROSE_COLUMNS);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && stringWidth(longer) > widest) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
