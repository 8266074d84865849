/** Options of a daemon that is one of several: what may be given, and what is meant where nothing is. */
import { hostname } from "node:os";

/** Rights of operators at other nodes to this one. */
export const CLUSTER_OPERATORS = ["none", "observe", "all"] as const;
export type ClusterOperators = (typeof CLUSTER_OPERATORS)[number];

export const LEASE_MS = 5_000;
export const SHORTEST_LEASE_MS = 2_000;

export interface ClusterConfig {
  /** Addresses of servers of the bus, as they were given: `nats://127.0.0.1:4222`, `tls://…`. */
  readonly servers: readonly string[];
  /** This daemon's name among the others. */
  readonly node: string;
  readonly leaseMs: number;
  readonly credentials: string | undefined;
  readonly operators: ClusterOperators;
}

export interface GivenCluster {
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
  readonly leaseTime?: number | undefined;
  readonly clusterCredentials?: string | undefined;
  readonly clusterOperators?: ClusterOperators | undefined;
}

export const isNodeName = (name: string) => /^[A-Za-z0-9][\w-]{0,31}$/.test(name) && name !== "last";

/** Undefined: the daemon is a lab of its own. */
export function clusterOf(given: GivenCluster): ClusterConfig | undefined {
  if (!given.cluster) return undefined;
  return {
    servers: given.cluster.split(",").map((one) => one.trim()),
    node: given.node ?? nodeNameOf(hostname()),
    leaseMs: given.leaseTime ?? LEASE_MS,
    credentials: given.clusterCredentials,
    operators: given.clusterOperators ?? "observe",
  };
}

/** The machine's name as that of a node: its first part, of the characters that an id may have. */
export function nodeNameOf(machine: string): string {
  const [first = ""] = machine.split(".");
  const fit = first
    .replaceAll(/[^\w-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 32);
  return isNodeName(fit) ? fit : "node";
}

/** Name of the lab on the bus: nodes of one name are one lab. */
export function busLabName(lab: string): string {
  const base = lab.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
  return base.replaceAll(/[^\w-]+/g, "-");
}
