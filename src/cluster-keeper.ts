/** Membership of a daemon in a cluster: the bus, the leases, and all that goes over them. Loaded under `--cluster` alone. */
import type { Bus } from "./cluster/bus.ts";
import type { NodeChange, Nodes } from "./cluster/nodes.ts";
import type { ClusterConfig, ClusterOperators } from "./cluster-config.ts";
import { LabNodes } from "./control/lab-nodes.ts";
import { NodeOperators } from "./control/node-operators.ts";
import type { OperatorHost } from "./control/operator-session.ts";
import type { GivenHub } from "./lab/cluster-view.ts";
import type { Level } from "./repl/levels.ts";

export interface ClusterParts {
  readonly config: ClusterConfig;
  readonly labName: string;
  readonly bus: Bus;
  readonly nodes: Nodes;
}

/** Way to tell of what happens between nodes: the log. */
export type Tell = (level: "info" | "warn", sentence: string) => void;

const LEVEL_OF: Record<ClusterOperators, Level | undefined> = {
  none: undefined,
  observe: "observe",
  all: "own",
};

export class Cluster {
  readonly view: LabNodes;
  readonly #parts: ClusterParts;
  #operators: NodeOperators | undefined;
  #ends: readonly (() => void)[] = [];

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.view = new LabNodes(parts);
  }

  get config(): ClusterConfig {
    return this.#parts.config;
  }

  /** Operators of other nodes come in from here on. */
  listen(host: OperatorHost, prepare: () => Promise<void>, tell: Tell): void {
    const { bus, nodes, labName, config } = this.#parts;
    const level = LEVEL_OF[config.operators];
    this.#operators = new NodeOperators({ bus, labName, node: config.node, host, level, prepare });
    this.#ends = [
      nodes.watch((change) => this.#hear(change, tell)),
      bus.watchConnection((isConnected) =>
        isConnected
          ? tell("info", "the bus between the nodes is back")
          : tell("warn", "the bus between the nodes is away: what goes to other nodes waits"),
      ),
    ];
  }

  drain(): Promise<readonly GivenHub[]> {
    return this.view.drain();
  }

  /** Says goodbye to the others; nothing of this node is on the bus any more. */
  async leave(): Promise<void> {
    const { bus, nodes } = this.#parts;
    for (const end of this.#ends) end();
    this.#operators?.close();
    this.view.close();
    await nodes.leave().catch(() => undefined);
    await bus.close();
  }

  #hear(change: NodeChange, tell: Tell): void {
    if (change.kind === "joined") tell("info", `${change.node.name} is a node of this lab now`);
    if (change.kind === "expelled")
      tell(
        "warn",
        "this node was cut off from the lab for longer than its lease: its peers in shared hubs are closed",
      );
    if (change.kind !== "left") return;
    const { name } = change.node;
    this.#operators?.forget(name);
    if (change.hasSaidSo) tell("info", `${name} has left the lab`);
    else
      tell("warn", `${name} was not heard for ${this.#parts.nodes.leaseMs / 1_000} s: it is taken for dead`);
  }
}
