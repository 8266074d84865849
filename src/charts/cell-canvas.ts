/** Character cells that know which of their sides a line goes through, so that lines meet and cross as they should. */
import stringWidth from "string-width";
import type { Arrow, DrawnBox, DrawnLine, DrawnText, Mark, Paint } from "./drawing.ts";

const UP = 1;
const RIGHT = 2;
const DOWN = 4;
const LEFT = 8;

export interface Signs {
  /** By the sides that a line goes through. */
  readonly lines: readonly string[];
  /** Corners from top left, clockwise; then the horizontal, the vertical, and a line that leaves below. */
  readonly now: readonly [string, string, string, string, string, string, string];
  readonly arrows: Readonly<Record<Exclude<Arrow, "none">, string>>;
  readonly marks: Readonly<Record<Mark, string>>;
}

export const unicodeSigns: Signs = {
  //       ·    U    R    UR   D    UD   RD   URD  L    UL   RL   URL  DL   UDL  RDL  all
  lines: [" ", "│", "─", "╰", "│", "│", "╭", "├", "─", "╯", "─", "┴", "╮", "┤", "┬", "┼"],
  now: ["╔", "╗", "╝", "╚", "═", "║", "╤"],
  arrows: { down: "▼", left: "◄", right: "►" },
  marks: { initial: "●", final: "◉", now: "►", again: "↺", dot: "•" },
};

/** A crossing is a bar: a plus is where lines meet. */
export const asciiSigns: Signs = {
  lines: [" ", "|", "-", "+", "|", "|", "+", "+", "-", "+", "-", "+", "+", "+", "+", "|"],
  now: ["#", "#", "#", "#", "=", "#", "#"],
  arrows: { down: "v", left: "<", right: ">" },
  marks: { initial: "*", final: "@", now: ">", again: "~", dot: "*" },
};

interface Cell {
  sides: number;
  /** Over whatever lines go through. */
  text: string | undefined;
  paint: Paint;
}

export class CellCanvas {
  readonly #signs: Signs;
  readonly #rows: Cell[][];

  constructor(width: number, height: number, signs: Signs) {
    this.#signs = signs;
    this.#rows = Array.from({ length: height }, () =>
      Array.from({ length: width }, () => ({ sides: 0, text: undefined, paint: "plain" })),
    );
  }

  line({ points, paint, arrow }: DrawnLine): void {
    for (const [index, to] of points.entries()) {
      const from = points[index - 1];
      if (from) this.#stroke(from, to, paint);
    }
    const end = points.at(-1);
    if (arrow !== "none" && end) this.#put(end[0], end[1], this.#signs.arrows[arrow], paint);
  }

  box({ x, y, width, height, border }: DrawnBox): void {
    const right = x + width - 1;
    const bottom = y + height - 1;
    const corners: [number, number][] = [
      [x, y],
      [right, y],
      [right, bottom],
      [x, bottom],
    ];
    if (border === "now") return this.#doubleBox(corners);
    for (const [index, corner] of corners.entries())
      this.#stroke(corner, corners[(index + 1) % 4] ?? corner, "plain");
  }

  mark(x: number, y: number, mark: Mark, paint: Paint): void {
    this.#put(x, y, this.#signs.marks[mark], paint);
  }

  /** A wide character takes two cells. */
  text({ x, y, text, paint }: DrawnText): void {
    let column = x;
    for (const { segment } of new Intl.Segmenter().segment(text)) {
      const width = stringWidth(segment);
      if (width > 0) this.#put(column, y, segment, paint);
      if (width > 1) this.#put(column + 1, y, "", paint);
      column += width;
    }
  }

  /** A line each, without blanks at its end. */
  lines(painted: (text: string, paint: Paint) => string): string[] {
    return this.#rows.map((row) => {
      const glyphs = row.map((cell) => ({
        text: cell.text ?? this.#signs.lines[cell.sides] ?? " ",
        paint: cell.paint,
      }));
      while (glyphs.at(-1)?.text === " ") glyphs.pop();
      return runs(glyphs)
        .map(({ text, paint }) => painted(text, paint))
        .join("");
    });
  }

  #stroke([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], paint: Paint): void {
    const [stepX, stepY] = [Math.sign(x2 - x1), Math.sign(y2 - y1)];
    const [ahead, behind] =
      stepX !== 0 ? (stepX > 0 ? [RIGHT, LEFT] : [LEFT, RIGHT]) : stepY > 0 ? [DOWN, UP] : [UP, DOWN];
    if (stepX === 0 && stepY === 0) return;
    for (let x = x1, y = y1; ; x += stepX, y += stepY) {
      if (x !== x1 || y !== y1) this.#side(x, y, behind, paint);
      if (x === x2 && y === y2) return;
      this.#side(x, y, ahead, paint);
    }
  }

  #side(x: number, y: number, side: number, paint: Paint): void {
    const cell = this.#rows[y]?.[x];
    if (!cell) return;
    cell.sides |= side;
    if (paint !== "plain") cell.paint = paint;
  }

  #put(x: number, y: number, text: string, paint: Paint): void {
    const cell = this.#rows[y]?.[x];
    if (cell) Object.assign(cell, { text, paint });
  }

  #doubleBox(corners: readonly [number, number][]): void {
    const [across, along, leaving] = this.#signs.now.slice(4) as [string, string, string];
    const [[left, top], [right], [, bottom]] = corners as [
      [number, number],
      [number, number],
      [number, number],
    ];
    for (let x = left + 1; x < right; x += 1) {
      this.#put(x, top, across, "now");
      const isLeft = ((this.#rows[bottom]?.[x]?.sides ?? 0) & DOWN) !== 0;
      this.#put(x, bottom, isLeft ? leaving : across, "now");
    }
    for (let y = top + 1; y < bottom; y += 1) for (const x of [left, right]) this.#put(x, y, along, "now");
    for (const [index, [x, y]] of corners.entries()) this.#put(x, y, this.#signs.now[index] ?? "", "now");
  }
}

/** Neighbours of one paint together: a colour is switched on once a run. */
function runs(glyphs: readonly { text: string; paint: Paint }[]): { text: string; paint: Paint }[] {
  const found: { text: string; paint: Paint }[] = [];
  for (const { text, paint } of glyphs) {
    const last = found.at(-1);
    if (last?.paint === paint) last.text += text;
    else found.push({ text, paint });
  }
  return found;
}
