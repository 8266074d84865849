/**
 * The roster of a class as CSV: a line a student, and a header that says which column is what. The exports of Moodle (participants, grades)
 * and of Canvas (gradebook) are read as they are.
 */
import { parse } from "csv-parse/sync";
import { COLUMNS, type Column, columnsOf } from "./roster-columns.ts";

export interface RosterStudent {
  readonly id: string;
  /** Empty where the roster has none. */
  readonly name: string;
  readonly group: string | undefined;
  readonly email: string | undefined;
  /** The name by which the student signs in elsewhere. */
  readonly login: string | undefined;
  /** Number of the student in Canvas. */
  readonly canvasId?: string | undefined;
  /** First of the student's ports, where the roster fixes it. */
  readonly port?: FixedPort | undefined;
  /** Remark of the instructor's, for the own eyes. */
  readonly note?: string | undefined;
}

/** A port of the class, or how far behind the first of them it is; and where the file says so. */
export type FixedPort = { readonly line: number } & (
  | { readonly port: number; readonly offset?: undefined }
  | { readonly offset: number; readonly port?: undefined }
);

/** A line that is no student, and what to do about it. Line 1: the header, or the whole file. */
export interface BadRosterLine {
  readonly line: number;
  /** Heading of the column that is wrong, where one is. */
  readonly column?: string;
  readonly why: string;
}

export interface ReadRoster {
  readonly students: readonly RosterStudent[];
  readonly bad: readonly BadRosterLine[];
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const ID = /^[A-Za-z0-9._-]{1,32}$/;
/** Canvas puts a line of possible points, and one of a student for tests, among the students. */
const CANVAS_LINE = /^(points possible|student, test|test student)$/i;

/** Every student, and every line that is none. Pure. */
export function parseRoster(bytes: Uint8Array | string): ReadRoster {
  const text = typeof bytes === "string" ? bytes : textOf(bytes);
  if (text === undefined)
    return wrong(
      1,
      "the file is not UTF-8: save it again as CSV UTF-8 (a spreadsheet asks for the encoding)",
    );
  let rows: { record: readonly string[]; line: number }[];
  try {
    rows = rowsOf(text);
  } catch (error) {
    const { lines } = error as { lines?: number };
    return wrong(
      lines ?? 1,
      "a quote is not closed, or text stands beside one: put the whole field in quotes",
    );
  }
  const [head, ...rest] = rows;
  if (!head)
    return wrong(1, "the file is empty: it needs a header with a column id, and a line for each student");
  const columns = columnsOf(head.record);
  if (!columns)
    return wrong(
      head.line,
      `no column with the ids of the students: name one of ${COLUMNS.id.map((word) => `"${word}"`).join(", ")}`,
    );
  return studentsOf(rest, columns, head.record);
}

const wrong = (line: number, why: string): ReadRoster => ({ students: [], bad: [{ line, why }] });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function rowsOf(text: string) {
  const parsed = parse(text.replaceAll("\r\n", "\n"), {
    bom: true,
    trim: true,
    info: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: true,
  }) as unknown as Parsed[];
  const newlines = (record: readonly string[]) => record.join("").split("\n").length - 1;
  return parsed
    .map(({ record, info }) => ({ record, line: info.lines - newlines(record) }))
    .filter(({ record }) => record.some((field) => field !== ""));
}

/** The one of `,`, `;` and tab that the header has most of. */
function delimiterOf(text: string): string {
  const [head = ""] = text.split("\n");
  const bare = head.replace(/"[^"]*"/g, "");
  const count = (mark: string) => bare.split(mark).length;
  return [",", ";", "\t"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

function studentsOf(
  rows: readonly { readonly record: readonly string[]; readonly line: number }[],
  columns: Readonly<Partial<Record<Column, number>>>,
  headings: readonly string[],
): ReadRoster {
  const students: RosterStudent[] = [];
  const bad: BadRosterLine[] = [];
  const lineOf = new Map<string, number>();
  for (const { record, line } of rows) {
    const field = (column: Column) => record[columns[column] ?? -1] ?? "";
    const id = field("id");
    if (CANVAS_LINE.test(field("name").trim())) continue;
    const before = lineOf.get(id.toLowerCase());
    const why = whyBad(id, before, record.length, headings.length);
    const wrong = why === undefined ? wrongField(field) : undefined;
    if (why !== undefined) bad.push({ line, why });
    else if (wrong) bad.push({ line, column: headings[columns[wrong.column] ?? -1] ?? "", why: wrong.why });
    else {
      lineOf.set(id.toLowerCase(), line);
      const name = field("name") || [field("first"), field("last")].filter(Boolean).join(" ");
      const [group] = field("group").split(/[,;]/);
      students.push({
        id,
        name,
        group: group?.trim() || undefined,
        email: field("email") || undefined,
        login: field("login") || undefined,
        canvasId: field("canvasId") || undefined,
        port: fixedPort(field("port"), line),
        note: field("note") || undefined,
      });
    }
  }
  return { students, bad };
}

function whyBad(id: string, before: number | undefined, fields: number, width: number): string | undefined {
  if (fields > width)
    return `${fields} fields, but the header has ${width}: put quotes around a field with a comma in it`;
  if (id === "") return "no id: every student needs one";
  if (!ID.test(id))
    return `the id ${JSON.stringify(id)} has other characters than letters, digits, . _ and -, or more than 32`;
  if (/^group-/i.test(id))
    return `the id ${id} begins with "group-", as the labels of groups do: give another one`;
  if (before !== undefined)
    return `the id ${id} is on line ${before} already: every student needs another one`;
  return undefined;
}

const PORT = /^\+?\d{1,5}$/;
const MOST_OF_A_NOTE = 200;

/** A field besides the id that cannot be used, and what to do about it. */
function wrongField(field: (column: Column) => string): { column: Column; why: string } | undefined {
  const port = field("port");
  if (port !== "" && !PORT.test(port))
    return {
      column: "port",
      why: `${JSON.stringify(port)} is not a port: write the first of the student's ports, e.g. 21040, or +40 for 40 after the first one of the class, or leave the field empty`,
    };
  const { length } = field("note");
  if (length > MOST_OF_A_NOTE)
    return { column: "note", why: `${length} characters: write ${MOST_OF_A_NOTE} at most` };
  return undefined;
}

function fixedPort(text: string, line: number): FixedPort | undefined {
  if (text === "") return undefined;
  return text.startsWith("+") ? { offset: Number(text), line } : { port: Number(text), line };
}
