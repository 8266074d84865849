/** A drawing as an SVG page of its own, or a part of one: it needs no script, no style sheet and no font of ours. */

import stringWidth from "string-width";
import type { Arrow, Drawing, DrawnBox, DrawnLine, DrawnMark, DrawnText, Paint } from "./drawing.ts";

/** Pixels of a character cell. */
const CELL = { width: 8, height: 18 };
const MARGIN = 8;
const FONT_SIZE = 13;

const COLORS: Record<Paint, string> = {
  plain: "#24292f",
  name: "#24292f",
  note: "#57606a",
  guard: "#0969da",
  now: "#1a7f37",
  bad: "#cf222e",
  faint: "#8c959f",
};

/** `title` and `description` are what a screen reader tells. */
export function drawingSvg(
  drawing: Drawing,
  { title, description }: { title: string; description: string },
): string {
  const width = drawing.width * CELL.width + 2 * MARGIN;
  const height = drawing.height * CELL.height + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">`,
    `<title>${xmlText(title)}</title>`,
    `<desc>${xmlText(description)}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawing.lines.map(lineSvg),
    ...drawing.boxes.map(boxSvg),
    ...drawing.texts.map(textSvg),
    ...drawing.marks.map(markSvg),
    "</svg>\n",
  ].join("\n");
}

/** The middle of a cell. */
const middleX = (x: number) => MARGIN + (x + 0.5) * CELL.width;
const middleY = (y: number) => MARGIN + (y + 0.5) * CELL.height;

function boxSvg({ x, y, width, height, border }: DrawnBox): string {
  const isNow = border === "now";
  const place = `x="${middleX(x)}" y="${middleY(y)}" width="${(width - 1) * CELL.width}" height="${(height - 1) * CELL.height}"`;
  // A box with others inside is drawn after them: it must not hide them.
  const fill = isNow ? 'fill="#2da44e" fill-opacity="0.12"' : 'fill="none"';
  return `<rect ${place} rx="6" ${fill} stroke="${COLORS[isNow ? "now" : "plain"]}" stroke-width="${isNow ? 3 : 1.2}"/>`;
}

function textSvg({ x, y, text, paint }: DrawnText): string {
  const weight = paint === "name" || paint === "now" ? ' font-weight="bold"' : "";
  const length = stringWidth(text) * CELL.width;
  return `<text x="${MARGIN + x * CELL.width}" y="${middleY(y) + 4.5}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${COLORS[paint]}"${weight} stroke="#ffffff" stroke-width="4" paint-order="stroke" xml:space="preserve">${xmlText(text)}</text>`;
}

function lineSvg({ points, paint, arrow }: DrawnLine): string {
  const path = points.map(([x, y]) => `${middleX(x)},${middleY(y)}`).join(" ");
  const [x, y] = points.at(-1) ?? [0, 0];
  const line = `<polyline points="${path}" fill="none" stroke="${COLORS[paint]}" stroke-width="${paint === "now" ? 2 : 1.2}"/>`;
  return arrow === "none" ? line : `${line}${headSvg(x, y, arrow, COLORS[paint])}`;
}

/** The head's point reaches the edge of its cell. */
function headSvg(x: number, y: number, arrow: Exclude<Arrow, "none">, color: string): string {
  const [cx, cy] = [middleX(x), middleY(y)];
  const points = {
    down: [
      [cx - 5, cy - 3],
      [cx + 5, cy - 3],
      [cx, cy + 9],
    ],
    left: [
      [cx + 5, cy - 5],
      [cx + 5, cy + 5],
      [cx - 7, cy],
    ],
    right: [
      [cx - 5, cy - 5],
      [cx - 5, cy + 5],
      [cx + 7, cy],
    ],
  }[arrow];
  return `<polygon points="${points.map((point) => point.join(",")).join(" ")}" fill="${color}"/>`;
}

function markSvg({ x, y, mark, paint }: DrawnMark): string {
  const [cx, cy, color] = [middleX(x), middleY(y), COLORS[paint]];
  switch (mark) {
    case "initial":
    case "dot":
      return `<circle cx="${cx}" cy="${cy}" r="${mark === "dot" ? 4 : 6}" fill="${color}"/>`;
    case "final":
      return `<circle cx="${cx}" cy="${cy}" r="6" fill="none" stroke="${color}"/><circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
    case "now":
      return `<polygon points="${cx - 4},${cy - 6} ${cx - 4},${cy + 6} ${cx + 6},${cy}" fill="${color}"/>`;
    case "again":
      return `<path d="M ${cx + 4} ${cy - 4} A 5 5 0 1 1 ${cx - 4} ${cy - 4}" fill="none" stroke="${color}"/><polygon points="${cx - 8},${cy - 4} ${cx - 1},${cy - 7} ${cx - 2},${cy}" fill="${color}"/>`;
  }
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that XML may not have at all are left to `printable`, through which texts went before they were drawn. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
