/**
 * Gradebooks as CSV: our own, and those that Moodle and Canvas import. A cell that a spreadsheet would take for a formula is quoted: names
 * of folders are the students' words.
 */
import { stringify } from "csv-stringify/sync";
import type { GradedLine } from "./graded.ts";

export interface GradebookAbout {
  /** Column of the grade. */
  readonly title: string;
  readonly max: number;
}

const OPTIONS = { escape_formulas: true } as const;

export function gradebookText(lines: readonly GradedLine[]): string {
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
    line.seed,
    line.submitted ?? "",
    line.checked,
    line.version,
  ]);
  return stringify([columns, ...rows], OPTIONS);
}

/** Moodle matches by e-mail or ID number, whichever is chosen at the import. */
export function moodleText(lines: readonly GradedLine[], { title }: GradebookAbout): string {
  const head = ["Email address", "ID number", title, `${title} (feedback)`];
  const rows = lines.map((line) => [
    line.student.email ?? "",
    line.student.id,
    line.points ?? "",
    feedbackOf(line),
  ]);
  return stringify([head, ...rows], OPTIONS);
}

/** Canvas matches by its ID or an SIS one; a cell left empty changes nothing there. */
export function canvasText(lines: readonly GradedLine[], { title, max }: GradebookAbout): string {
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
  return stringify([head, possible, ...rows], OPTIONS);
}

/** Sentence or two beside the grade. */
export function feedbackOf({ lost, remark, submitted, points }: GradedLine): string {
  if (submitted === null) return "nothing was handed in";
  if (points === null) return "not judged yet";
  const cases = lost.length === 0 ? "all cases passed" : `failed: ${lost.join(", ")}`;
  return remark === "" ? cases : `${remark}; ${cases}`;
}
