/** A chart for the reader's terminal: what it is of, the drawing, and what its signs mean. */
import { layoutChart } from "../charts/chart-layout.ts";
import { chartPlain } from "../charts/chart-plain.ts";
import type { Paint } from "../charts/drawing.ts";
import { asciiText, drawingText } from "../charts/drawing-text.ts";
import type { ChartSubject } from "./chart-subject.ts";
import type { Style } from "./style.ts";

export interface ChartReader {
  readonly columns: number;
  readonly style: Style;
  readonly isAscii: boolean;
  readonly isPlain: boolean;
}

export function paintedBy(style: Style): (text: string, paint: Paint) => string {
  return (text, paint) => {
    switch (paint) {
      case "plain":
        return text;
      case "name":
        return style.bold(text);
      case "guard":
        return style.accent(text);
      case "now":
        return style.good(style.bold(text));
      case "bad":
        return style.bad(text);
      case "note":
      case "faint":
        return style.dim(text);
    }
  };
}

export function chartReport(subject: ChartSubject, reader: ChartReader): string {
  if (reader.isPlain) return plainReport(subject);
  const { lines } = chartLines(subject, reader);
  return [
    reader.style.bold(titleOf(subject)),
    "",
    ...lines,
    "",
    reader.style.dim(legend(reader.isAscii)),
  ].join("\n");
}

function plainReport(subject: ChartSubject): string {
  const current = subject.current() ?? [];
  return `${titleOf(subject)}.\n${chartPlain(subject.chart, { current, remarks: remarksOf(subject) })}`;
}

/** The drawing alone, and the rows to look at: of the present state, or of the first that has connections. */
export function chartLines(subject: ChartSubject, { columns, isAscii, style }: ChartReader) {
  const current = subject.current() ?? [];
  const drawing = layoutChart(subject.chart, { columns, current, remarks: remarksOf(subject) });
  const lines = drawingText(drawing, { isAscii, painted: paintedBy(style) }).split("\n");
  const box = drawing.boxes.find(({ border }) => border === "now");
  const dot = drawing.marks.find(({ mark }) => mark === "dot");
  return { lines, middle: box ? box.y + Math.floor(box.height / 2) : dot?.y };
}

export function remarksOf(subject: ChartSubject): Map<string, string> {
  const counts = [...subject.counts()];
  return new Map(
    counts.map(([id, count]) => [id, `${count} ${count === 1 ? "connection" : "connections"} here`]),
  );
}

/** `calculator-1/c17 plays calculator: in computing` */
export function titleOf(subject: ChartSubject): string {
  const { kind, id, role, story, chart } = subject;
  const current = subject.current();
  const where = current?.join(" and ");
  switch (kind) {
    case "role":
      return `${role}, the role`;
    case "supervisor":
      return subject.instance ? `the supervisor of ${id}, ${where}` : `the supervisor of any ${role}`;
    case "companion":
      return `the companion of ${id}, ${chart.name}${where ? `: ${where}` : ""}`;
    case "instance":
      return current
        ? `${id} plays ${role}: in ${where || "no state, it does not run"}`
        : `${id} plays ${role}`;
    case "connection": {
      if (story?.endedAt !== undefined) return `${id} plays ${role}: ended, its last state was ${where}`;
      return `${id} plays ${role}: in ${where}`;
    }
  }
}

function legend(isAscii: boolean): string {
  const words = "  ● begins   ◉ ends   ► is here now   ↺ no other state   [guard]";
  return isAscii ? asciiText("  * begins   @ ends   > is here now   ~ no other state   [guard]") : words;
}
