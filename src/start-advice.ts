/** Advice after a start, for what an operator would otherwise find out later. */
import type { DescriptorBudget } from "./actors/descriptor-budget.ts";
import type { Instance } from "./actors/instance.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { isLoopback } from "./wire/loopback.ts";

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

/** Each node trusts all who may publish on the bus. */
export function clusterAdvice({ servers, credentials }: ClusterConfig): string[] {
  const away = servers.filter((server) => !isLoopback(hostOf(server)));
  if (away.length === 0) return [];
  const open = away.filter((server) => !/^(tls|wss):/.test(server));
  const at = (some: readonly string[]) => some.join(", ");
  return [
    ...(open.length > 0
      ? [
          `the bus at ${at(open)} is not encrypted: others on the network can read what peers say; use tls:// (docs/cluster.md)`,
        ]
      : []),
    ...(credentials === undefined
      ? [
          `the bus at ${at(away)} is used without credentials: all who reach it can be a node; use --cluster-credentials (docs/cluster.md)`,
        ]
      : []),
  ];
}

function hostOf(server: string): string {
  const host = new URL(server).hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "localhost" ? "127.0.0.1" : host;
}
