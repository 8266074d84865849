/** Search for the student whose value this is: a token, a seed, a name, the SHA-256 of a file. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { ClassPlan } from "./class-file.ts";
import type { Student } from "./class-plan.ts";
import { flagOf } from "./flags.ts";

export interface Found {
  readonly student: Student;
  /** `token`, `seed`, `id`, `pseudonym`, `SHA-256 of pages.pdf`. */
  readonly what: string;
}

const HEX_256 = /^[0-9a-f]{64}$/;

/** Files are read piece by piece, so that peers are served meanwhile. Where `signal` ends it, what was found until then. */
export async function valuesOf(plan: ClassPlan, value: string, signal?: AbortSignal): Promise<Found[]> {
  const wanted = value.trim().toLowerCase();
  const found: Found[] = [];
  for (const student of plan.students) {
    if (signal?.aborted) break;
    const hashes = HEX_256.test(wanted) ? await hashesOf(plan, student) : [];
    for (const [what, own] of [...whatOf(student), ...flagsOf(plan, student), ...hashes])
      if (own.toLowerCase() === wanted) found.push({ student, what });
  }
  return found;
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

const flagsOf = (plan: ClassPlan, { id }: Student) =>
  plan.flagFiles.map((file) => [`flag of ${file}`, flagOf(plan, id, file)] as const);

async function hashesOf(
  { filesFolder }: ClassPlan,
  { shown }: Student,
): Promise<(readonly [string, string])[]> {
  if (filesFolder === undefined) return [];
  const folder = path.join(filesFolder, shown);
  const hashes: (readonly [string, string])[] = [];
  for (const name of await namesIn(folder)) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(path.join(folder, name)), hash);
    hashes.push([`SHA-256 of ${name}`, hash.digest("hex")]);
  }
  return hashes;
}

/** Of a student who has none yet, none. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
