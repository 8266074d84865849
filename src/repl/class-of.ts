/** The class, and a student of it, as commands are told of them. */
import { nearest } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";
import type { Lab, LabClassView } from "../lab/lab.ts";

/** Throws where the lab is not a class. */
export function classOf(lab: Lab): LabClassView {
  if (lab.class) return lab.class;
  throw new NetlabError("no-such-student/no-class");
}

/** By either of a student's names. Throws where there is none. */
export function studentOf(lab: Lab, term: string) {
  const all = classOf(lab);
  const student = all.find(term);
  if (student) return student;
  const near = nearest(
    term,
    all.students.map(({ shown }) => shown),
  );
  throw new NetlabError("no-such-student/unknown", {
    term,
    hint: near ? `did you mean ${near}?` : "class lists them",
  });
}

/** Name of a student, and what the instructor noted in the roster. */
export interface Person {
  readonly name: string;
  readonly note: string;
}

/** By the students that screens show. */
export const personsOf = (all: LabClassView): ReadonlyMap<string, Person> =>
  new Map(all.students.map(({ shown, name, note = "" }) => [shown, { name, note }]));
