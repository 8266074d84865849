/** What `graph` can draw: a role's machine, a connection's with the state it is in, an instance's, its supervisor's. */

import type { Instance } from "../actors/instance.ts";
import { supervisionMachine } from "../actors/supervision.ts";
import { nearest } from "../catalogue/instance-options.ts";
import { type Chart, chartOf, statesNamed } from "../charts/chart.ts";
import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import { isConnectionTerm, selectStory } from "../lab/selectors.ts";
import type { Role } from "../machines/_role.ts";
import type { Story } from "../stories/story.ts";

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
  readonly instance: Instance | undefined;
}

export interface Parts {
  readonly supervisor: boolean;
  readonly companion: boolean;
}

/** Throws a NetlabError where nothing has that name. */
export function chartSubject(lab: Lab, term: string, parts: Parts): ChartSubject {
  if (parts.supervisor && parts.companion) throw new NetlabError("usage/graph-one-of");
  const story = isConnectionTerm(term) ? selectStory(lab, term) : undefined;
  const instance = lab.find(story?.subject.instance ?? term);
  const role = story?.subject.definition ?? instance?.role ?? lab.roles.get(story?.subject.role ?? term);
  if (!role) throw unknown(lab, term);
  if (parts.supervisor) return supervisorOf(role, instance);
  if (parts.companion) return companionOf(role, instance);
  if (story) return connectionOf(story, role, instance);
  return instance ? instanceOf(lab, instance) : roleOf(role);
}

function unknown(lab: Lab, term: string): NetlabError {
  const known = [
    ...lab.roles.keys(),
    ...lab.instances.flatMap(({ id, spec }) => [id, spec.options.name ?? id]),
  ];
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

function connectionOf(story: Story, role: Role, instance: Instance | undefined): ChartSubject {
  const chart = chartOf(role.machine, role);
  const { id } = story.subject;
  const current = () => statesNamed(chart, story.state);
  return { ...NOTHING, kind: "connection", id, role: role.name, chart, current, story, instance };
}

/** A TCP server has a machine for each connection, all others one in all. */
function instanceOf(lab: Lab, instance: Instance): ChartSubject {
  const { role, id } = instance;
  const chart = chartOf(role.machine, role);
  const isOne = role.side === "client" || role.transport === "udp";
  const stories = () => lab.recorder.live().filter(({ subject }) => subject.instance === id);
  const counts = () => countsOf(stories().flatMap(({ state }) => statesNamed(chart, state)));
  const current = () => statesNamed(chart, instance.service.machineState ?? "");
  const base = { ...NOTHING, kind: "instance", id, role: role.name, chart, instance } as const;
  return isOne ? { ...base, current } : { ...base, counts };
}

function countsOf(states: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(states, (state) => state)].map(([state, group]) => [state, group.length]));
}

function supervisorOf(role: Role, instance: Instance | undefined): ChartSubject {
  const chart = chartOf(supervisionMachine, {});
  const current = () => (instance ? statesNamed(chart, instance.state) : undefined);
  return {
    ...NOTHING,
    kind: "supervisor",
    id: instance?.id ?? role.name,
    role: role.name,
    chart,
    current,
    instance,
  };
}

function companionOf(role: Role, instance: Instance | undefined): ChartSubject {
  if (!role.companion) throw new NetlabError("usage/graph-companion", { role: role.name });
  const chart = chartOf(role.companion, {});
  const current = () => (instance ? statesNamed(chart, instance.service.machineState ?? "") : undefined);
  return {
    ...NOTHING,
    kind: "companion",
    id: instance?.id ?? role.name,
    role: role.name,
    chart,
    current,
    instance,
  };
}
