/** Columns of a roster by their headings: netlabd's own, and those of Moodle's and Canvas' exports. */

/** Headings by column, the most telling first. Letter case, blanks and underlines make no difference. */
export const COLUMNS = {
  id: ["id", "ID number", "SIS User ID", "student id", "matriculation number", "Matrikelnummer", "username"],
  name: ["name", "full name", "student", "Vollständiger Name"],
  first: ["first name", "given name", "Vorname"],
  last: ["last name", "surname", "family name", "Nachname"],
  group: ["group", "groups", "section", "team", "Gruppe", "Gruppen"],
  email: ["email", "email address", "e-mail", "E-Mail-Adresse"],
  login: ["login", "SIS Login ID", "login id", "username", "Anmeldename"],
  canvasId: ["canvas_id"],
  port: ["port"],
  note: ["note", "notes", "remark", "Bemerkung"],
} as const;

export type Column = keyof typeof COLUMNS;

const folded = (heading: string) => heading.toLowerCase().replace(/[\s_-]+/g, "");

/** Index of each column that is there; undefined where none has the ids. */
export function columnsOf(
  headings: readonly string[],
): Readonly<Partial<Record<Column, number>>> | undefined {
  const there = headings.map(folded);
  const indexOf = (names: readonly string[]) =>
    names.map((name) => there.indexOf(folded(name))).find((index) => index >= 0);
  // Canvas numbers its users in a column ID: the university's own is another.
  const isCanvas = there.includes("sisuserid");
  const id = isCanvas ? there.indexOf("sisuserid") : indexOf(COLUMNS.id);
  if (id === undefined) return undefined;
  const canvasOwn = isCanvas ? ["id"] : [];
  const others = (Object.keys(COLUMNS) as Column[])
    .filter((column) => column !== "id")
    .map((column) => {
      const names = column === "canvasId" ? [...COLUMNS[column], ...canvasOwn] : COLUMNS[column];
      return [column, indexOf(names)] as const;
    })
    .filter(([, index]) => index !== undefined);
  return { id, ...Object.fromEntries(others) };
}
