/** The roster of a class as CSV: a line a student, with a header that says which column is what. */
import { parse } from "csv-parse/sync";

export interface RosterStudent {
  readonly id: string;
  readonly name: string;
  readonly group: string | undefined;
}

/** A line that is no student, and why. */
export interface BadRosterLine {
  readonly line: number;
  readonly why: string;
}

const ID = /^[A-Za-z0-9._-]{1,32}$/;
const ID_WISH = "an id has letters, digits, . _ and -, at most 32";

/** Every student, and every line that is none. Pure. */
export function parseRoster(text: string): { students: RosterStudent[]; bad: BadRosterLine[] } {
  const [head, ...records] = parse(text, {
    bom: true,
    trim: true,
    relax_column_count: true,
    info: true,
  }) as unknown as {
    readonly record: string[];
    readonly info: { readonly lines: number };
  }[];
  const columns = (head?.record ?? []).map((word) => word.toLowerCase());
  const students: RosterStudent[] = [];
  const bad: BadRosterLine[] = [];
  const lineOf = new Map<string, number>();
  for (const { record, info } of records) {
    const field = (name: string) => record[columns.indexOf(name)] ?? "";
    const [id, line] = [field("id"), info.lines];
    const before = lineOf.get(id);
    if (!ID.test(id)) bad.push({ line, why: ID_WISH });
    else if (before !== undefined) bad.push({ line, why: `${id} is on line ${before} already` });
    else {
      lineOf.set(id, line);
      students.push({ id, name: field("name"), group: field("group") || undefined });
    }
  }
  return { students, bad };
}
