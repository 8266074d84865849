/** All families of a server, made of its role's dialogue, in the order in which they run. */
import type { Role } from "../../machines/_role.ts";
import type { Case, FamilyGrades, RoleChecks, ServerCase } from "../case.ts";
import { endingFamilies } from "./endings.ts";
import { framingFamilies } from "./framing.ts";
import { robustFamilies } from "./robust.ts";
import type { Dialogues } from "./talk.ts";
import { toldPort } from "./told-port.ts";

/** Of datagrams, and of a role without a dialogue, that of its port alone. `checks`: of its own file, where it has one. */
export function serverFamilies(role: Role, checks?: RoleChecks): ServerCase[] {
  const { dialogue } = role;
  if (role.side !== "server") return [];
  const grades = checks?.families ?? {};
  if (role.transport !== "tcp" || (!dialogue && !checks?.dialogue))
    return checks ? graded([toldPort], grades) : [];
  const source: Dialogues = {
    role,
    dialogue: (t) => checks?.dialogue?.(t, t.words) ?? dialogue ?? { lines: [] },
  };
  const readsText = Object.values(role.phases).every(({ reads }) => reads !== "record");
  const all = [
    ...(readsText ? framingFamilies(source) : []),
    ...endingFamilies(source),
    ...robustFamilies(source),
    toldPort,
  ];
  return graded(all, grades);
}

export function graded<Some extends Case>(cases: readonly Some[], grades: FamilyGrades): Some[] {
  return cases.flatMap((one) => {
    const grade = grades[one.id] ?? one.grade;
    return grade === "none" ? [] : [{ ...one, grade }];
  });
}
