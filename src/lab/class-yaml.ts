/**
 * The class of a lab file: who is in it, and what each student gets. Loaded where a lab file has one.
 *
 *   roster: ./roster.csv
 *   class:
 *     ports: 21000-22999
 *   each:
 *     - role: calculator
 *     - role: chat
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { isMap, isScalar } from "yaml";
import type { RoleTable } from "../catalogue/role-folder.ts";
import { ClassLab } from "../class/class-lab.ts";
import { type ClassPorts, filled, instancesOfEach, type Student } from "../class/class-plan.ts";
import { parseRoster } from "../class/roster.ts";
import { messageOf, NetlabError } from "../errors.ts";
import type { LabFile } from "./lab-file.ts";
import { labOf, type OpenLabFile, type Reading, readRole } from "./lab-yaml.ts";

/** For the first look at an entry, before it is known who there is. */
const SAMPLE = { id: "s001", slot: 0 };

/** The lab with an instance of each entry for each student. Throws with the place of what is wrong. */
export function classLabOf(open: OpenLabFile, roles: RoleTable, brought: RoleTable): LabFile {
  const { document, place, top } = open;
  const lab = labOf(open, roles, brought);
  const reading: Reading = { document, roles, brought, place, fill: (given) => filled(given, SAMPLE) };
  const each = ((top.sections.get("each") ?? []) as unknown[]).map((entry) => readRole(entry, reading));
  const students = readStudents(open);
  const all = new Map([...roles, ...brought]);
  const entries = instancesOfEach(each, students, readPorts(open, each.length));
  return {
    ...lab,
    roles: [...lab.roles, ...entries],
    class: new ClassLab({ students, each, roles: all }),
  };
}

function readStudents({ file, place, top }: OpenLabFile): Student[] {
  const node = top.sections.get("roster");
  const word = isScalar(node) ? String(node.value) : undefined;
  if (word === undefined)
    throw new NetlabError("bad-lab-file/bad-entry", {
      place: place(node),
      why: "a class needs roster: and a CSV file, e.g. roster: ./roster.csv",
    });
  const roster = path.resolve(path.dirname(file), word);
  let text: string;
  try {
    text = readFileSync(roster, "utf8");
  } catch (error) {
    throw new NetlabError(
      "bad-lab-file/bad-entry",
      { place: place(node), why: `cannot read the roster: ${messageOf(error)}` },
      { cause: error },
    );
  }
  const { students, bad } = parseRoster(text);
  const [first] = bad;
  if (first)
    throw new NetlabError("bad-lab-file/bad-line", {
      file: path.basename(roster),
      line: first.line,
      why: first.why,
    });
  return students.map((student, slot) => ({ ...student, shown: student.id, slot }));
}

/** `ports: 21000-22999`; without it each instance takes any free port. */
function readPorts({ place, top }: OpenLabFile, perStudent: number): ClassPorts | undefined {
  const node = top.sections.get("class");
  const ports = isMap(node) ? node.get("ports") : undefined;
  if (ports === undefined) return undefined;
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(String(ports));
  if (!match)
    throw new NetlabError("bad-lab-file/bad-entry", {
      place: place(node),
      why: "ports: is a range, e.g. ports: 21000-22999",
    });
  return { first: Number(match[1]), last: Number(match[2]), perStudent };
}
