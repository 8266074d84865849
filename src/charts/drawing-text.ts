/** A drawing for a terminal, in Unicode or in ASCII. */
import { asciiSigns, CellCanvas, unicodeSigns } from "./cell-canvas.ts";
import type { Drawing, Paint } from "./drawing.ts";

export interface TextLook {
  readonly isAscii: boolean;
  /** Colours, where there are any. */
  readonly painted: (text: string, paint: Paint) => string;
}

export function drawingText({ width, height, boxes, texts, lines, marks }: Drawing, look: TextLook): string {
  const canvas = new CellCanvas(width, height, look.isAscii ? asciiSigns : unicodeSigns);
  for (const line of lines) canvas.line(line);
  // A double border is drawn over the lines that leave it, and shows where.
  for (const box of boxes) canvas.box(box);
  for (const text of texts) canvas.text(look.isAscii ? { ...text, text: asciiText(text.text) } : text);
  for (const { x, y, mark, paint } of marks) canvas.mark(x, y, mark, paint);
  return canvas.lines(look.painted).join("\n");
}

/** Our own dots and dashes in ASCII; what a name or a peer brought is shown as a question mark, one a character. */
export function asciiText(text: string): string {
  return text
    .replaceAll("…", "~")
    .replaceAll("→", ">")
    .replace(/[^\x20-\x7e]/gu, "?");
}
