/** Result of one hand-in, as it is kept on disk: a line of the gradebook, and the report that it was made of. */
import type { GradebookLine } from "../../class/gradebook.ts";
import type { Report } from "../report.ts";
import type { Student } from "./roster.ts";

export interface Graded extends GradebookLine {
  readonly format: "netlab-grade/1";
  readonly student: Student;
  readonly seed: number;
  /** Of the hand-in, the assignment and the checker: the same needs no second check. */
  readonly digest: string;
  /** Null: there was nothing to check. */
  readonly report: Report | null;
}

/** A line of the gradebook; of a whole class these stay in memory, and the reports do not. */
export type GradedLine = Omit<Graded, "report">;

/** Nothing was handed in: of a hand-in that no check has come to yet there are no points either. */
export const isAbsent = ({ submitted, points }: Pick<GradedLine, "submitted" | "points">): boolean =>
  submitted === null && points !== null;

export const lineOf = ({ report: _report, ...line }: Graded): GradedLine => line;
