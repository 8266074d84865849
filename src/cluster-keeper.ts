/** Membership of a daemon in a cluster: the bus, the leases, and all that goes over them. Loaded under `--cluster` alone. */
import type { Bus } from "./cluster/bus.ts";
import { ClusterHubs } from "./cluster/cluster-hubs.ts";
import { openNatsBus } from "./cluster/nats-bus.ts";
import { readCredentials } from "./cluster/nats-credentials.ts";
import { natsServers } from "./cluster/nats-servers.ts";
import { enterLab } from "./cluster/node-leases.ts";
import type { NodeChange, Nodes } from "./cluster/nodes.ts";
import { OtherLabs } from "./cluster/other-labs.ts";
import { openReplicatedStores, type ReplicatedStores } from "./cluster/replicated-stores.ts";
import { replicationText } from "./cluster/replication-event.ts";
import type { ClusterConfig, ClusterOperators } from "./cluster-config.ts";
import { ClusterTroubles } from "./cluster-troubles.ts";
import { version } from "./config.ts";
import { LabNodes } from "./control/lab-nodes.ts";
import { NodeOperators } from "./control/node-operators.ts";
import type { OperatorHost } from "./control/operator-session.ts";
import { messageOf } from "./errors.ts";
import type { Clock } from "./machines/_world.ts";
import { nodeChangeText, otherVersionText } from "./node-change-text.ts";
import type { Level } from "./repl/levels.ts";
import { type BusTrust, otherLabText } from "./start-advice.ts";
import type { LabDatabase } from "./stores/database.ts";

export interface ClusterParts {
  readonly config: ClusterConfig;
  readonly labName: string;
  readonly clock: Clock;
  /** For what peers and operators say. */
  readonly bus: Bus;
  /** For registry and address book: behind megabytes of chat they would come too late. */
  readonly storesBus: Bus;
  /** For leases alone: behind the log of thousands of addresses too. */
  readonly leasesBus: Bus;
  readonly nodes: Nodes;
  readonly trust: BusTrust;
  readonly troubles: ClusterTroubles;
}

/** Enters the lab of this name by way of NATS. Rejects with a NetlabError that says what to do. */
export async function joinCluster(config: ClusterConfig, labName: string, clock: Clock): Promise<Cluster> {
  const servers = natsServers(config.servers);
  const credentials = config.credentials === undefined ? undefined : readCredentials(config.credentials);
  const troubles = new ClusterTroubles();
  const onTrouble = troubles.hear;
  const open = (what: string) =>
    openNatsBus({ servers, credentials, name: `netlabd ${labName} ${config.node}${what}`, onTrouble });
  const bus = await open("").catch((error: unknown) => {
    throw troubles.reasonOf(error, servers.places.join(", "));
  });
  let storesBus: Bus | undefined;
  let leasesBus: Bus | undefined;
  try {
    storesBus = await open(" stores");
    leasesBus = await open(" leases");
    const { node: name, leaseMs } = config;
    const nodes = await enterLab({ bus: leasesBus, lab: labName, name, version, clock, leaseMs });
    const trust = { unencrypted: bus.unencryptedTo, withoutLogin: credentials ? [] : servers.afar };
    return new Cluster({ config, labName, clock, bus, storesBus, leasesBus, nodes, trust, troubles });
  } catch (error) {
    await Promise.all([bus.close(), storesBus?.close(), leasesBus?.close()]);
    throw troubles.reasonOf(error, servers.places.join(", "));
  }
}

/** Way to tell of what happens between nodes: the log. */
export type Tell = (level: "info" | "warn", sentence: string) => void;

/** Daemons of other labs that are there say so much sooner. */
const OTHER_LABS_MS = 1_000;

const LEVEL_OF: Record<ClusterOperators, Level | undefined> = {
  none: undefined,
  observe: "observe",
  all: "own",
};

export class Cluster {
  readonly view: LabNodes;
  readonly hubs: ClusterHubs;
  readonly #parts: ClusterParts;
  readonly #otherLabs: OtherLabs;
  #operators: NodeOperators | undefined;
  #stores: ReplicatedStores | undefined;
  #ends: readonly (() => void)[] = [];

  constructor(parts: ClusterParts) {
    const { bus, nodes, labName, clock, config, troubles } = parts;
    const onMalformed = troubles.drop;
    this.#parts = parts;
    this.hubs = new ClusterHubs({ lab: labName, bus, nodes, clock, onMalformed });
    this.#otherLabs = new OtherLabs({ bus, clock, lab: labName, node: config.node, onMalformed });
    this.view = new LabNodes({ bus, nodes, labName, hubs: this.hubs, otherLabs: this.#otherLabs, troubles });
  }

  get trust(): BusTrust {
    return this.#parts.trust;
  }

  /** Registry and address book, which all nodes share: here from the database until they are let in. */
  openStores(database: LabDatabase, tell: Tell): ReplicatedStores {
    const { clock } = this.#parts;
    this.#stores = openReplicatedStores({
      database,
      clock,
      tell: (event) => {
        const sentence = replicationText(event, messageOf);
        if (sentence !== undefined) tell(event.kind === "entered" ? "info" : "warn", sentence);
      },
    });
    return this.#stores;
  }

  /** Lets in what other nodes say and ask. */
  listen(host: OperatorHost, prepare: () => Promise<void>, tell: Tell): void {
    const { bus, storesBus, nodes, labName, config, troubles } = this.#parts;
    const level = LEVEL_OF[config.operators];
    const onMalformed = troubles.drop;
    troubles.tellTo((sentence) => tell("warn", sentence));
    this.#operators = new NodeOperators({
      bus,
      labName,
      node: config.node,
      host,
      level,
      prepare,
      onMalformed,
    });
    void this.#otherLabs.look(OTHER_LABS_MS).then((labs) => {
      for (const lab of labs) tell("warn", otherLabText(lab));
    });
    for (const node of nodes.list()) {
      const told = node.isAlive ? otherVersionText(node, version) : undefined;
      if (told) tell(told.level, told.sentence);
    }
    this.#stores?.start({ bus: storesBus, nodes, logName: `NL_${labName}_state` });
    this.#ends = [
      nodes.watch((change) => this.#hear(change, tell)),
      bus.watchConnection((isConnected) =>
        isConnected
          ? tell("info", "the bus between the nodes is back")
          : tell("warn", "the bus between the nodes is away: what goes to other nodes waits"),
      ),
    ];
  }

  /** Says goodbye to the others; nothing of this node is on the bus any more. */
  async leave(): Promise<void> {
    const { bus, storesBus, leasesBus, nodes } = this.#parts;
    for (const end of this.#ends) end();
    this.#operators?.close();
    this.view.close();
    this.#otherLabs.close();
    this.#stores?.close();
    this.hubs.close();
    await nodes.leave().catch(() => undefined);
    await Promise.all([bus.close(), storesBus.close(), leasesBus.close()]);
  }

  #hear(change: NodeChange, tell: Tell): void {
    if (change.kind === "left") this.#operators?.forget(change.node.name);
    const told = nodeChangeText(change, { leaseMs: this.#parts.nodes.leaseMs, version });
    if (told) tell(told.level, told.sentence);
  }
}
