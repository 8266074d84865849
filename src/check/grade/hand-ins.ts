/** Hand-ins of a class: a folder each, in one folder, named after the student as a learning platform packs them. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import path from "node:path";
import { NetlabError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import type { Student } from "./roster.ts";

export interface HandIn {
  readonly student: Student;
  readonly folder: string;
}

export interface HandedIn {
  /** In the order of their names. */
  readonly handIns: readonly HandIn[];
  /** Students of the roster who handed in nothing. */
  readonly missing: readonly Student[];
  /** Files beside the folders, which are no hand-ins. */
  readonly beside: readonly string[];
}

/** Moodle's "Ann Example_1234567_assignsubmission_file_"; what was typed into its editor has a folder of its own. */
const OF_MOODLE = /^(?<name>.+)_(?<id>\d+)_assignsubmission_(?<kind>file|onlinetext)_?$/;

export async function handInsIn(folder: string, roster: readonly Student[]): Promise<HandedIn> {
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
  const handIns = oneOfEach(folders.map(({ name }) => name))
    .map((name) => ({ student: studentOf(name, roster), folder: path.join(folder, name) }))
    .sort((a, b) => (a.student.id < b.student.id ? -1 : 1));
  refuseTwoOfOne(handIns);
  const ids = new Set(handIns.map(({ student }) => student.id));
  const beside = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  return {
    handIns,
    missing: roster.filter(({ id }) => !ids.has(id)),
    beside: beside.map(({ name }) => name).sort(),
  };
}

const MOST_NAMED = 4;

/** Archives that were forgotten among what was unpacked, or a file that stands for a hand-in. */
export function besideText(names: readonly string[]): string {
  const shown = names
    .slice(0, MOST_NAMED)
    .map((name) => printable(name))
    .join(", ");
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : "";
  return `not graded, because a hand-in is a folder: ${shown}${more}`;
}

/** Without what Moodle's editor has of a student who handed in files, too. */
function oneOfEach(names: readonly string[]): string[] {
  const withFiles = new Set(names.map(moodleOf).flatMap((one) => (one?.kind === "file" ? one.id : [])));
  return names.filter((name) => {
    const one = moodleOf(name);
    return one?.kind !== "onlinetext" || !withFiles.has(one.id);
  });
}

const moodleOf = (name: string) => OF_MOODLE.exec(name)?.groups;

/** The second one's grade would take the place of the first one's. */
function refuseTwoOfOne(handIns: readonly HandIn[]): void {
  for (const [at, { student, folder }] of handIns.entries()) {
    const next = handIns[at + 1];
    if (next?.student.id !== student.id) continue;
    const [one, other] = [folder, next.folder].map((place) => path.basename(place)).toSorted();
    throw new NetlabError("usage/two-hand-ins", { id: student.id, one: one ?? "", other: other ?? "" });
  }
}

/** Signs that are written as one or as two, an umlaut say, are the same: archives of macOS take them apart. */
const composed = (word: string) => word.normalize("NFC");

function studentOf(folderName: string, roster: readonly Student[]): Student {
  const moodle = moodleOf(folderName);
  const candidates = [folderName, moodle?.id, moodle?.name].flatMap((word) => word?.normalize("NFC") ?? []);
  const known = roster.find((student) =>
    [student.id, student.login, student.name, student.email].some(
      (word) => word !== undefined && candidates.includes(composed(word)),
    ),
  );
  if (known) return known;
  const name = moodle?.name;
  return { id: moodle?.id ?? composed(folderName), ...(name === undefined ? {} : { name: composed(name) }) };
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

/** Folder of the hand-in in which this file lies instead; undefined: in none. */
export async function folderWith(folder: string, wanted: string): Promise<string | undefined> {
  const found = (await filesIn(folder)).find((file) => file.endsWith(`/${wanted}`));
  return found?.slice(0, -wanted.length - 1);
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
