/** Way of a daemon into a cluster; none of the code for it is loaded elsewhere. */
import type { ClusterConfig } from "./cluster-config.ts";
import type { Cluster } from "./cluster-keeper.ts";
import type { ControlHost } from "./control/control-server.ts";
import type { Log } from "./log.ts";
import type { Clock } from "./machines/_world.ts";
import { clusterAdvice } from "./start-advice.ts";

/** Rejects with a NetlabError where there is no way in. */
export type JoinCluster = (config: ClusterConfig, labName: string, clock: Clock) => Promise<Cluster>;

export const joinByBus: JoinCluster = async (...how) =>
  (await import("./cluster-keeper.ts")).joinCluster(...how);

/** Lets operators of other nodes in, and tells of what happens between nodes. */
export function openToNodes(cluster: Cluster | undefined, host: ControlHost, { logger }: Log): void {
  if (!cluster) return;
  cluster.listen(host, host.prepare, (level, sentence) => logger[level](sentence));
  for (const advice of clusterAdvice(cluster.trust)) logger.warn(advice);
}
