/** The columns of a chart's boxes: names below one another, notes below one another, right borders too. */
import stringWidth from "string-width";
import { type Chart, type ChartState, stateNotes } from "./chart.ts";
import type { Paint } from "./drawing.ts";

/** Blanks inside a box, and from its left border to the line that leaves it. */
export const INSET = 2;
const NARROWEST_NOTES = 16;

export interface Note {
  readonly text: string;
  readonly paint: Paint;
}

export class BoxColumns {
  readonly #chart: Chart;
  readonly #remarks: ReadonlyMap<string, string>;
  readonly #nameWidth: number;
  /** The border of the outermost boxes. */
  readonly outerRight: number;

  /** Words end before `textEnd`, unless names alone take more. */
  constructor(chart: Chart, remarks: ReadonlyMap<string, string>, textEnd: number) {
    this.#chart = chart;
    this.#remarks = remarks;
    this.#nameWidth = Math.max(0, ...chart.states.map(({ name }) => stringWidth(name)));
    this.outerRight = this.#outerRight(textEnd);
  }

  #outerRight(textEnd: number): number {
    const { states } = this.#chart;
    const needed = states.map((state) => {
      const notes = this.notes(state).map(({ text }) => stringWidth(text));
      return this.noteX(state) + Math.max(-INSET, ...notes) + INSET + 2 * depthOf(state);
    });
    const least = Math.max(0, ...states.map((state) => this.noteX(state) + 2 * depthOf(state)));
    return Math.max(least + NARROWEST_NOTES, Math.min(Math.max(0, ...needed), textEnd - 2));
  }

  left(state: ChartState): number {
    return 1 + 2 * depthOf(state);
  }

  right(state: ChartState): number {
    return this.outerRight - 2 * depthOf(state);
  }

  /** Behind the border, a blank, the mark, a blank, and the name. */
  noteX(state: ChartState): number {
    return this.left(state) + INSET + 2 + this.#nameWidth + 3;
  }

  notes(state: ChartState): Note[] {
    const remark = this.#remarks.get(state.id);
    return [
      ...(remark === undefined ? [] : [{ text: remark, paint: "now" as const }]),
      ...stateNotes(this.#chart, state).map((text) => ({ text, paint: "note" as const })),
    ];
  }
}

const depthOf = ({ id }: ChartState) => id.split(".").length - 1;
