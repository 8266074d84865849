/** Advice after a start, for what an operator would otherwise find out later. */
import type { DescriptorBudget } from "./actors/descriptor-budget.ts";
import type { Instance } from "./actors/instance.ts";

/** Room for the ports of one lab. */
const OFFSET_STEP = 1_000;
/** A class and its files fit into so many. */
const FEW_DESCRIPTORS = 200;

export function startAdvice(
  instances: readonly Instance[],
  portOffset: number,
  { limit, left }: Pick<DescriptorBudget, "limit" | "left">,
): string[] {
  const advice: string[] = [];
  const taken = instances.filter((one) => one.spec.isFromLab && one.lastErrorCode === "port-taken").length;
  // Ports of a lab that are all taken are most often another lab's, on the same machine.
  if (taken > 0)
    advice.push(
      `${taken === 1 ? "a port of this lab is" : `${taken} ports of this lab are`} taken: if another lab runs on this machine, start this one with netlabd --port-offset ${portOffset + OFFSET_STEP}`,
    );
  if (left < FEW_DESCRIPTORS)
    advice.push(
      `few file descriptors: ${limit} in all (ulimit -n), ${Math.max(0, left)} of them for peers; those over it are refused`,
    );
  return advice;
}

/** Advice on the bus: all who may publish on it can be a node. */
export function clusterAdvice({ unencrypted, withoutLogin }: BusTrust): string[] {
  return [
    ...(unencrypted.length > 0
      ? [
          `the bus at ${unencrypted.join(", ")} is not encrypted: others on the network can read what peers say; give the NATS server a certificate (docs/cluster.md)`,
        ]
      : []),
    ...(withoutLogin.length > 0
      ? [
          `the bus at ${withoutLogin.join(", ")} is used without a login: all who reach it can be a node; use --cluster-credentials (docs/cluster.md)`,
        ]
      : []),
  ];
}

/** Places of the bus on other machines that are not as safe as they could be. */
export interface BusTrust {
  readonly unencrypted: readonly string[];
  readonly withoutLogin: readonly string[];
}

/** Advice on a lab of another name: what was meant as one lab may be two. */
export const otherLabText = ({ lab, nodes }: { readonly lab: string; readonly nodes: number }) =>
  `another lab, ${lab}, with ${nodes === 1 ? "1 node" : `${nodes} nodes`} is on this bus: daemons are one lab only if their lab files have the same name (docs/cluster.md)`;
