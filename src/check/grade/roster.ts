/** Students of a class, from CSV: a roster of one's own, or the export of a learning platform, told by its headings. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { messageOf, NetlabError } from "../../errors.ts";

export interface Student {
  readonly id: string;
  readonly name?: string;
  readonly group?: string;
  readonly email?: string;
  readonly login?: string;
  readonly canvasId?: string;
  readonly section?: string;
}

/** Headings in small letters: ours, Moodle's, Canvas'. The first that is there counts. */
const HEADINGS: Readonly<Record<keyof Student, readonly string[]>> = {
  id: ["id number", "sis user id", "id", "username"],
  name: ["name", "full name", "student"],
  group: ["group", "groups"],
  email: ["email", "email address"],
  login: ["login", "sis login id", "username"],
  canvasId: ["canvas_id", "id"],
  section: ["section"],
};

export function readRoster(file: string): Student[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new NetlabError("file-not-read/because", { file, why: messageOf(error) }, { cause: error });
  }
  return parseRoster(text, path.basename(file));
}

export function parseRoster(text: string, file: string): Student[] {
  const [head = [], ...rows] = recordsOf(text, file);
  const headings = head.map((heading) => heading.trim().toLowerCase());
  // Canvas' `ID` is a number of its own; the student's is in `SIS User ID`.
  const isCanvas = headings.includes("sis user id");
  const columns = Object.entries(HEADINGS).map(([key, names]) => {
    const wanted = key === "canvasId" && !isCanvas ? ["canvas_id"] : names;
    return [key, wanted.map((name) => headings.indexOf(name)).find((index) => index >= 0)] as const;
  });
  if (columns.find(([key]) => key === "id")?.[1] === undefined)
    throw new NetlabError("bad-roster/no-id", { file });
  const lineOf = new Map<string, number>();
  return rows.flatMap((row, index) => {
    const line = index + 2;
    const fields = columns.flatMap(([key, at]) => {
      const value = at === undefined ? "" : (row[at] ?? "").trim();
      return value === "" ? [] : [[key, value] as const];
    });
    const student = Object.fromEntries(fields) as unknown as Student;
    // Canvas' second row says what an assignment is worth, and its last one is a test student.
    if (student.id === undefined && (isCanvas || fields.length === 0)) return [];
    if (student.id === undefined)
      throw new NetlabError("bad-roster/bad-line", { file, line, why: "it has no id" });
    const before = lineOf.get(student.id);
    if (before !== undefined)
      throw new NetlabError("bad-roster/bad-line", {
        file,
        line,
        why: `line ${before} has the id ${student.id} too`,
      });
    lineOf.set(student.id, line);
    return [student];
  });
}

function recordsOf(text: string, file: string): string[][] {
  const [first = ""] = text.split("\n");
  const delimiter =
    [",", ";", "\t"].toSorted((a, b) => first.split(b).length - first.split(a).length)[0] ?? ",";
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as string[][];
  } catch (error) {
    const line = error instanceof CsvError ? Number(error.lines) : 1;
    throw new NetlabError("bad-roster/bad-line", { file, line, why: messageOf(error) }, { cause: error });
  }
}
