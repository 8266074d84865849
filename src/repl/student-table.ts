/** The class as a table: a line a student, who needs help first. */
import prettyMilliseconds from "pretty-ms";
import type { LabClassView, StudentRow } from "../lab/lab.ts";
import { printable } from "../printable.ts";
import type { Person } from "./class-of.ts";
import { minuteOnDay, minuteText } from "./clock-text.ts";
import { silentMs } from "./student-need.ts";
import type { Style } from "./style.ts";
import { table } from "./text-table.ts";

export interface StudentTableOptions {
  readonly columns: number;
  readonly style: Style;
  /** By the students that screens show; undefined: names are not asked for. */
  readonly persons?: ReadonlyMap<string, Person> | undefined;
}

const HEAD = [
  "STUDENT",
  "NAME",
  "NOTE",
  "GROUP",
  "PEERS",
  "ROLE",
  "STATE",
  "KEPT",
  "SILENT",
  "CHECKS",
  "CARD",
];

export function studentTable(
  rows: readonly StudentRow[],
  { columns, style, persons }: StudentTableOptions,
): string {
  const all = rows.map((row) => cellsOf(row, style, persons?.get(row.id)));
  // A column that says nothing of anybody costs width.
  const kept = HEAD.map((_, column) => all.some((cells) => cells[column] !== ""));
  const keep = (cells: readonly string[]) => cells.filter((_, column) => kept[column]);
  return table(keep(HEAD), all.map(keep), columns, "CARD");
}

function cellsOf(row: StudentRow, style: Style, { name, note }: Person = { name: "", note: "" }): string[] {
  const { id, group, connected, role, state, furthest, card, checks, done } = row;
  const ms = silentMs(row);
  const word = row.stuckMs === undefined ? "waits" : "stuck";
  return [
    id,
    printable(name, MOST_CHARACTERS),
    printable(note, MOST_CHARACTERS),
    printable(group ?? "", MOST_CHARACTERS),
    connected > 0 ? String(connected) : "",
    role ?? "",
    done ? style.good("done") : (state ?? style.dim("not seen")),
    furthest ?? "",
    ms === undefined ? "" : style.odd(`${word} ${roundText(ms)}`),
    checks ? `${checks.passed}/${checks.of}` : "",
    card ? style.bad(`${card.id} ${card.likely}`) : "",
  ];
}

const MOST_CHARACTERS = 24;

/** `45s`, and from a minute on `2m`: at eighty columns there is room for one of both. */
const roundText = (ms: number) => prettyMilliseconds(ms, { compact: true });

/** `2m 5s` */
export const timeText = (ms: number) => prettyMilliseconds(ms, { secondsDecimalDigits: 0 });

/** `lab3: 200 students, 57 connected, 6 stuck or waiting, 31 done; frozen` */
export function classHead(lab: LabClassView, rows: readonly StudentRow[], now: number): string {
  const count = (test: (row: StudentRow) => boolean) => rows.filter(test).length;
  const parts = [
    `${rows.length} ${rows.length === 1 ? "student" : "students"}`,
    `${count(({ connected }) => connected > 0)} connected`,
    `${count((row) => silentMs(row) !== undefined)} stuck or waiting`,
    `${count(({ done }) => done)} done`,
  ];
  return `${lab.name}: ${parts.join(", ")}; ${gateText(lab, now)}`;
}

/**
 * Moment until which new connections are let in, by an operator's word and by hours that go on from there; the present one where the class is
 * closed.
 */
export function endOfOpening({ gate, plan }: Pick<LabClassView, "gate" | "plan">, now: number): number {
  const hours = gate.isFrozen ? [] : (plan?.settings.open ?? []);
  let end = Math.max(gate.openUntil, now);
  const goOn = () => hours.find(({ from, until }) => from <= end && end < until);
  for (let next = goOn(); next; next = goOn()) end = next.until;
  return end;
}

/** Whether new connections are let in, and until when. */
export function gateText({ gate, plan }: Pick<LabClassView, "gate" | "plan">, now: number): string {
  const until = endOfOpening({ gate, plan }, now);
  if (now < until) return `open until ${minuteText(until, now)}`;
  if (gate.isFrozen) return "frozen: no new connections";
  const hours = plan?.settings.open;
  if (!hours) return "open";
  const next = hours.map(({ from }) => from).filter((from) => from > now);
  return next.length > 0 ? `closed until ${minuteOnDay(Math.min(...next))}` : "closed: its hours are over";
}
