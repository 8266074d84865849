/**
 * Layout of a chart. States are boxes from top to bottom, in the order of the definition, which is the
 * order in which a client meets them; under each box its ways out. A way to the next box goes straight
 * down; everything else goes out to a lane at the right, one lane a target, and in again where the arrow is.
 *
 * Long, because every step of the layout reads the rows and lanes of the one before.
 */
import stringWidth from "string-width";
import { BoxColumns, INSET } from "./box-columns.ts";
import type { Chart, ChartState } from "./chart.ts";
import type { Drawing, DrawnBox, DrawnLine, DrawnMark, DrawnText, Paint } from "./drawing.ts";
import { type Entry, type Exit, type Lane, lanesOf } from "./lanes.ts";
import { stays, type Way, waysOf, wayWords } from "./ways.ts";
import { wrapped } from "./wrapping.ts";

export interface ChartView {
  /** The reader's width; a chart that needs more takes more. */
  readonly columns: number;
  /** Ids of the states that it is in. */
  readonly current?: readonly string[];
  /** Further facts about a state, by its id, e.g. how many connections are in it. */
  readonly remarks?: ReadonlyMap<string, string>;
}

const LANE_WIDTH = 2;
const NARROWEST = 56;
/** The sign and the words behind a label that leads nowhere else. */
const STAYS_WIDTH = 16;

export function layoutChart(chart: Chart, view: ChartView): Drawing {
  const targets = new Set(chart.transitions.flatMap(({ to }) => (to === undefined ? [] : [to])));
  let lanes = targets.size;
  let layout = new ChartLayout(chart, view, lanes);
  // Fewer lanes leave more room for words; how many there are is known once the words are placed.
  for (let tries = 0; tries < 3 && layout.laneColumns < lanes; tries += 1) {
    lanes = layout.laneColumns;
    layout = new ChartLayout(chart, view, lanes);
  }
  return layout.drawing;
}

class ChartLayout {
  readonly laneColumns: number;
  readonly drawing: Drawing;
  readonly #chart: Chart;
  readonly #view: ChartView;
  readonly #current: ReadonlySet<string>;
  /** Last column for words. */
  readonly #textEnd: number;
  readonly #columns: BoxColumns;
  readonly #boxes: DrawnBox[] = [];
  readonly #texts: DrawnText[] = [];
  readonly #lines: DrawnLine[] = [];
  readonly #marks: DrawnMark[] = [];
  readonly #exits: Exit[] = [];
  readonly #entries = new Map<string, Entry>();
  #y = 0;

  constructor(chart: Chart, view: ChartView, lanes: number) {
    this.#chart = chart;
    this.#view = view;
    this.#current = new Set((view.current ?? []).flatMap((id) => this.#around(id)));
    this.#textEnd = Math.max(view.columns, NARROWEST) - LANE_WIDTH * lanes - 1;
    this.#columns = new BoxColumns(chart, view.remarks ?? new Map(), this.#textEnd);
    this.#placeMachine();
    const placed = lanesOf(this.#exits, this.#entries);
    this.laneColumns = Math.max(0, ...placed.map(({ column }) => column + 1));
    this.drawing = this.#finish(placed);
  }

  /** A state and those around it. */
  #around(id: string): string[] {
    const words = id.split(".");
    return words.map((_, index) => words.slice(0, index + 1).join("."));
  }

  // -- from top to bottom -----------------------------------------------------------------------------------------

  #placeMachine(): void {
    const ways = waysOf(this.#chart, undefined);
    if (ways.length > 0) {
      this.#texts.push({ x: 1, y: this.#y, text: "in any state", paint: "note" });
      this.#placeWays(ways, undefined, 3, false);
      this.#y += 1;
    }
    this.#placeChildren(undefined);
  }

  #placeChildren(parent: ChartState | undefined): void {
    const children = this.#chart.states.filter((state) => state.parent === parent?.id);
    for (const [index, state] of children.entries()) {
      if (state.isInitial && parent?.kind !== "parallel") this.#placeBeginning(state, index === 0);
      this.#placeBox(state);
      const next = children[index + 1];
      const isDirect = this.#placeWays(
        waysOf(this.#chart, state.id),
        next,
        this.#columns.left(state) + INSET,
        this.#current.has(state.id),
      );
      if (next && !isDirect && !(next.isInitial && parent?.kind !== "parallel")) this.#y += 1;
    }
  }

  /** Straight down into the box below. */
  #placeBeginning(state: ChartState, isFirst: boolean): void {
    const x = this.#columns.left(state) + INSET;
    if (!isFirst) this.#y += 1;
    this.#lines.push({
      points: [
        [x, this.#y],
        [x, this.#y + 1],
      ],
      paint: "plain",
      arrow: "down",
    });
    this.#marks.push({ x, y: this.#y, mark: "initial", paint: "plain" });
    this.#y += 2;
  }

  #placeBox(state: ChartState): void {
    const x = this.#columns.left(state);
    const right = this.#columns.right(state);
    const top = this.#y;
    this.#entries.set(state.id, { x: right + 1, y: top + 1 });
    this.#placeName(state, x, right);
    const hasInside = this.#chart.states.some(({ parent }) => parent === state.id);
    if (hasInside) {
      this.#y += 1;
      this.#placeChildren(state);
    }
    const border = this.#current.has(state.id) && !hasInside ? "now" : "plain";
    this.#boxes.push({ x, y: top, width: right - x + 1, height: this.#y - top + 1, border });
  }

  /** The name, and beside it what happens here; ends in the row of the lower border. */
  #placeName(state: ChartState, x: number, right: number): void {
    const isNow = this.#current.has(state.id);
    const first = this.#y + 1;
    const mark = isNow
      ? "now"
      : this.#view.remarks?.has(state.id)
        ? "dot"
        : state.kind === "final"
          ? "final"
          : undefined;
    if (mark) this.#marks.push({ x: x + INSET, y: first, mark, paint: mark === "final" ? "plain" : "now" });
    this.#texts.push({ x: x + INSET + 2, y: first, text: state.name, paint: isNow ? "now" : "name" });
    const noteX = this.#columns.noteX(state);
    let y = first;
    for (const { text, paint } of this.#columns.notes(state)) {
      for (const line of wrapped(text.split(" "), " ", right - noteX - 1)) {
        this.#texts.push({ x: noteX, y, text: line, paint });
        y += 1;
      }
    }
    this.#y = Math.max(y, first + 1);
  }

  /** Draws the ways out; answers whether one leads straight down into the next box. From the row that is left to the first free. */
  #placeWays(ways: readonly Way[], next: ChartState | undefined, x: number, isNow: boolean): boolean {
    const top = this.#y;
    const paint: Paint = isNow ? "now" : "plain";
    const direct = next && ways.find(({ to }) => to === next.id);
    const aside = ways.filter((way) => way !== direct);
    let lastTick = top;
    this.#y += 1;
    for (const way of aside) {
      lastTick = this.#y;
      this.#lines.push({
        points: [
          [x, this.#y],
          [x + 1, this.#y],
        ],
        paint,
        arrow: "none",
      });
      const end = this.#placeLabel(way, x + 3, isNow);
      if (stays(way)) this.#placeStay(way, end);
      else if (way.to !== undefined) this.#exits.push({ x: end.x + 1, y: end.y, target: way.to, isNow });
    }
    if (direct) {
      this.#placeLabel(direct, x + 3, isNow, true);
      this.#lines.push({
        points: [
          [x, top],
          [x, this.#y],
        ],
        paint,
        arrow: "down",
      });
      this.#y += 1;
    } else if (lastTick > top) {
      this.#lines.push({
        points: [
          [x, top],
          [x, lastTick],
        ],
        paint,
        arrow: "none",
      });
    }
    return direct !== undefined;
  }

  /** Answers where its last row ends. */
  #placeLabel(way: Way, x: number, isNow: boolean, isDirect = false): { x: number; y: number } {
    const room = this.#textEnd - x - (stays(way) ? STAYS_WIDTH : 2);
    let end = { x, y: this.#y };
    for (const line of wrapped(wayWords(way, isDirect), " ", room)) {
      end = { x: this.#placePainted(line, x, isNow), y: this.#y };
      this.#y += 1;
    }
    return end;
  }

  /** Guards apart from events. */
  #placePainted(line: string, x: number, isNow: boolean): number {
    let column = x;
    for (const piece of line.split(/(\[[^\]]*\]|→ .*)/)) {
      const paint: Paint = piece.startsWith("[")
        ? "guard"
        : piece.startsWith("→")
          ? "note"
          : isNow
            ? "now"
            : "plain";
      if (piece !== "") this.#texts.push({ x: column, y: this.#y, text: piece, paint });
      column += stringWidth(piece);
    }
    return column;
  }

  #placeStay({ reenters }: Way, { x, y }: { x: number; y: number }): void {
    this.#marks.push({ x: x + 1, y, mark: "again", paint: "plain" });
    this.#texts.push({ x: x + 3, y, text: reenters ? "begins again" : "stays", paint: "note" });
  }

  // -- the lanes --------------------------------------------------------------------------------------------------

  #finish(lanes: readonly Lane[]): Drawing {
    const ends = this.#texts.map(({ x, text }) => x + stringWidth(text));
    const first = Math.max(this.#columns.outerRight + 3, ...ends.map((end) => end + 2));
    for (const lane of lanes) this.#placeLane(lane, first + LANE_WIDTH * lane.column);
    return {
      width: first + LANE_WIDTH * this.laneColumns,
      height: this.#y,
      boxes: this.#boxes,
      texts: this.#texts,
      lines: this.#lines,
      marks: this.#marks,
    };
  }

  #placeLane({ from, to, entry, exits }: Lane, x: number): void {
    this.#lines.push({
      points: [
        [x, from],
        [x, to],
      ],
      paint: "plain",
      arrow: "none",
    });
    this.#lines.push({
      points: [
        [x, entry.y],
        [entry.x, entry.y],
      ],
      paint: "plain",
      arrow: "left",
    });
    for (const { x: start, y, isNow } of exits)
      this.#lines.push({
        points: [
          [start, y],
          [x, y],
        ],
        paint: isNow ? "now" : "plain",
        arrow: "none",
      });
  }
}
