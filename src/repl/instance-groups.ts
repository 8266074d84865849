/** Many instances summed up: a row a role and group, as a class of 200 has 600 of them. */

import type { PeerVerdicts } from "../lab/instance-verdicts.ts";
import type { Lab, LabInstance } from "../lab/lab.ts";
import { verdicts } from "../stories/verdict.ts";
import { troubleOf } from "./instance-lines.ts";
import { type Style, styleWord } from "./style.ts";

/** Above so many, a list is summed up. */
export const MANY = 40;

export const GROUP_HEAD = ["ROLE", "GROUP", "COUNT", "STATE", "PORTS", "PEERS", "NOTE"];

/** Rows by role, in the order in which their first instances came, and by group. */
export function groupRows(
  lab: Pick<Lab, "class">,
  instances: readonly LabInstance[],
  verdictsOf: (instance: string) => PeerVerdicts,
  style: Style,
): string[][] {
  const groupOf = ({ label }: LabInstance) => lab.class?.groupOf(label) ?? "";
  const groups = Map.groupBy(instances, (one) => `${one.type}\n${groupOf(one)}`);
  const types = [...new Set(instances.map(({ type }) => type))];
  const sorted = [...groups.values()].sort(([a], [b]) => {
    if (!a || !b) return 0;
    return types.indexOf(a.type) - types.indexOf(b.type) || (groupOf(a) < groupOf(b) ? -1 : 1);
  });
  return sorted.map((group) => {
    const [first] = group;
    if (!first) return [];
    return [
      first.type,
      groupOf(first),
      String(group.length),
      statesOf(group, style),
      portsOf(group),
      String(group.reduce((sum, { connections }) => sum + connections, 0)),
      troubleOf(sumOf(group.map(({ id }) => verdictsOf(id)))),
    ];
  });
}

/** `running`, or `198 running, 2 failed`. */
function statesOf(group: readonly LabInstance[], style: Style): string {
  const counts = [...Map.groupBy(group, ({ state }) => state)];
  if (counts.length === 1) return styleWord(style, counts[0]?.[0] ?? "");
  return counts.map(([state, { length }]) => `${length} ${styleWord(style, state)}`).join(", ");
}

/** `21000-21796`: the first and the last. */
function portsOf(group: readonly LabInstance[]): string {
  const ports = group.map(({ port }) => port).filter((port) => port !== 0);
  if (ports.length === 0) return "";
  const [least, most] = [Math.min(...ports), Math.max(...ports)];
  return least === most ? String(least) : `${least}-${most}`;
}

function sumOf(all: readonly PeerVerdicts[]): PeerVerdicts {
  const counts = verdicts.flatMap((verdict) => {
    const count = all.reduce((sum, one) => sum + (one.verdicts[verdict] ?? 0), 0);
    return count === 0 ? [] : [[verdict, count] as const];
  });
  return { verdicts: Object.fromEntries(counts), cards: [...new Set(all.flatMap(({ cards }) => cards))] };
}
