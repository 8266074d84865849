/** Hand-ins that lie in a folder, graded as `netlabctl grade` does it. */
import path from "node:path";
import type { Rung } from "../../../src/check/box/rung.ts";
import { checkableOf } from "../../../src/check/checkable.ts";
import { readAssignment } from "../../../src/check/grade/assignment.ts";
import { gradeClass } from "../../../src/check/grade/grade-class.ts";
import { GradeFolder } from "../../../src/check/grade/grade-folder.ts";
import type { GradedLine } from "../../../src/check/grade/graded.ts";
import { gradedCases } from "../../../src/check/grade/grading.ts";
import { handInsIn } from "../../../src/check/grade/hand-ins.ts";

export interface GradedFolder {
  readonly lines: readonly GradedLine[];
  /** Ids of the assignment's cases. */
  readonly cases: readonly string[];
}

/** `into`: a folder that the grades are written to. */
export async function gradedFolder(
  folder: string,
  { assignment: file, into, rung }: { assignment: string; into: string; rung: Rung },
): Promise<GradedFolder> {
  const assignment = readAssignment(file);
  const { handIns } = await handInsIn(folder, []);
  const { cases: known } = await checkableOf(assignment.role);
  const cases = gradedCases(assignment, known);
  const grades = new GradeFolder(path.resolve(into));
  await grades.open(false);
  const lines = await gradeClass({
    assignment,
    cases,
    handIns,
    missing: [],
    into: grades,
    rung,
    jobs: 2,
    isResumed: false,
    pseudonyms: undefined,
    signal: new AbortController().signal,
    onGraded: () => undefined,
  });
  return { lines, cases: cases.map(({ id }) => id) };
}
