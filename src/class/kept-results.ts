/** Lines of a gradebook from the results of `check` that the database has: the newest of each role, taken together. Pure. */
import type { StoredResult } from "../stores/class.ts";
import type { Student } from "./class-plan.ts";
import { FLAG_ROLE } from "./flags.ts";
import type { GradebookLine } from "./gradebook.ts";

export interface KeptResultsOptions {
  /** Points for a program that passes all cases. */
  readonly max: number;
  /** Ids, names and e-mail addresses; without it there are pseudonyms alone. */
  readonly names: boolean;
  /** Files that have a flag to hand in. */
  readonly flagFiles: readonly string[];
}

/** Cases that say nothing about the program. */
const UNJUDGED = ["skipped", "error"];

/** In the order of the students. */
export function keptLines(
  students: readonly Student[],
  results: readonly StoredResult[],
  { max, names, flagFiles }: KeptResultsOptions,
): GradebookLine[] {
  const byStudent = Map.groupBy(results, ({ student }) => student);
  return students.map((student) => {
    const shownAs = names ? student.id : student.pseudonym;
    const person = names ? personOf(student) : { id: shownAs };
    const { group } = student;
    return {
      student: { ...person, ...(group === undefined ? {} : { group }) },
      shownAs,
      max,
      ...standing(withFlags(byStudent.get(student.id) ?? [], flagFiles), max),
    };
  });
}

/** Gives a student who was checked and handed in no flag as many to lose as those who handed in some. */
function withFlags(results: readonly StoredResult[], files: readonly string[]): readonly StoredResult[] {
  const [first] = results;
  if (!first || results.some(({ role }) => role === FLAG_ROLE)) return results;
  const missing = { ...first, role: FLAG_ROLE, status: "failed", grade: "MUST", weight: 1 };
  return [...results, ...files.map((file) => ({ ...missing, case: file }))];
}

function personOf({ id, name, email, login, canvasId }: Student): GradebookLine["student"] {
  return {
    id,
    ...(name === "" ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(login === undefined ? {} : { login }),
    ...(canvasId === undefined ? {} : { canvasId }),
  };
}

type Standing = Omit<GradebookLine, "student" | "shownAs" | "max">;

function standing(results: readonly StoredResult[], max: number): Standing {
  const judged = results.filter(({ status, grade }) => !UNJUDGED.includes(status) && grade !== "INFO");
  const lost = judged.filter(({ status }) => status !== "passed");
  const newest = results.reduce<StoredResult | undefined>(
    (last, one) => (last && last.at >= one.at ? last : one),
    undefined,
  );
  const at = newest ? new Date(newest.at).toISOString() : undefined;
  return {
    points: newest ? pointsOf(judged, max) : null,
    mustFailed: lost.filter(({ grade }) => grade === "MUST").length,
    shouldFailed: lost.filter(({ grade }) => grade === "SHOULD").length,
    flaky: 0,
    lost: lost.map((one) => one.case),
    remark: newest ? "" : "no result of check is kept",
    seed: newest?.seed ?? null,
    submitted: at ?? null,
    checked: at ?? "",
    version: newest?.version ?? "",
  };
}

/** To two places. */
function pointsOf(judged: readonly StoredResult[], max: number): number {
  const weigh = (some: readonly StoredResult[]) => some.reduce((sum, { weight }) => sum + weight, 0);
  const possible = weigh(judged);
  if (possible === 0) return 0;
  return Math.round((100 * max * weigh(judged.filter(({ status }) => status === "passed"))) / possible) / 100;
}
