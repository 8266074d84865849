/** Files that are a student's own: those of a folder, each with the student's bytes, so that a file which was copied shows. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ownBytes } from "./derived.ts";

export interface OwnFilesOptions {
  readonly from: string;
  /** Folder of all of them; a student's is in it, by the name that screens show. */
  readonly into: string;
  readonly secret: Uint8Array;
  readonly lab: string;
}

/** Writes those that are not there yet. Throws as the system does where it cannot. */
export function writeOwnFiles(
  students: readonly { readonly id: string; readonly shown: string }[],
  { from, into, secret, lab }: OwnFilesOptions,
): void {
  const files = readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isFile());
  const originals = files.map(({ name }) => ({ name, bytes: readFileSync(path.join(from, name)) }));
  for (const { id, shown } of students) {
    const folder = path.join(into, shown);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { name, bytes } of originals) {
      const file = path.join(folder, name);
      // The same bytes at each start: a file of the right size is the right one.
      if (existsSync(file) && statSync(file).size === bytes.length) continue;
      writeFileSync(file, ownBytes(bytes, secret, lab, id, name));
    }
  }
}
