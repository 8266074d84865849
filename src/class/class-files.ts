/** Files that are a student's own: those of a folder, each with the student's bytes, so that a file which was copied shows. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ownBytes } from "./derived.ts";
import { flagOf, hasFlag, withFlag } from "./flags.ts";

export interface OwnFilesOptions {
  readonly from: string;
  /** Folder of all of them; a student's is in it, by the name that screens show. */
  readonly into: string;
  readonly secret: Uint8Array;
  readonly lab: string;
  /** Whether `{flag}` stands for something. */
  readonly flags: boolean;
}

/** Writes those that are not there yet. Throws as the system does where it cannot. */
export function writeOwnFiles(
  students: readonly { readonly id: string; readonly shown: string }[],
  { from, into, secret, lab, flags }: OwnFilesOptions,
): void {
  const files = readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isFile());
  const originals = files.map(({ name }) => {
    const bytes = readFileSync(path.join(from, name));
    return { name, bytes, isFlagged: flags && hasFlag(bytes) };
  });
  for (const { id, shown } of students) {
    const folder = path.join(into, shown);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { name, bytes, isFlagged } of originals) {
      const file = path.join(folder, name);
      // The same bytes at each start: a file of the right size is the right one.
      const flag = isFlagged ? flagOf({ secret, lab }, id, name) : undefined;
      const size = flag === undefined ? bytes.length : withFlag(bytes, bytes, flag).length;
      if (existsSync(file) && statSync(file).size === size) continue;
      const own = ownBytes(bytes, secret, lab, id, name);
      writeFileSync(file, flag === undefined ? own : withFlag(bytes, own, flag));
    }
  }
}
