/**
 * Flags: words that a program has seen only if it did its work, another one for each student and file. A text file of `files:` with `{flag}` in it has
 * the student's own there; who hands it in has fetched the file. Worked out and never stored, as tokens are.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Student } from "./class-plan.ts";
import { derivedText, isText } from "./derived.ts";

export const FLAG_PLACE = "{flag}";
/** Name under which flags are kept among the results of checks: a case a file. */
export const FLAG_ROLE = "flags";

export interface FlagsOf {
  readonly secret: Uint8Array;
  readonly lab: string;
}

/** `flag-` and ten characters. */
export const flagOf = ({ secret, lab }: FlagsOf, id: string, file: string): string =>
  `flag-${derivedText(secret, lab, id, "flag", file)}`;

/** Names of the files in the folder that have a flag, in their order. Throws as the system does. */
export function flagFilesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && hasFlag(readFileSync(path.join(folder, entry.name))))
    .map(({ name }) => name)
    .sort();
}

export const hasFlag = (bytes: Buffer) => bytes.includes(FLAG_PLACE) && isText(bytes);

/** The student's own bytes with the flag where the original has its place. `own`: as long as the original. */
export function withFlag(original: Buffer, own: Buffer, flag: string): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = original.indexOf(FLAG_PLACE); at >= 0; at = original.indexOf(FLAG_PLACE, from)) {
    pieces.push(own.subarray(from, at), Buffer.from(flag));
    from = at + FLAG_PLACE.length;
  }
  return Buffer.concat([...pieces, own.subarray(from)]);
}

/** Student and file of a flag; undefined: it is none of this class. */
export function findFlag(
  plan: FlagsOf & { readonly students: readonly Student[]; readonly flagFiles: readonly string[] },
  word: string,
): { readonly student: Student; readonly file: string } | undefined {
  const wanted = word.trim().toLowerCase();
  for (const student of plan.students)
    for (const file of plan.flagFiles)
      if (flagOf(plan, student.id, file) === wanted) return { student, file };
  return undefined;
}
