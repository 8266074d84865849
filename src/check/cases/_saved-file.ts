/** Files that a client has saved, found by their bytes: under which name, and in which folder, is the client's own affair. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

const MAX_FILES = 2_000;

/** Looks for a file with these bytes in one of the folders, or one below; answers its path, or undefined. */
export type SavedFile = () => Promise<string | undefined>;

/** A file that is there already, as it is, was saved by an earlier try: the same seed draws the same bytes. */
export async function savedFile(folders: readonly string[], bytes: Buffer): Promise<SavedFile> {
  const old = new Set((await filesWith(folders, bytes)).map(({ version }) => version));
  return async () => (await filesWith(folders, bytes)).find(({ version }) => !old.has(version))?.file;
}

async function filesWith(folders: readonly string[], bytes: Buffer) {
  const found: { file: string; version: string }[] = [];
  for (const folder of folders) {
    for (const file of await filesIn(folder)) {
      const about = await stat(file).catch(() => undefined);
      if (!about?.isFile() || about.size !== bytes.length) continue;
      if (!(await readFile(file).catch(() => undefined))?.equals(bytes)) continue;
      found.push({ file, version: `${about.ino} ${about.mtimeMs} ${about.ctimeMs} ${file}` });
    }
  }
  return found;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const own = entries.filter((entry) => entry.isFile()).map(({ name }) => path.join(folder, name));
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const nested = await Promise.all(
    below.slice(0, 20).map(async ({ name }) => {
      const inner = await readdir(path.join(folder, name), { withFileTypes: true }).catch(() => []);
      return inner.filter((entry) => entry.isFile()).map((entry) => path.join(folder, name, entry.name));
    }),
  );
  return [...own, ...nested.flat()].slice(0, MAX_FILES);
}
