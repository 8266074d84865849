/** Search for the student whose value this is: a token, a seed, a name, the SHA-256 of a file. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ClassPlan } from "./class-file.ts";
import type { Student } from "./class-plan.ts";

export interface Found {
  readonly student: Student;
  /** `token`, `seed`, `id`, `pseudonym`, `SHA-256 of pages.pdf`. */
  readonly what: string;
}

const HEX_256 = /^[0-9a-f]{64}$/;

export function valuesOf(plan: ClassPlan, value: string): Found[] {
  const wanted = value.trim().toLowerCase();
  return plan.students.flatMap((student) =>
    whatOf(student)
      .concat(HEX_256.test(wanted) ? hashesOf(plan, student) : [])
      .filter(([, own]) => own.toLowerCase() === wanted)
      .map(([what]) => ({ student, what })),
  );
}

function whatOf(student: Student): (readonly [what: string, value: string])[] {
  const { derived, id, pseudonym, email, login } = student;
  const named = Object.entries({
    id,
    pseudonym,
    email,
    login,
    token: derived.token,
    seed: String(derived.seed),
  });
  return named.flatMap(([what, own]) => (own === undefined ? [] : [[what, own] as const]));
}

function hashesOf({ filesFolder }: ClassPlan, { shown }: Student): (readonly [string, string])[] {
  const folder = filesFolder && path.join(filesFolder, shown);
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder).map((name) => {
    const hash = createHash("sha256")
      .update(readFileSync(path.join(folder, name)))
      .digest("hex");
    return [`SHA-256 of ${name}`, hash] as const;
  });
}
