/** Hand-ins of a class: a folder each, in one folder, named after the student as a learning platform packs them. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import path from "node:path";
import { NetlabError } from "../../errors.ts";
import type { Student } from "./roster.ts";

export interface HandIn {
  readonly student: Student;
  readonly folder: string;
}

/** Moodle's "Ann Example_1234567_assignsubmission_file_". */
const OF_MOODLE = /^(?<name>.+)_(?<id>\d+)_assignsubmission_(?:file|onlinetext)_?$/;

/** In the order of their names; students of the roster who handed in nothing are in it too, without a folder. */
export async function handInsIn(
  folder: string,
  roster: readonly Student[],
): Promise<{ handIns: HandIn[]; missing: Student[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new NetlabError("no-hand-ins", { folder, why: ` (${error.code})` }, { cause: error });
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  if (folders.length === 0) {
    const archives = entries.filter(({ name }) => /\.(zip|tar|tgz|gz|7z)$/i.test(name)).length;
    const why =
      archives === 0
        ? ""
        : `; it has ${archives} ${archives === 1 ? "archive" : "archives"}: unpack each into a folder of its own`;
    throw new NetlabError("no-hand-ins", { folder, why });
  }
  const handIns = folders
    .map(({ name }) => ({ student: studentOf(name, roster), folder: path.join(folder, name) }))
    .sort((a, b) => (a.student.id < b.student.id ? -1 : 1));
  const ids = new Set(handIns.map(({ student }) => student.id));
  return { handIns, missing: roster.filter(({ id }) => !ids.has(id)) };
}

function studentOf(folderName: string, roster: readonly Student[]): Student {
  const moodle = OF_MOODLE.exec(folderName)?.groups;
  const candidates = [folderName, moodle?.id, moodle?.name].filter((word) => word !== undefined);
  const known = roster.find(({ id, login, name, email }) =>
    candidates.some((word) => [id, login, name, email].includes(word)),
  );
  return (
    known ?? { id: moodle?.id ?? folderName, ...(moodle?.name === undefined ? {} : { name: moodle.name }) }
  );
}

export interface Content {
  /** Of names and bytes: the same hand-in has the same. */
  readonly digest: string;
  /** Time of its newest file, RFC 3339. */
  readonly submitted: string;
}

export async function contentOf(folder: string): Promise<Content> {
  const hash = createHash("sha256");
  let newest = (await stat(folder)).mtimeMs;
  for (const file of await filesIn(folder)) {
    const about = await lstat(path.join(folder, file));
    hash.update(`${file}\0${about.size}\0`);
    if (about.isSymbolicLink()) hash.update(await readlink(path.join(folder, file)));
    if (!about.isFile()) continue;
    for await (const piece of createReadStream(path.join(folder, file))) hash.update(piece as Buffer);
    newest = Math.max(newest, about.mtimeMs);
  }
  return { digest: hash.digest("hex"), submitted: new Date(newest).toISOString() };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
}

/** Files that the assignment wants and that are not there, as files of the hand-in's own. */
export async function missingFiles(folder: string, wanted: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const name of wanted) {
    const about = await lstat(path.join(folder, name)).catch(() => undefined);
    if (!about?.isFile()) missing.push(name);
  }
  return missing;
}
