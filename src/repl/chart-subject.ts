/** Subjects that `graph` can draw: a role's machine, a connection's with the state it is in, an instance's, its supervisor's. */

import { nearest } from "../catalogue/instance-options.ts";
import { type Chart, chartOf, statesNamed } from "../charts/chart.ts";
import { NetlabError } from "../errors.ts";
import type { Lab, LabInstance } from "../lab/lab.ts";
import { isConnectionTerm } from "../lab/selectors.ts";
import type { Role } from "../machines/_role.ts";
import { roleOf as roleOfStory } from "../stories/editions.ts";
import type { Story } from "../stories/story.ts";
import { findFacts } from "./journaled.ts";

export interface ChartSubject {
  readonly kind: "role" | "instance" | "connection" | "supervisor" | "companion";
  /** As it is known: `file-server`, `file-server-1`, `file-server-1/c17`. */
  readonly id: string;
  readonly role: string;
  readonly chart: Chart;
  /** The states that it is in now, or was in at its end; undefined where there is no one state. */
  current(): string[] | undefined;
  /** How many connections are in each state, by its id. */
  counts(): Map<string, number>;
  readonly story: Story | undefined;
  /** Id of the connection, or of its instance. */
  readonly instance: string | undefined;
}

export interface Parts {
  readonly supervisor: boolean;
  readonly companion: boolean;
}

/** Throws a NetlabError where nothing has that name. */
export async function chartSubject(lab: Lab, term: string, parts: Parts): Promise<ChartSubject> {
  if (parts.supervisor && parts.companion) throw new NetlabError("usage/graph-one-of");
  const story = isConnectionTerm(term) ? await findFacts(lab, term) : undefined;
  const instance = lab.find(story?.subject.instance ?? term);
  const role =
    (story && roleOfStory(story, lab.roles)) ?? lab.roles.get(instance?.type ?? story?.subject.role ?? term);
  if (!role) throw unknown(lab, term);
  if (parts.supervisor) return supervisorOf(lab, role, instance?.id);
  if (parts.companion) return companionOf(lab, role, instance?.id);
  if (story) return connectionOf(story, role, instance?.id);
  return instance ? instanceOf(lab, role, instance.id) : roleOf(role);
}

function unknown(lab: Lab, term: string): NetlabError {
  const known = [...lab.roles.keys(), ...lab.instances.flatMap(({ id, name }) => [id, name ?? id])];
  const near = nearest(term, known);
  return new NetlabError("no-such-instance/to-draw", {
    term,
    hint: near
      ? `did you mean ${near}?`
      : "graph draws a role, an instance or a connection: roles and ls list them",
  });
}

const NOTHING = { current: () => undefined, counts: () => new Map(), story: undefined, instance: undefined };

function roleOf(role: Role): ChartSubject {
  return { ...NOTHING, kind: "role", id: role.name, role: role.name, chart: chartOf(role.machine, role) };
}

function connectionOf(story: Story, role: Role, instance: string | undefined): ChartSubject {
  const chart = chartOf(role.machine, role);
  const { id } = story.subject;
  const current = () => statesNamed(chart, story.state);
  return { ...NOTHING, kind: "connection", id, role: role.name, chart, current, story, instance };
}

/** A TCP server has a machine for each connection, all others one in all. */
function instanceOf(lab: Lab, role: Role, id: string): ChartSubject {
  const chart = chartOf(role.machine, role);
  const isOne = role.side === "client" || role.transport === "udp";
  const stories = () => lab.liveStories().filter(({ subject }) => subject.instance === id);
  const counts = () => countsOf(stories().flatMap(({ state }) => statesNamed(chart, state)));
  const current = () => statesNamed(chart, lab.find(id)?.machineState ?? "");
  const base = { ...NOTHING, kind: "instance", id, role: role.name, chart, instance: id } as const;
  return isOne ? { ...base, current } : { ...base, counts };
}

function countsOf(states: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(states, (state) => state)].map(([state, group]) => [state, group.length]));
}

function supervisorOf(lab: Lab, role: Role, instance: string | undefined): ChartSubject {
  const chart = chartOf(lab.supervision, {});
  const current = () => stateOf(lab, instance, ({ state }) => statesNamed(chart, state));
  return {
    ...NOTHING,
    kind: "supervisor",
    id: instance ?? role.name,
    role: role.name,
    chart,
    current,
    instance,
  };
}

function companionOf(lab: Lab, role: Role, instance: string | undefined): ChartSubject {
  if (!role.companion) throw new NetlabError("usage/graph-companion", { role: role.name });
  const chart = chartOf(role.companion, {});
  const current = () => stateOf(lab, instance, ({ machineState = "" }) => statesNamed(chart, machineState));
  return {
    ...NOTHING,
    kind: "companion",
    id: instance ?? role.name,
    role: role.name,
    chart,
    current,
    instance,
  };
}

/** Undefined where there is no instance, or no longer. */
function stateOf<State>(
  lab: Lab,
  id: string | undefined,
  of: (instance: LabInstance) => State,
): State | undefined {
  const instance = id === undefined ? undefined : lab.find(id);
  return instance && of(instance);
}
