/**
 * Layout of a sequence. Of one connection: what was said stands in its arrow, and the states beside the
 * instance's line. Of several: lines close together, and what was said in a column of its own at the right.
 */
import stringWidth from "string-width";
import { shortPeerId } from "../ids.ts";
import type { Drawing, DrawnLine, DrawnMark, DrawnText, Paint } from "./drawing.ts";
import { type Participant, type Sequence, type Step, stepTime, type Tone } from "./sequence-steps.ts";
import { wrapped } from "./wrapping.ts";

/** Times and a blank. */
const TIME_WIDTH = 9;
const LEAST_TEXT = 28;
const MAX_LINES_OF_TEXT = 3;
const NARROWEST = 60;
/** Arrows are no longer than this, save for what stands in them: a pipe has no width that would end them. */
const WIDEST_PAIR = 120;
/** Beside the line of an instance, from the line to the edge. */
const NOTES_WIDTH = 30;

const PAINTS: Record<Tone, Paint> = { plain: "plain", state: "guard", bad: "bad" };

/** Whether lines with these names stand side by side in so many columns, and leave room for what was said. */
export function fitsSideBySide(names: readonly string[], columns: number): boolean {
  const widths = names.reduce((sum, name) => sum + columnWidth(name), 0);
  return widths <= Math.max(columns, NARROWEST) - TIME_WIDTH - LEAST_TEXT;
}

const columnWidth = (name: string) => Math.max(6, stringWidth(name) + 2);

export function layoutSequence(sequence: Sequence, columns: number): Drawing {
  const isPair = sequence.participants.length <= 2;
  const width = Math.max(isPair ? Math.min(columns, pairWidth(sequence)) : columns, NARROWEST);
  return isPair
    ? new SequenceLayout(sequence, width, pairPlaces(sequence.participants, width), true).drawing
    : new SequenceLayout(sequence, width, rowPlaces(sequence.participants), false).drawing;
}

function pairWidth({ steps }: Sequence): number {
  const widest = Math.max(0, ...steps.map((step) => (step.kind === "message" ? stringWidth(step.text) : 0)));
  return Math.max(WIDEST_PAIR, TIME_WIDTH + 2 + widest + 7 + NOTES_WIDTH);
}

interface Places {
  /** The column of each participant's line. */
  readonly xs: ReadonlyMap<string, number>;
  /** First column for words beside the lines. */
  readonly textX: number;
}

/** Notes get the room that arrows do not need. */
function pairPlaces(participants: readonly Participant[], width: number): Places {
  const first = TIME_WIDTH + 2;
  const second = Math.max(first + 24, width - NOTES_WIDTH);
  return {
    xs: new Map(participants.map(({ id }, index) => [id, index === 0 ? first : second])),
    textX: second + 3,
  };
}

function rowPlaces(participants: readonly Participant[]): Places {
  let x = TIME_WIDTH + 1;
  const xs = new Map<string, number>();
  for (const { id, name } of participants) {
    xs.set(id, x + Math.floor(columnWidth(name) / 2));
    x += columnWidth(name);
  }
  return { xs, textX: x };
}

class SequenceLayout {
  readonly drawing: Drawing;
  readonly #sequence: Sequence;
  readonly #width: number;
  readonly #places: Places;
  /** Words stand in their arrow. */
  readonly #isPair: boolean;
  readonly #texts: DrawnText[] = [];
  readonly #lines: DrawnLine[] = [];
  readonly #marks: DrawnMark[] = [];
  /** End of the line of a connection that is over: it was heard of no more. */
  readonly #ends = new Map<string, number>();
  #y = 0;
  #lastTime = "";

  constructor(sequence: Sequence, width: number, places: Places, isPair: boolean) {
    this.#sequence = sequence;
    this.#width = width;
    this.#places = places;
    this.#isPair = isPair;
    const top = this.#placeHeads();
    for (const step of sequence.steps) this.#placeStep(step);
    for (const { id } of sequence.participants)
      this.#lines.push({
        points: [
          [this.#x(id), top],
          [this.#x(id), this.#ends.get(id) ?? this.#y],
        ],
        paint: "plain",
        arrow: "none",
      });
    const lines = [...this.#lines].reverse();
    this.drawing = { width, height: this.#y + 1, boxes: [], texts: this.#texts, lines, marks: this.#marks };
  }

  #x(id: string): number {
    return this.#places.xs.get(id) ?? 0;
  }

  /** Answers the row in which the lines begin. */
  #placeHeads(): number {
    const { participants } = this.#sequence;
    for (const { id, name, detail, kind } of participants) {
      this.#centred(name, id, 0, kind === "instance" ? "now" : "name");
      if (this.#isPair) this.#centred(detail, id, 1, "note");
    }
    this.#y = this.#isPair ? 2 : 1;
    const top = this.#y;
    this.#y += 1;
    return top;
  }

  #centred(text: string, id: string, y: number, paint: Paint): void {
    this.#texts.push({
      x: Math.max(TIME_WIDTH, this.#x(id) - Math.floor(stringWidth(text) / 2)),
      y,
      text,
      paint,
    });
  }

  // -- one step ---------------------------------------------------------------------------------------------------

  #placeStep(step: Step): void {
    if (step.kind === "gap") return this.#placeGap(step.text);
    this.#placeTime(step);
    if (step.kind === "note") this.#placeNote(step);
    else this.#placeMessage(step);
  }

  #placeTime(step: Step): void {
    const time = stepTime(step, this.#sequence);
    if (time === this.#lastTime) return;
    this.#texts.push({ x: TIME_WIDTH - 1 - time.length, y: this.#y, text: time, paint: "note" });
    this.#lastTime = time;
  }

  #placeGap(text: string): void {
    this.#texts.push({ x: TIME_WIDTH + 2, y: this.#y, text: ` … ${text} … `, paint: "note" });
    this.#y += 1;
  }

  #placeNote({ over, about, text, tone }: Extract<Step, { kind: "note" }>): void {
    const x = this.#x(over);
    if (this.#isPair)
      this.#lines.push({
        points: [
          [x, this.#y],
          [x + 1, this.#y],
        ],
        paint: "plain",
        arrow: "none",
      });
    else this.#marks.push({ x, y: this.#y, mark: "dot", paint: tone === "bad" ? "bad" : "guard" });
    this.#placeWords(this.#isPair ? text : `${shortPeerId(about)} ${text}`, PAINTS[tone]);
  }

  /** Beside the lines. */
  #placeWords(text: string, paint: Paint): void {
    const room = Math.max(LEAST_TEXT / 2, this.#width - this.#places.textX);
    this.#placeRows(text, this.#places.textX, room, paint);
  }

  /** On as many rows as it needs, up to a limit. */
  #placeRows(text: string, x: number, room: number, paint: Paint): void {
    // A number and its unit stay together.
    const rows = wrapped(text.split(/ (?!bytes?$)/), " ", room);
    const shown = rows.slice(0, MAX_LINES_OF_TEXT);
    for (const [index, row] of shown.entries()) {
      const isCut = index === shown.length - 1 && rows.length > shown.length;
      this.#texts.push({ x, y: this.#y, text: cut(isCut ? `${row} …` : row, room), paint });
      this.#y += 1;
    }
  }

  #placeMessage({ from, to, text, tone }: Extract<Step, { kind: "message" }>): void {
    const paint = PAINTS[tone];
    const first = this.#x(to[0] ?? from);
    const room = Math.abs(first - this.#x(from)) - 7;
    const isInArrow = this.#isPair && stringWidth(text) <= room;
    if (this.#isPair && !isInArrow)
      this.#placeRows(text, Math.min(first, this.#x(from)) + 2, room + 4, paint);
    this.#placeArrows(from, to, paint);
    for (const id of [from, ...to]) if (this.#sequence.ends.has(id)) this.#ends.set(id, this.#y);
    if (!this.#isPair) return this.#placeWords(text, paint);
    if (isInArrow) this.#placeInArrow(this.#x(from), first, text, paint);
    this.#y += 1;
  }

  #placeArrows(from: string, to: readonly string[], paint: Paint): void {
    const start = this.#x(from);
    // Arrows to both sides would not tell whose they are.
    if (to.length > 1) this.#marks.push({ x: start, y: this.#y, mark: "dot", paint });
    for (const id of to) {
      const isRight = this.#x(id) > start;
      const end = this.#x(id) + (isRight ? -1 : 1);
      const arrow = isRight ? "right" : "left";
      this.#lines.push({
        points: [
          [start, this.#y],
          [end, this.#y],
        ],
        paint,
        arrow,
      });
    }
  }

  /** Next to where it comes from. */
  #placeInArrow(from: number, to: number, text: string, paint: Paint): void {
    const words = ` ${text} `;
    const x = from < to ? from + 3 : from - 2 - stringWidth(words);
    this.#texts.push({ x, y: this.#y, text: words, paint });
  }
}

function cut(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) >= columns) break;
    kept += segment;
  }
  return `${kept}…`;
}
