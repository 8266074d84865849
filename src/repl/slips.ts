/** Slips of a class: what each student needs to begin, as CSV and as a page that is printed and cut up. */
import { stringify } from "csv-stringify/sync";
import type { Lab, LabClassView, LabInstance } from "../lab/lab.ts";
import type { HostPort } from "../machines/_world.ts";
import { isThisMachine } from "../wire/loopback.ts";

export interface Slip {
  /** As screens name the student. */
  readonly student: string;
  /** Undefined where names are not asked for. */
  readonly name?: string | undefined;
  readonly group: string;
  readonly token: string;
  readonly seed: number;
  readonly roles: readonly SlipRole[];
  /** Link to the student's own page, where the page is on. */
  readonly link?: string | undefined;
}

export interface SlipRole {
  readonly role: string;
  /** Owner: the student, the group, or all. */
  readonly whose: "own" | "group" | "shared";
  readonly host: string;
  readonly port: number;
  readonly transport: string;
  /** A command to begin with. */
  readonly tryIt: string | undefined;
}

export interface SlipOptions {
  /** Name or address under which students reach this machine. */
  readonly host: string;
  readonly names: boolean;
  readonly linkOf: (student: string) => string | undefined;
}

/** In the order of the students' places. */
export function slipsOf(lab: Lab, all: LabClassView, { host, names, linkOf }: SlipOptions): Slip[] {
  const groups = new Map(all.groups.map((group) => [group, lab.instances.filter(isOfGroup(all, group))]));
  const shared = lab.instances.filter(({ id }) => all.kindOf(id) === "shared");
  const byLabel = Map.groupBy(lab.instances, ({ label }) => label);
  const line = (whose: SlipRole["whose"]) => (instance: LabInstance) => roleLine(lab, instance, whose, host);
  return all.students.map(({ shown, name, group, derived }) => ({
    student: shown,
    ...(names ? { name } : {}),
    group: group ?? "",
    token: derived.token,
    seed: derived.seed,
    roles: [
      ...(byLabel.get(shown) ?? []).map(line("own")),
      ...(groups.get(group ?? "") ?? []).map(line("group")),
      ...shared.map(line("shared")),
    ],
    link: linkOf(shown),
  }));
}

const isOfGroup = (all: LabClassView, group: string) => (instance: LabInstance) =>
  all.kindOf(instance.id) === "group" && all.groupOf(instance.label) === group;

function roleLine(
  lab: Lab,
  { type, port, transport, options }: LabInstance,
  whose: SlipRole["whose"],
  host: string,
): SlipRole {
  const tryIt = lab.roles.get(type)?.tryIt?.({ host, port }, reachedAt(host, options) as never);
  // Roles word it for this machine; from another one the host belongs to it.
  const isOwnMachine = host === "localhost" || tryIt?.includes(host) === true;
  const whole =
    tryIt === undefined || isOwnMachine || !tryIt.includes("--port") ? tryIt : `${tryIt} --host ${host}`;
  return { role: type, whose, host, port, transport, tryIt: whole };
}

/** Options as they are from another machine: a registry of this one is reached by its name there. */
function reachedAt(host: string, options: LabInstance["options"]): Record<string, unknown> {
  const isHere = (value: unknown): value is HostPort =>
    typeof value === "object" && value !== null && "host" in value && isThisMachine(String(value.host));
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, isHere(value) ? { ...value, host } : value]),
  );
}

/** A line a student. What is another owner's has a column of its own, which is empty where a student has no group. */
export function slipsCsv(slips: readonly Slip[]): string {
  const rows = slips.map(({ student, name, group, token, seed, roles, link }) => ({
    before: { student, ...(name === undefined ? {} : { name }), group, host: roles[0]?.host ?? "" },
    ports: Object.fromEntries(roles.map(({ port }, index) => [columnOf(roles, index), port])),
    after: { token, seed, ...(link === undefined ? {} : { link }) },
  }));
  const most = slips.toSorted((one, other) => other.roles.length - one.roles.length)[0]?.roles ?? [];
  const columns = new Set([
    ...rows.flatMap(({ before }) => Object.keys(before)),
    ...most.map((_, index) => columnOf(most, index)),
    ...rows.flatMap(({ ports }) => Object.keys(ports)),
    ...rows.flatMap(({ after }) => Object.keys(after)),
  ]);
  return stringify(
    rows.map(({ before, ports, after }) => ({ ...before, ...ports, ...after })),
    { header: true, columns: [...columns] },
  );
}

/** `chat`, `chat 2`, `chat of the group`, `chat of all`. */
function columnOf(roles: readonly SlipRole[], index: number): string {
  const names = roles.map(({ role, whose }) => `${role}${OWNERS[whose]}`);
  const name = names[index] ?? "";
  const before = names.slice(0, index).filter((one) => one === name).length;
  return before === 0 ? name : `${name} ${before + 1}`;
}

const OWNERS = { own: "", group: " of the group", shared: " of all" } as const satisfies Record<
  SlipRole["whose"],
  string
>;
