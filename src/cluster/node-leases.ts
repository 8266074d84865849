/**
 * Nodes of a lab by leases: each has a key of its own, written again five times a lease; the others see its revisions and count the
 * time by their own clocks, and only while their own renewals come through. So nothing depends on what any clock shows, and where the
 * bus itself is away no node is thought dead.
 *
 * 1. A node is sure while its last renewal was sent less than four fifths of a lease ago.
 * 2. After nine tenths of a lease without news of it - of the longer one, where theirs differ -, another doubts it and then fences it: by
 *    compare-and-set on its key, at the revision seen last. A renewal that was compared before the doubt is found behind it.
 * 3. Its hubs are taken over after that, by compare-and-set again, with the epoch raised.
 * 4. A node that finds itself fenced says so, and enters again as a new incarnation.
 *
 * The bus should be one that nothing else floods: behind megabytes of chat a renewal comes too late.
 */
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { NetlabError } from "../errors.ts";
import type { Clock } from "../machines/_world.ts";
import type { Bus, BusEntry, BusKeys } from "./bus.ts";
import { HubClaims } from "./hub-claims.ts";
import { KeyView } from "./key-view.ts";
import { meaningOf, NODE_NAME } from "./lease-records.ts";
import type { LeaseIdentity } from "./name-rival.ts";
import { NodeTable } from "./node-table.ts";
import type { ClusterNode, HubOwner, NodeChange, Nodes } from "./nodes.ts";
import { OwnLease } from "./own-lease.ts";
import { steadyClock } from "./steady-clock.ts";

/** Shorter ones would end while a machine is merely busy. */
export const SHORTEST_LEASE_MS = 2_000;
export const USUAL_LEASE_MS = 5_000;
/** For the words at the end, where the bus is away. */
const LEAVING_LIMIT_MS = 2_000;

export interface LeaseOptions {
  readonly bus: Bus;
  readonly lab: string;
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  readonly leaseMs?: number;
  /** This process, and the machine on which its number means something. */
  readonly pid?: number;
  readonly host?: string;
  readonly isRunning?: (pid: number) => boolean;
}

/** Enters the lab. Rejects with a NetlabError where a daemon of this name is there, or the bus is not. */
export async function enterLab(options: LeaseOptions): Promise<Nodes> {
  if (!NODE_NAME.test(options.name)) throw new NetlabError("usage/node-name", { name: options.name });
  const nodes = new NodeLeases(options, await options.bus.keys(`nl_${options.lab}`));
  await nodes.enter();
  return nodes;
}

class NodeLeases implements Nodes {
  readonly leaseMs: number;
  readonly #options: LeaseOptions;
  readonly #identity: LeaseIdentity;
  readonly #lease: OwnLease;
  readonly #view: KeyView;
  readonly #table: NodeTable;
  readonly #hubs: HubClaims;
  readonly #listeners = new Set<(change: NodeChange) => void>();
  readonly #endConnection: () => void;
  #hasLeft = false;

  constructor(options: LeaseOptions, keys: BusKeys) {
    const { bus, clock, name, version } = options;
    this.#options = options;
    this.leaseMs = options.leaseMs ?? USUAL_LEASE_MS;
    this.#identity = { name, version, pid: options.pid ?? process.pid, host: options.host ?? thisMachine() };
    this.#lease = new OwnLease({
      keys,
      clock,
      leaseMs: this.leaseMs,
      identity: this.#identity,
      isRunning: options.isRunning ?? isProcess,
      listener: {
        renewed: (entry) => this.#renewed(entry),
        expelled: (before) => this.#tell({ kind: "expelled", before }),
        nameTaken: () => this.#tell({ kind: "name-taken", name }),
        sureChanged: (isSure) => this.#tell({ kind: "sure", isSure }),
      },
    });
    const parts = {
      own: this.#lease,
      ownName: name,
      keys,
      clock,
      hear: (entry: BusEntry) => this.#view.hear(entry),
      changed: (change: NodeChange) => this.#tell(change),
    };
    this.#table = new NodeTable(parts);
    this.#hubs = new HubClaims({ ...parts, table: this.#table });
    this.#view = new KeyView(bus, keys, steadyClock(clock), (entry) => this.#hear(entry));
    this.#endConnection = bus.watchConnection((isConnected) => {
      if (isConnected) this.#lease.reconnected();
    });
  }

  get own(): ClusterNode {
    const { name, version, pid } = this.#identity;
    const { incarnation, isEntered, heardAt } = this.#lease;
    return { name, incarnation, version, pid, isAlive: isEntered && !this.#hasLeft, heardAt };
  }

  get isSure(): boolean {
    return this.#lease.isSure;
  }

  list(): readonly ClusterNode[] {
    const byName = (a: ClusterNode, b: ClusterNode) => (a.name < b.name ? -1 : 1);
    return [...this.#table.list(), this.own].sort(byName);
  }

  ownerOf(hub: string): HubOwner | undefined {
    return this.#hubs.ownerOf(hub);
  }

  async claim(hub: string): Promise<HubOwner> {
    return this.#hubs.claim(hub);
  }

  async release(hub: string, to?: string): Promise<void> {
    const node = this.list().find(({ name, isAlive }) => name === to && isAlive);
    await this.#hubs.release(hub, node);
  }

  watch(listener: (change: NodeChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async enter(): Promise<void> {
    try {
      await this.#view.reached(await this.#lease.enter());
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async leave(): Promise<void> {
    if (this.#hasLeft) return;
    const own = this.#hubs.own;
    this.#hasLeft = true;
    this.#end();
    const { clock } = this.#options;
    let limit: unknown;
    const tooLong = new Promise<void>((resolve) => {
      limit = clock.setTimeout(resolve, LEAVING_LIMIT_MS);
    });
    // Hubs first: who claims one finds it free, and its last owner still known.
    const said = Promise.allSettled(own.map((hub) => this.#hubs.release(hub, undefined))).then(() =>
      this.#lease.giveUp().catch(() => undefined),
    );
    await Promise.race([said, tooLong]);
    clock.clearTimeout(limit);
  }

  #end(): void {
    this.#listeners.clear();
    this.#endConnection();
    this.#lease.end();
    this.#table.end();
    this.#view.end();
  }

  #renewed(entry: BusEntry): void {
    this.#view.acknowledged(entry.revision);
    this.#view.hear(entry);
    this.#table.judgeLater();
  }

  #hear(entry: BusEntry): void {
    const meaning = meaningOf(entry.key);
    if (meaning?.kind === "hub") this.#hubs.hear(meaning.name, entry);
    else if (meaning?.name === this.#identity.name) this.#lease.heard(entry);
    else if (meaning) this.#table.hear(meaning.name, entry);
  }

  #tell(change: NodeChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** Machine, or a part of it, where a process number means the same. */
function thisMachine(): string {
  let space = "";
  try {
    space = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Other systems have one space of numbers for all.
  }
  return `${hostname()} ${space}`.trim();
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
