/** Result of one hand-in, as it is kept on disk: a line of the gradebook, and the report that it was made of. */
import type { Report } from "../report.ts";
import type { Student } from "./roster.ts";

export interface Graded {
  readonly format: "netlab-grade/1";
  readonly student: Student;
  /** Name in files and on pages; the id, or with --anonymous a pseudonym. */
  readonly shownAs: string;
  /** Null: not judged, by a fault of the checker or because it was interrupted. */
  readonly points: number | null;
  readonly max: number;
  readonly mustFailed: number;
  readonly shouldFailed: number;
  readonly flaky: number;
  /** Cases that did not pass, by id. */
  readonly lost: readonly string[];
  /** In a sentence: how it ended early, or which files it lacks. "" */
  readonly remark: string;
  readonly seed: number;
  /** RFC 3339; null: nothing was handed in. */
  readonly submitted: string | null;
  readonly checked: string;
  readonly version: string;
  /** Of the hand-in, the assignment and the checker: the same needs no second check. */
  readonly digest: string;
  /** Null: there was nothing to check. */
  readonly report: Report | null;
}

/** A line of the gradebook; of a whole class these stay in memory, and the reports do not. */
export type GradedLine = Omit<Graded, "report">;

export const lineOf = ({ report: _report, ...line }: Graded): GradedLine => line;
