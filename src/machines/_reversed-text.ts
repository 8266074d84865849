/** Each line read from its end [REV-4]: by grapheme, so that an accent stays on its letter and a flag stays a flag. */

/** Made with the first line that is read: its tables are loaded with it. */
let graphemes: Intl.Segmenter | undefined;

export function reversedText(text: string): string {
  return text.replace(/[^\r\n]+/g, reversedLine);
}

function reversedLine(line: string): string {
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return Array.from(graphemes.segment(line), ({ segment }) => segment)
    .reverse()
    .join("");
}
