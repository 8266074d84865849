/** A class as its lab file says, worked out: students with their places, and all that is to be played for them. Nothing is changed yet. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { messageOf, NetlabError } from "../errors.ts";
import type { StoredGroup, StoredStudent } from "../stores/class.ts";
import { writeOwnFiles } from "./class-files.ts";
import { classKey } from "./class-key.ts";
import { instancesOfEach, instancesOfGroups, type Student, type Template } from "./class-plan.ts";
import { checkPorts } from "./class-ports.ts";
import type { ClassSettings, Identity } from "./class-settings.ts";
import { fixedPlaces } from "./fixed-places.ts";
import { FLAG_PLACE, flagFilesIn } from "./flags.ts";
import { type BadRosterLine, parseRoster, type RosterStudent } from "./roster.ts";
import { type KnownPlaces, placesOf } from "./roster-places.ts";

/** Entry of `groups:` or `shared:`, and how its peers are known. */
export interface SharedTemplate extends Template {
  readonly identify: Identity;
}

export interface ClassText {
  /** Name of the lab. */
  readonly lab: string;
  readonly title: string | undefined;
  /** The roster's file. */
  readonly roster: string;
  readonly settings: ClassSettings;
  readonly each: readonly Template[];
  readonly groups: readonly SharedTemplate[];
  readonly shared: readonly SharedTemplate[];
}

export interface ClassSurroundings {
  readonly dataFolder: string;
  readonly known: KnownPlaces;
  readonly now: number;
  /** Added to every port of the lab. */
  readonly portOffset: number;
}

/** Place of an instance in the class. */
export interface ClassInstance {
  readonly kind: "each" | "group" | "shared";
  readonly identify: Identity;
}

export interface ClassPlan extends ClassText {
  readonly students: readonly Student[];
  readonly groupPlaces: readonly StoredGroup[];
  readonly added: readonly string[];
  readonly left: readonly string[];
  readonly rows: readonly StoredStudent[];
  /** All instances, and beside each what it is. */
  readonly instances: readonly Template[];
  readonly kinds: readonly ClassInstance[];
  readonly secret: Uint8Array;
  /** Folder of the students' own files, where there are some. */
  readonly filesFolder: string | undefined;
  /** Names of those that have a flag. */
  readonly flagFiles: readonly string[];
}

/** Throws a NetlabError where something in it is wrong. */
export function planClass(
  text: ClassText,
  { dataFolder, known, now, portOffset }: ClassSurroundings,
): ClassPlan {
  const { lab, settings, each, groups, shared } = text;
  const secret = classKey(dataFolder);
  const perStudent = settings.perStudent ?? each.length;
  const roster = readRoster(text.roster);
  const fixed = fixedPlaces(roster, {
    ports: settings.ports,
    perStudent,
    known: known.students,
    retired: known.retired ?? [],
  });
  refuseBad(text.roster, fixed.bad);
  const { pseudonyms } = settings;
  const places = placesOf(roster, known, { secret, lab, pseudonyms, now, fixed: fixed.places });
  const { students } = places;
  for (const ports of [settings.ports, settings.groupPorts]) if (ports) checkPorts(ports, portOffset);
  const filesFolder = settings.files && path.join(dataFolder, "class", lab);
  const own = instancesOfEach({
    each,
    students,
    ports: settings.ports,
    perStudent,
    filesOf: ({ shown }) => filesFolder && path.join(filesFolder, shown),
  });
  const ofGroups = instancesOfGroups(groups, places.groups, settings.groupPorts);
  return {
    ...text,
    students,
    groupPlaces: places.groups,
    added: places.added,
    left: places.left,
    rows: places.rows,
    instances: [...own, ...ofGroups, ...shared.map(({ identify: _, ...template }) => template)],
    kinds: [
      ...own.map((): ClassInstance => ({ kind: "each", identify: "port" })),
      ...places.groups.flatMap(() =>
        groups.map(({ identify }): ClassInstance => ({ kind: "group", identify })),
      ),
      ...shared.map(({ identify }): ClassInstance => ({ kind: "shared", identify })),
    ],
    secret,
    filesFolder,
    flagFiles: flagFilesOf(settings),
  };
}

function flagFilesOf({ flags, files }: ClassSettings): readonly string[] {
  if (!flags) return [];
  const found = files === undefined ? [] : read("the files of the class", () => flagFilesIn(files));
  if (found.length === 0) throw new NetlabError("bad-class/no-flags", { place: FLAG_PLACE });
  return found;
}

function read<Value>(what: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    const why = `cannot read ${what}: ${messageOf(error)}`;
    throw new NetlabError("bad-lab-file/not-read", { why }, { cause: error });
  }
}

/** Lines of a roster that are told at once. */
const MOST_LINES = 5;

function readRoster(file: string): readonly RosterStudent[] {
  const { students, bad } = parseRoster(read("the roster", () => readFileSync(file)));
  refuseBad(file, bad);
  if (students.length === 0) throw new NetlabError("bad-class/no-students", { file: path.basename(file) });
  return students;
}

function refuseBad(file: string, bad: readonly BadRosterLine[]): void {
  if (bad.length === 0) return;
  throw new NetlabError("bad-class/roster-lines", { file: path.basename(file), lines: linesText(bad) });
}

function linesText(bad: readonly BadRosterLine[]): string {
  const told = bad
    .slice(0, MOST_LINES)
    .map(
      ({ line, column, why }) => `line ${line}${column === undefined ? "" : `, column ${column}`}: ${why}`,
    );
  const rest = bad.length - told.length;
  return [...told, ...(rest > 0 ? [`and ${rest} more lines`] : [])].join("; ");
}

/** Writes the students' own files. Throws a NetlabError where it cannot. */
export function writeClassFiles({ settings, filesFolder, students, secret, lab }: ClassPlan): void {
  const { files: from } = settings;
  if (from === undefined || filesFolder === undefined) return;
  try {
    writeOwnFiles(students, { from, into: filesFolder, secret, lab, flags: settings.flags });
  } catch (error) {
    const why = `cannot write the students' own files: ${messageOf(error)}`;
    throw new NetlabError("bad-lab-file/not-read", { why }, { cause: error });
  }
}
