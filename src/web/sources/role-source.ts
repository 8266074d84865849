/** An instance of a role: itself, and its connections. */
import { chartOf, statesNamed } from "../../charts/chart.ts";
import { connectionDocument, instanceDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import { isOwnQuestion } from "../../lab/selectors.ts";
import type { ChartState, RoleState } from "../protocol.ts";
import { WholeSource } from "../source.ts";

const EVERY_MS = 1_000;
const CHART_EVERY_MS = 5_000;
/** More are not read, and a page of all would be long in coming. */
const MOST_CONNECTIONS = 200;

export const roleSource = (lab: Lab, id: string) =>
  new WholeSource({ make: () => roleState(lab, id), everyMs: EVERY_MS, leastMs: EVERY_MS });

/** Null once it has been removed. */
function roleState(lab: Lab, id: string): RoleState | null {
  const instance = lab.find(id);
  if (!instance) return null;
  const role = lab.roles.get(instance.type);
  const stories = lab
    .stories()
    .filter((story) => story.subject.instance === instance.id && !isOwnQuestion(story))
    .sort(
      (a, b) => Number(b.endedAt === undefined) - Number(a.endedAt === undefined) || b.openedAt - a.openedAt,
    );
  const chart = role && chartOf(role.machine, role);
  const isOne = instance.side === "client" || instance.transport === "udp";
  const live = isOne ? [] : stories.filter(({ endedAt }) => endedAt === undefined);
  const names = isOne ? [instance.machineState ?? ""] : live.map(({ state }) => state);
  return {
    instance: instanceDocument(instance),
    summary: role?.summary ?? "",
    counts: countsOf(chart ? names.flatMap((name) => statesNamed(chart, name)) : []),
    connections: stories
      .slice(0, MOST_CONNECTIONS)
      .map((story) => connectionDocument(story, lab.judged(story))),
    connectionsInAll: stories.length,
  };
}

function countsOf(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The chart of a role is sent once: it changes only where the role is loaded anew. */
export function chartSource(lab: Lab, name: string): WholeSource {
  const make = () => {
    const role = lab.roles.get(name);
    return role ? ({ chart: chartOf(role.machine, role), summary: role.summary } satisfies ChartState) : null;
  };
  return new WholeSource({ make, everyMs: CHART_EVERY_MS });
}
