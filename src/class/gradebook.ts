/**
 * Gradebooks as CSV: our own, and those that Moodle and Canvas import. A cell that a spreadsheet would take for a formula is quoted: names
 * of folders are the students' words.
 */
import { stringify } from "csv-stringify/sync";

/** Student of a gradebook, as far as a learning platform asks for one. */
export interface GradebookStudent {
  readonly id: string;
  readonly name?: string;
  readonly group?: string;
  readonly email?: string;
  readonly login?: string;
  readonly canvasId?: string;
  readonly section?: string;
}

/** Results of one student. */
export interface GradebookLine {
  readonly student: GradebookStudent;
  /** The id, or a pseudonym. */
  readonly shownAs: string;
  /** Null: not judged. */
  readonly points: number | null;
  readonly max: number;
  readonly mustFailed: number;
  readonly shouldFailed: number;
  readonly flaky: number;
  /** Cases that did not pass, by id. */
  readonly lost: readonly string[];
  /** In a sentence: how it ended early, which files it lacks, or why there is no result. "" */
  readonly remark: string;
  /** Null: nothing was checked. */
  readonly seed: number | null;
  /** RFC 3339; null: nothing was handed in. */
  readonly submitted: string | null;
  readonly checked: string;
  readonly version: string;
}

export interface GradebookAbout {
  /** Column of the grade. */
  readonly title: string;
  readonly max: number;
}

/** Form of the file, as the country of its reader has it. */
export interface GradebookForm {
  readonly decimal: "." | ",";
  readonly separator: "," | ";" | "\t";
}

const USUAL: GradebookForm = { decimal: ".", separator: "," };

const csv = (rows: readonly (readonly unknown[])[], { decimal, separator }: GradebookForm) =>
  stringify(rows as unknown[][], {
    delimiter: separator,
    escape_formulas: true,
    cast: { number: (value) => String(value).replace(".", decimal) },
  });

export function gradebookText(lines: readonly GradebookLine[], form = USUAL): string {
  const columns =
    "id,group,attempt,score,max,must_failed,should_failed,flaky,seed,submitted,checked,version".split(",");
  const rows = lines.map((line) => [
    line.shownAs,
    line.student.group ?? "",
    line.submitted === null ? 0 : 1,
    line.points ?? "",
    line.max,
    line.mustFailed,
    line.shouldFailed,
    line.flaky,
    line.seed ?? "",
    line.submitted ?? "",
    line.checked,
    line.version,
  ]);
  return csv([columns, ...rows], form);
}

/** Moodle matches by e-mail or ID number, whichever is chosen at the import. */
export function moodleText(lines: readonly GradebookLine[], { title }: GradebookAbout, form = USUAL): string {
  const head = ["Email address", "ID number", title, `${title} (feedback)`];
  const rows = lines.map((line) => [
    line.student.email ?? "",
    line.student.id,
    line.points ?? "",
    feedbackOf(line),
  ]);
  return csv([head, ...rows], form);
}

/** Canvas matches by its ID or an SIS one; a cell left empty changes nothing there. */
export function canvasText(
  lines: readonly GradebookLine[],
  { title, max }: GradebookAbout,
  form = USUAL,
): string {
  const head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title];
  const possible = ["    Points Possible", "", "", "", "", max];
  const rows = lines.map(({ student, points }) => [
    student.name ?? student.id,
    student.canvasId ?? "",
    student.id,
    student.login ?? "",
    student.section ?? "",
    points ?? "",
  ]);
  return csv([head, possible, ...rows], form);
}

/** Sentence or two beside the grade. */
function feedbackOf({ lost, remark, submitted, points }: GradebookLine): string {
  // Of a hand-in that is still to be judged it is not told when it came.
  if (points === null) return (submitted === null && remark) || "not judged yet";
  if (submitted === null) return remark || "nothing was handed in";
  const cases = lost.length === 0 ? "all cases passed" : `failed: ${lost.join(", ")}`;
  return remark === "" ? cases : `${remark}; ${cases}`;
}
