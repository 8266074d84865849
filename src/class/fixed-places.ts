/** Places that the roster fixes, e.g. of a student who repeats the course and has old port numbers in a program. Pure. */
import type { StoredStudent } from "../stores/class.ts";
import type { PortRange } from "./class-plan.ts";
import type { BadRosterLine, FixedPort, RosterStudent } from "./roster.ts";

export interface FixedPlacesOptions {
  /** Undefined: no port of the class is fixed. */
  readonly ports: PortRange | undefined;
  readonly perStudent: number;
  readonly known: readonly Pick<StoredStudent, "id" | "slot">[];
  /** Places of students who are forgotten. */
  readonly retired: readonly number[];
}

export interface FixedPlaces {
  /** Places by the students' ids. */
  readonly places: ReadonlyMap<string, number>;
  readonly bad: readonly BadRosterLine[];
}

type Wanting = RosterStudent & { readonly port: FixedPort };
const wantsPort = (student: RosterStudent): student is Wanting => student.port !== undefined;

export function fixedPlaces(roster: readonly RosterStudent[], options: FixedPlacesOptions): FixedPlaces {
  const places = new Map<string, number>();
  const bad: BadRosterLine[] = [];
  const wantedBy = new Map<number, Wanting>();
  for (const student of roster.filter(wantsPort)) {
    const { id, port } = student;
    const place = placeOf(port, options);
    const why = typeof place === "string" ? place : whyTaken(student, place, wantedBy.get(place), options);
    if (why !== undefined) bad.push({ line: port.line, column: "port", why });
    else if (typeof place === "number") {
      places.set(id, place);
      wantedBy.set(place, student);
    }
  }
  return { places, bad };
}

/** The place, or why there is none. */
function placeOf({ port, offset }: FixedPort, { ports, perStudent }: FixedPlacesOptions): number | string {
  if (!ports)
    return "a fixed port needs ports: under class: in the lab file, e.g. ports: 21000-22999; or leave the field empty";
  const { first, last } = ports;
  const behind = offset ?? port - first;
  const least = behind - (behind % perStudent);
  const mostPlaces = Math.floor((last - first + 1) / perStudent);
  if (behind < 0 || behind >= mostPlaces * perStudent)
    return `${first + behind} is outside of the places of the class: write a port of ${first}-${first + mostPlaces * perStudent - 1}`;
  if (least === behind) return behind / perStudent;
  const next = first + least + perStudent;
  const or = next < first + mostPlaces * perStudent ? ` or ${next}` : "";
  return `${first + behind} is not the first port of a place: with ${perStudent} ports a student write ${first + least}${or}`;
}

function whyTaken(
  { id }: RosterStudent,
  place: number,
  other: Wanting | undefined,
  { known, retired, ports, perStudent }: FixedPlacesOptions,
): string | undefined {
  const portOf = (slot: number) => (ports?.first ?? 0) + slot * perStudent;
  const own = known.find((one) => one.id === id);
  if (own && own.slot !== place)
    return `${id} has had the ports from ${portOf(own.slot)} on since an earlier reading, and keeps them: write ${portOf(own.slot)}, or leave the field empty`;
  if (other) return `${portOf(place)} is for ${other.id} on line ${other.port.line} already: choose another`;
  const holder = known.find(({ slot }) => slot === place);
  if (holder && holder.id !== id)
    return `${portOf(place)} is the first port of ${holder.id}, and no place is given twice: choose another`;
  return retired.includes(place)
    ? `${portOf(place)} was a student's who is forgotten, and no place is given twice: choose another`
    : undefined;
}
