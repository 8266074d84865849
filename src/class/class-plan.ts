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
  readonly slot: number;
  readonly derived: Derived;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Words that stand for values of a student's own, in options of `each:`. */
export const PLACES = ["id", "token", "seed", "slot", "files", "group"] as const;

/** Values by those words. */
export type Filling = Readonly<Partial<Record<(typeof PLACES)[number], string>>>;

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
  return students.flatMap((student) => {
    const filling = fillingOf(student, filesOf(student));
    return each.map(({ given, ...template }, index) => {
      const { role } = template;
      const port = ports ? ports.first + student.slot * perStudent + index : 0;
      const name = ownName(student.shown, role, each.slice(0, index));
      return { ...template, given: { ...filled(given, filling), port, name, label: student.shown } };
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
  return groups.flatMap(({ name: group, slot }) =>
    templates.map(({ given, role, faults }, index) => {
      const port = ports ? ports.first + slot * templates.length + index : 0;
      if (ports && port > ports.last)
        throw new NetlabError("bad-class/group-ports", {
          first: ports.first,
          last: ports.last,
          groups: slot + 1,
        });
      const label = labels.get(group) ?? "";
      const name = ownName(label, role, templates.slice(0, index));
      const own = { ...filled(given, { group, slot: String(slot) }), port, name, label };
      return { role, given: own, ...(faults && { faults }) };
    }),
  );
}

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

/** `s042-calculator`; a second one of the role is `s042-calculator-2`. A name begins with a letter, and an id need not. */
function ownName(shown: string, role: string, before: readonly Template[]): string {
  const count = before.filter((other) => other.role === role).length + 1;
  const prefix = /^[A-Za-z]/.test(shown) ? shown : `id-${shown}`;
  return `${prefix}-${role}${count > 1 ? `-${count}` : ""}`;
}

const fillingOf = ({ id, slot, group, derived }: Student, files: string | undefined): Filling => ({
  id,
  slot: String(slot),
  token: derived.token,
  seed: String(derived.seed),
  ...(group === undefined ? {} : { group }),
  ...(files === undefined ? {} : { files }),
});

/** Options with `{id}`, `{token}` … filled in, in texts and in lists of texts; other braces stay as they are. */
export function filled(given: Readonly<Record<string, unknown>>, filling: Filling): Record<string, unknown> {
  const values: Readonly<Record<string, string | undefined>> = filling;
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "string") return value;
    // A number is one again where it is all of the text, as in `seed: "{seed}"`.
    const [, alone = ""] = /^\{(slot|seed)\}$/.exec(value) ?? [];
    if (values[alone] !== undefined) return Number(values[alone]);
    return value.replace(/\{(\w+)\}/g, (word, name: string) => values[name] ?? word);
  };
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, fill(value)]));
}
