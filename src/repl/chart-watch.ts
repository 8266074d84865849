/** `graph --watch`: the drawing again whenever the state moves, until Ctrl-C or until there is nothing left to watch. */

import { asciiText } from "../charts/drawing-text.ts";
import type { InstanceChange } from "../lab/changes.ts";
import { shortId } from "../lab/selectors.ts";
import { causeText } from "../stories/cause-text.ts";
import type { Entry, Story } from "../stories/story.ts";
import { type ChartReader, chartLines, chartReport, titleOf } from "./chart-report.ts";
import type { ChartSubject } from "./chart-subject.ts";
import type { Call } from "./command.ts";

/** A busy connection is drawn so often, and no more. */
const FRAME_MS = 100;
/** Whether it still lives is looked at so often: a sender of datagrams ends without a word. */
const LOOK_MS = 500;
/** Rows around the drawing: the title, what is cut, the last move, and the cursor's own. */
const ROWS_AROUND = 5;

/** Without a screen nothing is drawn over: the drawing once, then a line a move. So it is with sentences, too. */
export function watchChart(subject: ChartSubject, call: Call<unknown>, reader: ChartReader): Promise<void> {
  return new ChartWatch(subject, call, reader).ended;
}

class ChartWatch {
  readonly ended: Promise<void>;
  readonly #subject: ChartSubject;
  readonly #call: Call<unknown>;
  readonly #reader: ChartReader;
  readonly #isScreen: boolean;
  readonly #done = Promise.withResolvers<void>();
  readonly #stops: (() => void)[] = [];
  #frameTimer: NodeJS.Timeout | undefined;
  #moves = 0;
  #messages = 0;
  #lastMove = "";
  #wasAt: string;
  #isOver = false;

  constructor(subject: ChartSubject, call: Call<unknown>, reader: ChartReader) {
    this.#subject = subject;
    this.#call = call;
    this.#reader = reader;
    this.#isScreen = !reader.isPlain && call.rows !== undefined;
    this.#wasAt = this.#place();
    this.ended = this.#done.promise;
    this.#start();
  }

  #start(): void {
    const { lab, signal, err } = this.#call;
    if (!this.#isScreen) this.#call.out(chartReport(this.#subject, this.#reader));
    err(`watching ${this.#subject.id}; Ctrl-C ends it`);
    if (this.#isScreen) this.#draw();
    this.#stops.push(
      lab.subscribe("entries", ({ story, entry }) => this.#heard(story, entry)),
      lab.subscribe("instances", (change) => this.#heardOfInstance(change)),
    );
    const looking = setInterval(() => this.#look(), LOOK_MS);
    const stop = () => this.#end("Ctrl-C");
    signal.addEventListener("abort", stop, { once: true });
    this.#stops.push(
      () => clearInterval(looking),
      () => signal.removeEventListener("abort", stop),
    );
    if (signal.aborted) stop();
    else this.#look();
  }

  #heard(story: Story, entry: Entry): void {
    const { story: own, instance, kind } = this.#subject;
    const isOurs = own ? story === own : kind === "instance" && story.subject.instance === instance;
    if (!isOurs || !["opened", "message", "transition", "closed", "crashed"].includes(entry.kind)) return;
    if (entry.kind === "message") this.#messages += 1;
    if (entry.kind === "transition") {
      const who = own ? "" : `${shortId(story)}: `;
      this.#moved(`${who}${entry.from} → ${entry.to} (${entry.event})`);
    } else {
      this.#schedule();
    }
  }

  /** A supervisor's moves are in no story. */
  #heardOfInstance(change: InstanceChange): void {
    const { instance, kind } = this.#subject;
    if (instance !== change.id || kind === "connection") return;
    if (change.kind === "removed") this.#end(`${change.id} was removed`);
    else if (kind === "supervisor") this.#moved(`${change.from} → ${change.to}`);
  }

  #moved(move: string): void {
    this.#moves += 1;
    this.#lastMove = move;
    if (this.#isScreen) this.#schedule();
    else if (!this.#call.isBehind) this.#call.out(this.#words(move));
  }

  /** Moves come in bursts: a frame shows where they led. */
  #schedule(): void {
    if (!this.#isScreen) return;
    this.#frameTimer ??= setTimeout(() => {
      this.#frameTimer = undefined;
      if (!this.#call.isBehind) this.#draw();
    }, FRAME_MS);
  }

  /** Looks for what moves without a word: a companion, a sender that is forgotten, counts. */
  #look(): void {
    const { story, kind } = this.#subject;
    if (story?.endedAt !== undefined) return this.#end(`the connection ended (${howItEnded(story)})`);
    const place = this.#place();
    if (place === this.#wasAt) return;
    if (kind === "companion") this.#moved(`${this.#wasAt} → ${place}`);
    else this.#schedule();
    this.#wasAt = place;
  }

  #place(): string {
    return [...(this.#subject.current() ?? []), ...this.#subject.counts()].join("+");
  }

  #draw(): void {
    const { style } = this.#reader;
    const { columns } = this.#call;
    const frame = [
      style.bold(this.#words(cut(titleOf(this.#subject), columns))),
      ...this.#view(),
      style.dim(this.#words(cut(this.#lastLine(), columns))),
    ];
    this.#call.frame(frame.join("\n"));
  }

  #lastLine(): string {
    const seen = `  seen: ${counted(this.#messages, "message")}, ${counted(this.#moves, "move")}`;
    return this.#lastMove === "" ? seen : `${seen}, the last ${this.#lastMove}`;
  }

  /** As much of the drawing as the screen has rows for, around where it is now. */
  #view(): string[] {
    const { lines, middle = 0 } = chartLines(this.#subject, { ...this.#reader, columns: this.#call.columns });
    const room = Math.max(5, (this.#call.rows ?? lines.length) - ROWS_AROUND);
    if (lines.length <= room) return lines;
    const from = Math.max(0, Math.min(middle - Math.floor(room / 2), lines.length - room));
    const cutLine = (rows: number, where: string) =>
      this.#reader.style.dim(rows > 0 ? this.#words(`  … ${counted(rows, "row")} ${where}`) : "");
    return [
      cutLine(from, "above"),
      ...lines.slice(from, from + room),
      cutLine(lines.length - room - from, "below"),
    ];
  }

  #words(text: string): string {
    return this.#reader.isAscii ? asciiText(text) : text;
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#frameTimer);
    for (const stop of this.#stops) stop();
    if (this.#isScreen && !this.#call.signal.aborted) this.#draw();
    this.#call.err(`no longer watching: ${why}`);
    this.#done.resolve();
  }
}

function howItEnded(story: Story): string {
  if (story.fault) return `${story.fault}: ${story.cause ? causeText(story.cause) : ""}`;
  const closed = story.entries.findLast((entry) => entry.kind === "closed");
  return closed?.kind === "closed" ? `closed by ${closed.by}` : "it was silent";
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const cut = (text: string, columns: number) =>
  text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
