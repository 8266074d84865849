/** Nodes whose lives, leases and hubs are the test's: what each of them knows is what all of them know. */
import type { ClusterNode, HubOwner, NodeChange, Nodes } from "../../src/cluster/nodes.ts";

export class FakeCluster {
  readonly leaseMs: number;
  readonly #nodes = new Map<string, ClusterNode>();
  readonly #owners = new Map<string, HubOwner>();
  readonly #epochs = new Map<string, number>();
  readonly #views = new Map<string, FakeNodes>();
  #incarnations = 0;

  constructor(leaseMs = 5_000) {
    this.leaseMs = leaseMs;
  }

  get list(): ClusterNode[] {
    return [...this.#nodes.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  get(name: string): ClusterNode {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  ownerOf(hub: string): HubOwner | undefined {
    return this.#owners.get(hub);
  }

  enter(name: string): FakeNodes {
    const node = this.#incarnate(name);
    const view = new FakeNodes(this, name);
    this.#views.set(name, view);
    this.#tell({ kind: "joined", node }, name);
    return view;
  }

  #incarnate(name: string): ClusterNode {
    this.#incarnations += 1;
    const incarnation = `i${this.#incarnations}`;
    const node = { name, incarnation, version: "0", pid: 1, isAlive: true, heardAt: 0 };
    this.#nodes.set(name, node);
    return node;
  }

  /** The end of its lease: the others are told, it is not. */
  kill(name: string): void {
    const node = { ...this.get(name), isAlive: false };
    this.#nodes.set(name, node);
    this.#tell({ kind: "left", node, hasSaidSo: false, isBack: false }, name);
  }

  /** One that was fenced wakes up. */
  expel(name: string): void {
    const before = this.get(name).incarnation;
    const node = this.#incarnate(name);
    this.#views.get(name)?.tell({ kind: "expelled", before });
    this.#tell({ kind: "joined", node }, name);
  }

  isGone({ node, incarnation }: HubOwner): boolean {
    const found = this.#nodes.get(node);
    return !found?.isAlive || found.incarnation !== incarnation;
  }

  own(hub: string, name: string | undefined): HubOwner | undefined {
    const epoch = (this.#epochs.get(hub) ?? 0) + (name === undefined ? 0 : 1);
    this.#epochs.set(hub, epoch);
    const owner =
      name === undefined ? undefined : { node: name, incarnation: this.get(name).incarnation, epoch };
    if (owner) this.#owners.set(hub, owner);
    else this.#owners.delete(hub);
    for (const view of this.#views.values()) view.tell({ kind: "owner", hub, owner });
    return owner;
  }

  #tell(change: NodeChange, but: string): void {
    for (const [name, view] of this.#views) if (name !== but) view.tell(change);
  }
}

export class FakeNodes implements Nodes {
  readonly #cluster: FakeCluster;
  readonly #name: string;
  readonly #listeners = new Set<(change: NodeChange) => void>();
  #isSure = true;
  /** A node that is stopped, or is away, hears nothing before it is back. */
  #isAway = false;
  #missed: NodeChange[] = [];

  constructor(cluster: FakeCluster, name: string) {
    this.#cluster = cluster;
    this.#name = name;
  }

  get own(): ClusterNode {
    return this.#cluster.get(this.#name);
  }

  get leaseMs(): number {
    return this.#cluster.leaseMs;
  }

  get isSure(): boolean {
    return this.#isSure;
  }

  set isSure(isSure: boolean) {
    this.#isSure = isSure;
    this.tell({ kind: "sure", isSure });
  }

  /** Unsure for a while, or sure again, of which nobody is told. */
  set isSureInSilence(isSure: boolean) {
    this.#isSure = isSure;
  }

  set isAway(isAway: boolean) {
    this.#isAway = isAway;
    if (!isAway) for (const change of this.#missed.splice(0)) this.tell(change);
  }

  list(): readonly ClusterNode[] {
    return this.#cluster.list;
  }

  ownerOf(hub: string): HubOwner | undefined {
    return this.#isAway ? undefined : this.#cluster.ownerOf(hub);
  }

  async claim(hub: string): Promise<HubOwner> {
    if (this.#isAway) throw new Error("the bus is away");
    const owner = this.#cluster.ownerOf(hub);
    if (owner && !this.#cluster.isGone(owner)) return owner;
    return this.#cluster.own(hub, this.#name) as HubOwner;
  }

  async release(hub: string, to?: string): Promise<void> {
    this.#cluster.own(hub, to);
  }

  watch(listener: (change: NodeChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async leave(): Promise<void> {}

  tell(change: NodeChange): void {
    if (this.#isAway) this.#missed.push(change);
    else for (const listener of [...this.#listeners]) listener(change);
  }
}
