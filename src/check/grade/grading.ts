/** Points of a report by an assignment: what each case weighs there, and what counts for how much. Pure. */
import { suggestion } from "../../catalogue/instance-options.ts";
import { NetlabError } from "../../errors.ts";
import type { WholeCase } from "../case.ts";
import { type Report, type Result, scoreOf } from "../report.ts";
import { type CheckRequest, casesOf } from "../run-check.ts";
import type { Assignment } from "./assignment.ts";

export interface GradedCase {
  readonly id: string;
  readonly title: string;
  readonly grade: WholeCase["grade"];
  readonly weight: number;
}

/** Cases of an assignment, with its weights. Throws where it names one that there is not. */
export function gradedCases(assignment: Assignment, all: readonly WholeCase[]): GradedCase[] {
  const { weights, grades, cases: globs, place, role } = assignment;
  const cases = casesOf(requestOf(assignment, 0), all);
  if (cases.length === 0)
    throw new NetlabError("bad-assignment/no-cases", { place: place("cases"), globs, role });
  const ids = cases.map(({ id }) => id);
  for (const [key, named] of [
    ["weights", weights],
    ["grades", grades],
  ] as const)
    for (const id of Object.keys(named))
      if (!ids.includes(id))
        throw new NetlabError("bad-assignment/unknown-case", {
          place: place(key, id),
          id,
          hint: suggestion(id, ids),
        });
  return cases.map((one) => ({
    id: one.id,
    title: one.title,
    grade: grades[one.id] ?? one.grade,
    weight:
      weights[one.id] ?? (grades[one.id] === undefined ? one.weight : WEIGHTS[grades[one.id] ?? one.grade]),
  }));
}

const WEIGHTS = { MUST: 2, SHOULD: 1, INFO: 0 } as const;

export function requestOf(assignment: Assignment, seed: number): CheckRequest {
  const { role, side, run, cases, repeat, script, set } = assignment;
  return { role, side, run, cases, repeat, script, set, seed: assignment.seed ?? seed };
}

/** The same report with the assignment's grades and weights. */
export function reportAsGraded(report: Report, cases: readonly GradedCase[]): Report {
  const byId = new Map(cases.map((one) => [one.id, one]));
  const results = report.results.map((result): Result => {
    const { grade, weight } = byId.get(result.id) ?? result;
    return { ...result, grade, weight };
  });
  return { ...report, results, score: scoreOf(results, leftOf(report, cases)) };
}

/** Cases that it did not come to. */
function leftOf({ results, ended }: Report, cases: readonly GradedCase[]): readonly GradedCase[] {
  if (ended === null) return [];
  const ids = new Set(results.map(({ id }) => id));
  return cases.filter(({ id }) => !ids.has(id));
}

/**
 * Points of a graded report, to two places. Cases that it did not come to are lost; those that could not be judged count on neither side.
 * Undefined: it ended by a fault of the checker, and says nothing about the program.
 */
export function pointsOf(report: Report, cases: readonly GradedCase[], max: number): number | undefined {
  const code = report.ended?.code;
  if (code === "unfinished" || code === "interrupted") return undefined;
  const unjudged = new Set(
    report.results.filter(({ status }) => status === "skipped" || status === "error").map(({ id }) => id),
  );
  const possible = cases.filter(({ id }) => !unjudged.has(id)).reduce((all, one) => all + one.weight, 0);
  return possible === 0 ? 0 : Math.round((100 * max * report.score.got) / possible) / 100;
}
