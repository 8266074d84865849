/**
 * A drawing in character cells: what a layout decides, and what a terminal and an SVG page show alike. Columns and rows
 * begin at 0; a box's border is its outermost cells.
 */

/** Meaning of a piece of the drawing, not its looks: each renderer has its own colours. */
export type Paint = "plain" | "name" | "note" | "guard" | "now" | "bad" | "faint";

export interface DrawnBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** `now` has a double border, so that it is seen without colour too. */
  readonly border: "plain" | "now";
}

export interface DrawnText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly paint: Paint;
}

export type Arrow = "none" | "down" | "left" | "right";

/** Horizontal and vertical pieces, one after another. Where lines meet they are joined, where they cross they cross. */
export interface DrawnLine {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly paint: Paint;
  /** At its last point. */
  readonly arrow: Arrow;
}

/** Marks: the machine begins, it ends, it is here; it stays where it is. */
export type Mark = "initial" | "final" | "now" | "again" | "dot";

export interface DrawnMark {
  readonly x: number;
  readonly y: number;
  readonly mark: Mark;
  readonly paint: Paint;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DrawnBox[];
  readonly texts: readonly DrawnText[];
  readonly lines: readonly DrawnLine[];
  readonly marks: readonly DrawnMark[];
}
