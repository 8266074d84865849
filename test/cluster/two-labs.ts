/** Two daemons in one process that are one lab, on a bus in memory; who is there is the test's to say. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemClock } from "../../src/actors/clock.ts";
import type { Bus } from "../../src/cluster/bus.ts";
import { MemoryEngine } from "../../src/cluster/memory-bus.ts";
import type { ClusterNode, HubOwner, NodeChange, Nodes } from "../../src/cluster/nodes.ts";
import type { ClusterOperators } from "../../src/cluster-config.ts";
import { Cluster } from "../../src/cluster-keeper.ts";
import { ClusterTroubles } from "../../src/cluster-troubles.ts";
import { type Message, OperatorSession } from "../../src/control/operator-session.ts";
import { Daemon } from "../../src/daemon.ts";
import type { Role } from "../../src/machines/_role.ts";
import type { Level } from "../../src/repl/levels.ts";
import { quietConfig } from "../quiet-config.ts";

/** Owners of hubs, as all nodes know them. */
class Owners {
  readonly known = new Map<string, HubOwner>();
  readonly listeners = new Set<(change: NodeChange) => void>();

  set(hub: string, owner: HubOwner | undefined): void {
    if (owner) this.known.set(hub, owner);
    else this.known.delete(hub);
    for (const listener of this.listeners) listener({ kind: "owner", hub, owner });
  }
}

/** Nodes that the test brings and takes away. */
export class GivenNodes implements Nodes {
  readonly own: ClusterNode;
  readonly isSure = true;
  readonly leaseMs = 5_000;
  readonly #all: Map<string, ClusterNode>;
  readonly #listeners = new Set<(change: NodeChange) => void>();
  readonly #owners: Owners;

  constructor(name: string, others: readonly string[], owners: Owners) {
    this.#owners = owners;
    this.#all = new Map([name, ...others].toSorted().map((one) => [one, nodeOf(one)]));
    this.own = nodeOf(name);
  }

  list(): readonly ClusterNode[] {
    return [...this.#all.values()];
  }

  ownerOf(hub: string): HubOwner | undefined {
    return this.#owners.known.get(hub);
  }

  async claim(hub: string): Promise<HubOwner> {
    const known = this.ownerOf(hub);
    if (known) return known;
    const owner = { node: this.own.name, incarnation: this.own.incarnation, epoch: 1 };
    this.#owners.set(hub, owner);
    return owner;
  }

  async release(hub: string, to?: string): Promise<void> {
    const epoch = (this.ownerOf(hub)?.epoch ?? 0) + 1;
    this.#owners.set(hub, to === undefined ? undefined : { node: to, incarnation: "i", epoch });
  }

  watch(listener: (change: NodeChange) => void): () => void {
    this.#listeners.add(listener);
    this.#owners.listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.#owners.listeners.delete(listener);
    };
  }

  async leave(): Promise<void> {}

  lose(name: string): void {
    const node = { ...nodeOf(name), isAlive: false };
    this.#all.set(name, node);
    this.#tell({ kind: "left", node, hasSaidSo: false, isBack: false });
  }

  #tell(change: NodeChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const nodeOf = (name: string): ClusterNode => ({
  name,
  incarnation: "i",
  version: "0.1.0",
  pid: process.pid,
  isAlive: true,
  heardAt: Date.now(),
});

export interface TestNode {
  readonly daemon: Daemon;
  readonly nodes: GivenNodes;
  readonly bus: ReturnType<MemoryEngine["attach"]>;
}

export class TwoLabs {
  readonly engine = new MemoryEngine(systemClock);
  readonly node1: TestNode;
  readonly node2: TestNode;
  readonly #folder: string;
  #lastId = 0;

  /** A third node may be known that answers nothing. */
  static async start(
    roles: readonly Role[],
    { operators = "observe", third }: { operators?: ClusterOperators; third?: string } = {},
  ): Promise<TwoLabs> {
    const folder = mkdtempSync(path.join(tmpdir(), "netlab-two-"));
    const engine = new MemoryEngine(systemClock);
    const more = third === undefined ? [] : [third];
    const owners = new Owners();
    const open = async (name: string, other: string): Promise<TestNode> => {
      const nodes = new GivenNodes(name, [other, ...more], owners);
      const bus = engine.attach();
      const daemon = await startNode({ folder, name, roles, operators, nodes, bus });
      return { daemon, nodes, bus };
    };
    return new TwoLabs(folder, engine, await open("node1", "node2"), await open("node2", "node1"));
  }

  private constructor(folder: string, engine: MemoryEngine, node1: TestNode, node2: TestNode) {
    this.#folder = folder;
    this.engine = engine;
    this.node1 = node1;
    this.node2 = node2;
  }

  async end(): Promise<void> {
    await Promise.all([this.node1.daemon.close(0), this.node2.daemon.close(0)]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A line of an operator at this node, under way: what is heard of it so far, and its end. */
  begin(at: TestNode, line: string, { level = "own" as Level, columns = 100 } = {}) {
    const id = ++this.#lastId;
    const heard: Message[] = [];
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const session = new OperatorSession(
      { lab: at.daemon.lab, openEvaluation: undefined },
      { level, name: "test" },
      {
        send: ({ id: _, ...message }) => {
          heard.push(message);
          if ("exit" in message) resolve();
        },
        isBehind: false,
      },
    );
    session.receive({ id, op: "run", line, columns, user: "ann" });
    return { heard, ended: ended.then(() => session.close()), stop: () => session.close() };
  }

  /** All that is heard, the exit status last. */
  async answers(
    at: TestNode,
    line: string,
    how: { level?: Level; columns?: number } = {},
  ): Promise<Message[]> {
    const { heard, ended } = this.begin(at, line, how);
    await ended;
    return heard;
  }

  /** What is shown, error sentences too. */
  async shown(at: TestNode, line: string, how: { level?: Level; columns?: number } = {}): Promise<string> {
    const all = await this.answers(at, line, how);
    return all.flatMap(({ out, err }) => [out, err].filter((text) => typeof text === "string")).join("\n");
  }

  async document<Document>(at: TestNode, line: string): Promise<Document> {
    const all = await this.answers(at, `${line} --json`);
    const [first] = all.filter((message) => "data" in message);
    return first?.data as Document;
  }
}

interface NodeParts {
  readonly folder: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly operators: ClusterOperators;
  readonly nodes: Nodes;
  readonly bus: Bus;
}

async function startNode({ folder, name, roles, operators, nodes, bus }: NodeParts): Promise<Daemon> {
  const cluster = {
    servers: ["nats://127.0.0.1:4222"],
    node: name,
    leaseMs: 5_000,
    credentials: undefined,
    operators,
  };
  const config = { ...quietConfig(path.join(folder, name)), cluster };
  const daemon = await Daemon.start(config, {
    roles: new Map(roles.map((role) => [role.name, role])),
    isLogShown: false,
    joinCluster: async (wanted, labName, clock) =>
      new Cluster({
        config: wanted,
        labName,
        clock,
        bus,
        storesBus: bus,
        leasesBus: bus,
        nodes,
        trust: { unencrypted: [], withoutLogin: [] },
        troubles: new ClusterTroubles(),
      }),
  });
  await daemon.prepare();
  return daemon;
}
