/**
 * A shared room as its members lived it, and what must hold of that: a name is there once, each sender's lines keep their order, all hear one
 * order, none is heard twice, and none is lost but where the room says so. Lines carry their visit and a number, from 1 on.
 */

/** Event that a member hears: a line, somebody's coming or going, or that the room was made again and what was said last may be lost. */
export type Heard =
  | { readonly kind: "line"; readonly visit: number; readonly number: number }
  | { readonly kind: "joined" | "left"; readonly name: string }
  | { readonly kind: "restarted"; readonly at: number };

/** A member from the moment that it is let in. Moments are of one clock. */
export interface Visit {
  readonly id: number;
  readonly name: string;
  /** Time between which it was surely there: it has heard that it is in; it began to leave, or its node to end. */
  readonly from: number;
  until: number | undefined;
  /** `there` at the end; `left` after it had heard all of its own; `lost` with its connection. */
  end: "there" | "left" | "lost";
  /** Number of its last line. */
  said: number;
  readonly heard: Heard[];
}

export type Property =
  | "names are unique"
  | "a sender's order"
  | "one order"
  | "nothing twice"
  | "nothing lost";

export interface Fault {
  readonly property: Property;
  readonly what: string;
}

export function faultsOf(visits: readonly Visit[]): Fault[] {
  const byId = new Map(visits.map((visit) => [visit.id, visit]));
  const hearings = visits.map((visit) => new Hearing(visit, byId));
  return [
    ...overlaps(visits),
    ...hearings.flatMap(({ faults }) => faults),
    ...hearings.flatMap((hearing) => hearing.missing(visits)),
    ...cycles(visits),
  ];
}

/** Two who surely have one name at one time. */
function overlaps(visits: readonly Visit[]): Fault[] {
  const faults: Fault[] = [];
  const last = new Map<string, Visit>();
  for (const visit of visits.toSorted((one, other) => one.from - other.from)) {
    const before = last.get(visit.name);
    const until = before && (before.until ?? Number.POSITIVE_INFINITY);
    if (before && until !== undefined && until > visit.from)
      faults.push({ property: "names are unique", what: `${named(before)} and ${named(visit)} at once` });
    if (until === undefined || until < (visit.until ?? Number.POSITIVE_INFINITY)) last.set(visit.name, visit);
  }
  return faults;
}

const named = ({ id, name }: Visit) => `${name} (visit ${id})`;

/** Progress of one sender, as one member hears it. */
interface Progress {
  last: number;
  /** So many restarts had been told by then. */
  restarts: number;
}

/** What one member heard, taken event by event. */
class Hearing {
  readonly faults: Fault[] = [];
  readonly #visit: Visit;
  readonly #known: ReadonlyMap<number, Visit>;
  readonly #progress = new Map<number, Progress>();
  /** Names by the restarts that had been told when each came in; what was told before a restart is not sure after it. */
  readonly #there = new Map<string, number>();
  #restarts = 0;

  constructor(visit: Visit, known: ReadonlyMap<number, Visit>) {
    this.#visit = visit;
    this.#known = known;
    for (const [index, event] of visit.heard.entries()) {
      if (event.kind === "line") this.#line(event.visit, event.number, index);
      else if (event.kind === "restarted") this.#restarts += 1;
      else if (event.kind === "left") this.#there.delete(event.name);
      else this.#joined(event.name);
    }
  }

  #joined(name: string): void {
    if (this.#there.get(name) === this.#restarts)
      this.#blame("names are unique", `${name} joined twice and did not leave`);
    this.#there.set(name, this.#restarts);
  }

  #line(sender: number, number: number, index: number): void {
    const line = `${sender}.${number}`;
    const progress = this.#progress.get(sender);
    if (progress && number <= progress.last) {
      const isTwice = this.#visit.heard
        .slice(0, index)
        .some((one) => one.kind === "line" && one.visit === sender && one.number === number);
      if (isTwice) return this.#blame("nothing twice", `line ${line}`);
      return this.#blame("a sender's order", `line ${line} after ${sender}.${progress.last}`);
    }
    const before = progress ?? this.#beginningOf(sender);
    if (before && number > before.last + 1 && before.restarts === this.#restarts)
      this.#blame("nothing lost", `line ${line} after ${sender}.${before.last}`);
    this.#progress.set(sender, { last: number, restarts: this.#restarts });
  }

  /** Of a sender that has said nothing yet; undefined where it may have been there before. */
  #beginningOf(sender: number): Progress | undefined {
    const restarts = this.#there.get(this.#known.get(sender)?.name ?? "");
    return restarts === undefined ? undefined : { last: 0, restarts };
  }

  /** Lines that were said to it, or that their sender has heard, and that never came. */
  missing(visits: readonly Visit[]): Fault[] {
    if (this.#visit.end !== "there") return [];
    return visits.flatMap((sender) => {
      const progress = this.#progress.get(sender.id);
      if (!progress || progress.restarts !== this.#restarts) return [];
      const due = sender.end === "lost" ? acknowledged(sender) : sender.said;
      if (progress.last >= due) return [];
      const what = `line ${sender.id}.${progress.last + 1}, of ${due}, at the end`;
      return [{ property: "nothing lost", what: `${what}; ${named(this.#visit)}` }];
    });
  }

  #blame(property: Property, what: string): void {
    this.faults.push({ property, what: `${what}; ${named(this.#visit)}` });
  }
}

/** Last of its lines that it has heard itself. */
function acknowledged({ id, heard }: Visit): number {
  const own = heard.findLast((one) => one.kind === "line" && one.visit === id);
  return own?.kind === "line" ? own.number : 0;
}

/** Lines have an order that all keep, exactly if following each other makes no circle. */
function cycles(visits: readonly Visit[]): Fault[] {
  const next = new Map<string, Set<string>>();
  for (const { heard } of visits) {
    let before: string | undefined;
    for (const event of heard) {
      if (event.kind !== "line") continue;
      const line = `${event.visit}.${event.number}`;
      if (!next.has(line)) next.set(line, new Set());
      if (before !== undefined && before !== line) next.get(before)?.add(line);
      before = line;
    }
  }
  const left = withoutEnds(next);
  if (left.length === 0) return [];
  return [{ property: "one order", what: `${left.length} lines, among them ${left.slice(0, 6).join(", ")}` }];
}

/** Lines that are on a circle, or between two of them. */
function withoutEnds(next: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const incoming = new Map([...next.keys()].map((line) => [line, 0]));
  for (const lines of next.values())
    for (const line of lines) incoming.set(line, (incoming.get(line) ?? 0) + 1);
  const free = [...incoming].flatMap(([line, count]) => (count === 0 ? [line] : []));
  for (let line = free.pop(); line !== undefined; line = free.pop()) {
    incoming.delete(line);
    for (const one of next.get(line) ?? []) {
      const count = (incoming.get(one) ?? 0) - 1;
      incoming.set(one, count);
      if (count === 0) free.push(one);
    }
  }
  return [...incoming.keys()];
}
