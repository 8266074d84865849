/** Instances of a class lab: each entry of `each:` once a student, of `groups:` once a group, with a name, a label and values of its own. Pure. */
import { NetlabError } from "../errors.ts";
import type { Derived } from "./derived.ts";

/** An entry of the lab file, with places such as `{id}` to be filled in. */
export interface Template {
  readonly role: string;
  readonly given: Readonly<Record<string, unknown>>;
  /** On the lines of its connections, from the start. */
  readonly faults?: readonly { readonly words: string; readonly place: string }[];
}

export interface Student {
  /** As in the roster. */
  readonly id: string;
  /** As on screens: the label of the student's instances. */
  readonly shown: string;
  readonly pseudonym: string;
  readonly name: string;
  readonly group: string | undefined;
  readonly email: string | undefined;
  readonly login: string | undefined;
  readonly canvasId?: string | undefined;
  /** Remark of the instructor's. */
  readonly note?: string | undefined;
  readonly slot: number;
  readonly derived: Derived;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Words that stand for values of a student's own, in options of `each:`. */
export const PLACES = ["id", "token", "seed", "slot", "files", "group"] as const;

/** Words of a group's own, in options of `groups:`. */
export const GROUP_PLACES = ["group", "slot"] as const;

/** Begins the word for the port of another role of the same student or group: `port.bootstrap`, of a second one `port.chat-2`. */
export const PORT_OF = "port.";

const PLACE = /\{(port\.[\w-]+|\w+)\}/g;

/** Words in braces, in the order in which they stand. */
export const placesIn = (text: string): string[] => [...text.matchAll(PLACE)].map(([, word = ""]) => word);

/** Values by those words. */
export type Filling = Readonly<Record<string, string | undefined>>;

export interface EachPlan {
  readonly each: readonly Template[];
  readonly students: readonly Student[];
  /** Undefined: each instance takes any free port. */
  readonly ports: PortRange | undefined;
  readonly perStudent: number;
  /** Folder of a student's own files, where the class has some. */
  readonly filesOf: (student: Student) => string | undefined;
}

/** Instances of the students, in the order of their slots. Throws where the range of ports is too small. */
export function instancesOfEach({ each, students, ports, perStudent, filesOf }: EachPlan): Template[] {
  if (ports) checkRoom(ports, students, perStudent, each.length);
  const names = ownNames(each);
  return students.flatMap((student) => {
    const portOf = portsFrom(ports, student.slot * perStudent);
    const filling = { ...fillingOf(student, filesOf(student)), ...portPlaces(names, portOf) };
    return each.map(({ given, ...template }, index) => {
      const name = `${prefixOf(student.shown)}-${names[index]}`;
      return {
        ...template,
        given: { ...filled(given, filling), port: portOf(index), name, label: student.shown },
      };
    });
  });
}

/** Instances of groups, in the order of their slots. */
export function instancesOfGroups(
  templates: readonly Template[],
  groups: readonly { readonly name: string; readonly slot: number }[],
  ports: PortRange | undefined,
): Template[] {
  const labels = groupLabels(groups);
  const names = ownNames(templates);
  return groups.flatMap(({ name: group, slot }) => {
    const portOf = portsFrom(ports, slot * templates.length);
    if (ports && templates.length > 0 && portOf(templates.length - 1) > ports.last)
      throw new NetlabError("bad-class/group-ports", {
        first: ports.first,
        last: ports.last,
        groups: slot + 1,
      });
    const filling = { group, slot: String(slot), ...portPlaces(names, portOf) };
    const label = labels.get(group) ?? "";
    return templates.map(({ given, role, faults }, index) => {
      const name = `${prefixOf(label)}-${names[index]}`;
      const own = { ...filled(given, filling), port: portOf(index), name, label };
      return { role, given: own, ...(faults && { faults }) };
    });
  });
}

/** Port of a role by its index; 0, any free one, where none are fixed. */
const portsFrom = (ports: PortRange | undefined, place: number) => (index: number) =>
  ports ? ports.first + place + index : 0;

const portPlaces = (names: readonly string[], portOf: (index: number) => number): Filling =>
  Object.fromEntries(names.map((name, index) => [`${PORT_OF}${name}`, String(portOf(index))]));

/** Labels of what is one group's, by its name; in the order of their places, so that a later group changes no label. No student's id begins so. */
export function groupLabels(groups: readonly { readonly name: string }[]): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name } of groups) {
    const bare = `group-${name.replace(/[^A-Za-z0-9._-]+/g, "-")}`;
    let label = bare;
    for (let number = 2; taken.has(label); number += 1) label = `${bare}-${number}`;
    taken.add(label);
    labels.set(name, label);
  }
  return labels;
}

function checkRoom(ports: PortRange, students: readonly Student[], perStudent: number, roles: number): void {
  if (roles > perStudent) throw new NetlabError("bad-class/per-student", { roles, perStudent });
  const places = Math.floor((ports.last - ports.first + 1) / perStudent);
  const needed = students.reduce((most, { slot }) => Math.max(most, slot + 1), 0);
  if (needed > places)
    throw new NetlabError("bad-class/ports-room", {
      first: ports.first,
      last: ports.last,
      places,
      perStudent,
      needed,
      wanted: ports.first + needed * perStudent - 1,
    });
}

/** Names of a student's roles, and of a group's, behind whose they are: `calculator`; a second one of the role is `calculator-2`. */
export function ownNames(roles: readonly { readonly role: string }[]): string[] {
  return roles.map(({ role }, index) => {
    const count = roles.slice(0, index).filter((other) => other.role === role).length + 1;
    return count > 1 ? `${role}-${count}` : role;
  });
}

/** A name begins with a letter, and an id need not. */
const prefixOf = (shown: string) => (/^[A-Za-z]/.test(shown) ? shown : `id-${shown}`);

/** Options are on screens: where those have pseudonyms, so do these. */
const fillingOf = ({ shown, slot, group, derived }: Student, files: string | undefined): Filling => ({
  id: shown,
  slot: String(slot),
  token: derived.token,
  seed: String(derived.seed),
  ...(group === undefined ? {} : { group }),
  ...(files === undefined ? {} : { files }),
});

/** Options with `{id}`, `{token}` … filled in, in texts and in lists of texts; other braces stay as they are. */
export function filled(given: Readonly<Record<string, unknown>>, filling: Filling): Record<string, unknown> {
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "string") return value;
    // A number is one again where it is all of the text, as in `seed: "{seed}"`.
    const [, alone = ""] = /^\{(slot|seed|port\.[\w-]+)\}$/.exec(value) ?? [];
    if (filling[alone] !== undefined) return Number(filling[alone]);
    return value.replace(PLACE, (word, name: string) => filling[name] ?? word);
  };
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, fill(value)]));
}
