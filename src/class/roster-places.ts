/** Places of the students: each line of the roster gets one once, and keeps it. Pure. */
import type { StoredGroup, StoredStudent } from "../stores/class.ts";
import type { Student } from "./class-plan.ts";
import { derivedOf } from "./derived.ts";
import { pseudonymOf } from "./pseudonym.ts";
import type { RosterStudent } from "./roster.ts";

export interface PlacesOptions {
  readonly secret: Uint8Array;
  /** Name of the lab: tokens and seeds are others in another lab. */
  readonly lab: string;
  readonly pseudonyms: boolean;
  readonly now: number;
  /** Places that the roster fixes, by id. */
  readonly fixed?: ReadonlyMap<string, number>;
}

export interface Places {
  /** In the order of their places. */
  readonly students: readonly Student[];
  readonly groups: readonly StoredGroup[];
  /** Names as screens show them. */
  readonly added: readonly string[];
  readonly left: readonly string[];
  /** Rows that are to be stored. */
  readonly rows: readonly StoredStudent[];
}

export interface KnownPlaces {
  readonly students: readonly StoredStudent[];
  readonly groups: readonly StoredGroup[];
  /** No place below it is given anew, though its student may be forgotten. */
  readonly nextSlot?: number;
  /** Places of students who are forgotten. */
  readonly retired?: readonly number[];
}

export function placesOf(
  roster: readonly RosterStudent[],
  known: KnownPlaces,
  { secret, lab, pseudonyms, now, fixed = new Map() }: PlacesOptions,
): Places {
  const byId = new Map(known.students.map((one) => [one.id, one]));
  const taken = new Set(known.students.map(({ pseudonym }) => pseudonym));
  const freeSlot = freeSlots(known, fixed);
  const rows = roster.map(({ id, name, group = null, email = null }): StoredStudent => {
    const before = byId.get(id);
    const pseudonym = before?.pseudonym ?? pseudonymOf(secret, id, taken);
    taken.add(pseudonym);
    const slot = before?.slot ?? fixed.get(id) ?? freeSlot();
    return { id, slot, pseudonym, name, group, email, addedAt: before?.addedAt ?? now, leftAt: null };
  });
  const here = new Set(roster.map(({ id }) => id));
  const gone = known.students.filter(({ id, leftAt }) => leftAt === null && !here.has(id));
  const shownOf = ({ id, pseudonym }: StoredStudent) => (pseudonyms ? pseudonym : id);
  const students = rows
    .map((row, index): Student => {
      const { id, slot, pseudonym, name } = row;
      const { group, email, login, canvasId, note } = roster[index] ?? {};
      const derived = derivedOf(secret, lab, id);
      const told = { group, email, login, canvasId, note };
      return { id, shown: shownOf(row), pseudonym, name, ...told, slot, derived };
    })
    .sort((a, b) => a.slot - b.slot);
  return {
    students,
    groups: groupsOf(students, known.groups),
    added: rows.filter(({ id }) => (byId.get(id) ?? { leftAt: 0 }).leftAt !== null).map(shownOf),
    left: gone.map(shownOf),
    rows: [...rows, ...gone.map((one) => ({ ...one, leftAt: now }))],
  };
}

/** Gives the first place that was never given, then the next one: a place that the roster fixes leaves those before it free. */
function freeSlots(
  { students, nextSlot = 0, retired = [] }: KnownPlaces,
  fixed: ReadonlyMap<string, number>,
) {
  const given = new Set([...students.map(({ slot }) => slot), ...retired, ...fixed.values()]);
  let next = nextSlot;
  return () => {
    while (given.has(next)) next += 1;
    return next++;
  };
}

/** Groups that have a student. */
function groupsOf(students: readonly Student[], known: readonly StoredGroup[]): StoredGroup[] {
  let free = known.reduce((most, { slot }) => Math.max(most, slot + 1), 0);
  const names = [...new Set(students.flatMap(({ group }) => group ?? []))];
  return names
    .map((name) => ({ name, slot: known.find((one) => one.name === name)?.slot ?? free++ }))
    .sort((a, b) => a.slot - b.slot);
}
