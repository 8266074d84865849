/** Each line read from its end [REV-4]: by grapheme, so that an accent stays on its letter and a flag stays a flag. */
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function reversedText(text: string): string {
  return text.replace(/[^\r\n]+/g, reversedLine);
}

function reversedLine(line: string): string {
  return Array.from(graphemes.segment(line), ({ segment }) => segment)
    .reverse()
    .join("");
}
