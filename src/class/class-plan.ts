/** Instances of a class lab: each entry of `each:` once a student, with a name, a label and values of its own. Pure. */

/** An entry of the lab file, with places such as `{id}` to be filled in. */
export interface Template {
  readonly role: string;
  readonly given: Readonly<Record<string, unknown>>;
}

export interface Student {
  /** As in the roster. */
  readonly id: string;
  /** As on screens: the label of the student's instances. */
  readonly shown: string;
  readonly name: string;
  readonly group: string | undefined;
  readonly slot: number;
}

export interface ClassPorts {
  readonly first: number;
  readonly last: number;
  readonly perStudent: number;
}

/** Instances of these students, in their order. */
export function instancesOfEach(
  each: readonly Template[],
  students: readonly Student[],
  ports: ClassPorts | undefined,
): Template[] {
  return students.flatMap((student) =>
    each.map((template, index) => {
      const port = ports ? ports.first + student.slot * ports.perStudent + index : 0;
      const name = instanceName(student.shown, template, each.slice(0, index));
      return {
        role: template.role,
        given: { port, ...filled(template.given, student), name, label: student.shown },
      };
    }),
  );
}

/** `s042-calculator`; a second one of the role is `s042-calculator-2`. A name begins with a letter, and an id need not. */
function instanceName(shown: string, { role }: Template, before: readonly Template[]): string {
  const count = before.filter((other) => other.role === role).length + 1;
  const prefix = /^[A-Za-z]/.test(shown) ? shown : `id-${shown}`;
  return `${prefix}-${role}${count > 1 ? `-${count}` : ""}`;
}

/** `{id}` and `{slot}` in texts become the student's own. */
export function filled(
  given: Readonly<Record<string, unknown>>,
  { id, slot }: Pick<Student, "id" | "slot">,
): Record<string, unknown> {
  const values: Record<string, string> = { id, slot: String(slot) };
  const fill = (value: unknown) =>
    typeof value === "string"
      ? value.replace(/\{(\w+)\}/g, (word, name: string) => values[name] ?? word)
      : value;
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, fill(value)]));
}
