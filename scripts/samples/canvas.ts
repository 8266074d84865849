/**
 * A canvas of palette indexes: just enough drawing for the sample picture and the sample film. Everything
 * is made of axis-parallel rectangles, so the same picture always has the same pixels on every machine.
 */
import { GLYPH, glyphOf } from "./font.ts";

export type Rgb = readonly [red: number, green: number, blue: number];
export type Point = readonly [x: number, y: number];

export const PALETTE = [
  [250, 249, 245], // paper
  [38, 43, 54], // ink
  [222, 228, 238], // box
  [28, 98, 176], // client
  [190, 84, 20], // server
  [150, 156, 168], // faint
] as const satisfies readonly Rgb[];

/** What a pixel may be: an index of the palette. */
export const COLOUR = { paper: 0, ink: 1, box: 2, client: 3, server: 4, faint: 5 } as const;
export type Colour = (typeof COLOUR)[keyof typeof COLOUR];

/** How far an arrowhead reaches back from its tip. */
const HEAD = 9;

export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height).fill(COLOUR.paper);
  }

  /** The palette index there; outside the canvas it is paper. */
  at(x: number, y: number): number {
    return this.pixels[y * this.width + x] ?? COLOUR.paper;
  }

  rect(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = Math.max(top, 0); y < Math.min(top + height, this.height); y++) {
      const row = y * this.width;
      this.pixels.fill(colour, row + Math.max(left, 0), row + Math.min(left + width, this.width));
    }
  }

  /** A filled box with a border of two pixels whose corners are cut, as a state is drawn. */
  box(left: number, top: number, width: number, height: number, border: Colour, fill: Colour): void {
    for (const [inset, colour] of [[0, border] as const, [2, fill] as const]) {
      for (let cut = 0; cut <= 6; cut += 2) {
        const [x, y] = [left + inset + cut, top + inset + 6 - cut];
        this.rect(x, y, width - 2 * (inset + cut), height - 2 * (inset + 6 - cut), colour);
      }
    }
  }

  text(left: number, top: number, text: string, colour: Colour, scale = 2): void {
    [...text].forEach((character, index) => {
      const x = left + index * GLYPH.advance * scale;
      glyphOf(character).forEach((isInk, pixel) => {
        const [column, row] = [pixel % GLYPH.width, Math.floor(pixel / GLYPH.width)];
        if (isInk) this.rect(x + column * scale, top + row * scale, scale, scale, colour);
      });
    });
  }

  textCentred(middle: number, top: number, text: string, colour: Colour, scale = 2): void {
    this.text(middle - Math.floor(textWidth(text, scale) / 2), top, text, colour, scale);
  }

  /** Two pixels wide, through points that each lie straight above or beside the last; ends in a head. */
  arrow(points: readonly Point[], colour: Colour): void {
    points.slice(1).forEach(([x, y], index) => {
      const [fromX, fromY] = points[index] ?? [x, y];
      const [left, top] = [Math.min(fromX, x), Math.min(fromY, y)];
      this.rect(left, top, Math.abs(x - fromX) + 2, Math.abs(y - fromY) + 2, colour);
    });
    const [tip, before] = [points.at(-1), points.at(-2)];
    if (tip && before)
      this.#head(tip, [Math.sign(tip[0] - before[0]), Math.sign(tip[1] - before[1])], colour);
  }

  #head([x, y]: Point, [stepX, stepY]: Point, colour: Colour): void {
    for (let back = 0; back < HEAD; back++) {
      const half = Math.floor((back + 1) / 2);
      const [atX, atY] = [x - stepX * back, y - stepY * back];
      if (stepX === 0) this.rect(atX - half, atY, 2 * half + 2, 1, colour);
      else this.rect(atX, atY - half, 1, 2 * half + 2, colour);
    }
  }
}

/** In pixels, without the empty column behind the last letter. */
export function textWidth(text: string, scale: number): number {
  return Math.max(0, [...text].length * GLYPH.advance - 1) * scale;
}
