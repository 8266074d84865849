/** Nodes of a lab over the bus in memory: each with a folder, a clock that all share, and registry and address book. */
import { SimulatedClock } from "xstate";
import type { Bus } from "../../src/cluster/bus.ts";
import { MemoryEngine } from "../../src/cluster/memory-bus.ts";
import type { MemorySide } from "../../src/cluster/memory-side.ts";
import type { HubOwner, NodeChange, Nodes } from "../../src/cluster/nodes.ts";
import { openReplicatedStores, type ReplicatedStores } from "../../src/cluster/replicated-stores.ts";
import type { ReplicationEvent } from "../../src/cluster/replication-event.ts";
import type { Clock } from "../../src/machines/_world.ts";
import { openAddressBook, type StoredBook } from "../../src/stores/address-book.ts";
import type { LabDatabase } from "../../src/stores/database.ts";
import { leaveLog } from "../../src/stores/log-leaving.ts";
import { openRegistry, type StoredRegistry } from "../../src/stores/registry.ts";
import { turn } from "../fakes.ts";
import { LabFolder } from "../stores/lab-folder.ts";

export const LOG = "nl_demo_state";

/** One node alone tidies the log; which it is, the test says. */
class FakeNodes implements Nodes {
  readonly own;
  readonly isSure = true;
  readonly leaseMs = 5_000;
  readonly #lab: Lab;

  constructor(lab: Lab, name: string) {
    this.#lab = lab;
    this.own = { name, incarnation: `${name}-1`, version: "0", pid: 1, isAlive: true, heardAt: 0 };
  }

  list() {
    return [this.own];
  }

  ownerOf(): HubOwner {
    const node = this.#lab.keeper;
    return { node, incarnation: `${node}-1`, epoch: 1 };
  }

  claim(): Promise<HubOwner> {
    return Promise.resolve(this.ownerOf());
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  watch(_listener: (change: NodeChange) => void) {
    return () => undefined;
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }
}

export class LabNode {
  readonly folder = new LabFolder();
  readonly events: ReplicationEvent[] = [];
  readonly name: string;
  readonly #lab: Lab;
  database!: LabDatabase;
  stores!: ReplicatedStores;
  side: MemorySide | undefined;

  constructor(lab: Lab, name: string) {
    this.#lab = lab;
    this.name = name;
    this.open();
  }

  /** As a daemon does that starts; without a bus until `join`. */
  open(): void {
    this.database = this.folder.open();
    this.stores = openReplicatedStores({
      database: this.database,
      clock: this.#lab.clock,
      tell: (event) => this.events.push(event),
    });
  }

  /** As a daemon that has no cluster. */
  async alone(use: (registry: StoredRegistry, book: StoredBook) => Promise<unknown>): Promise<void> {
    const database = this.folder.open();
    leaveLog(database);
    await use(openRegistry(database, this.#lab.clock), openAddressBook(database));
    this.open();
  }

  join(bus: Bus = this.newSide()): this {
    this.stores.start({ bus, nodes: new FakeNodes(this.#lab, this.name), logName: this.#lab.logName });
    return this;
  }

  newSide(): MemorySide {
    this.side = this.#lab.engine.attach();
    return this.side;
  }

  /** As by `kill -9`, except that the file is closed. */
  kill(): void {
    this.side?.cut();
    void this.side?.close();
    this.folder.close();
  }

  stop(): void {
    this.stores.close();
    this.kill();
  }

  get registry() {
    return this.stores.registry;
  }

  get book() {
    return this.stores.book;
  }

  /** `10.0.0.1/1236 pdf server1`, and `ada@x Ada`, in the order of the alphabet. */
  get stand(): string[] {
    return [
      ...this.registry
        .list()
        .map(({ ip, port, service, token }) => `${ip}/${port} ${service} ${token}`)
        .toSorted(),
      ...this.book
        .list()
        .map(({ email, name }) => `${email} ${name}`)
        .toSorted(),
    ];
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }
}

export class Lab {
  readonly clock: Clock;
  readonly engine: MemoryEngine;
  readonly nodes: LabNode[] = [];
  keeper = "n1";
  logName = LOG;
  readonly #simulated = new SimulatedClock();

  /** Without a clock, time is the test's to move. */
  constructor(names: readonly string[] = ["n1", "n2"], clock?: Clock, settlesAfterMs = 0) {
    if (!clock) this.#simulated.increment(1_000_000);
    this.clock = clock ?? this.#simulated;
    this.engine = new MemoryEngine(this.clock, { settlesAfterMs });
    for (const name of names) this.add(name);
  }

  add(name: string): LabNode {
    const node = new LabNode(this, name);
    this.nodes.push(node);
    return node;
  }

  /** What is on its way arrives, and is stored. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4; ) {
      const before = this.#progress();
      await turn();
      quiet = before === this.#progress() ? quiet + 1 : 0;
    }
  }

  #progress(): string {
    const { last } = this.engine.logOf(LOG);
    const of = ({ database, stores }: LabNode) =>
      database.sql.open ? [stores.unsent, stores.isSettled, changesOf(database)] : [];
    return JSON.stringify([last, this.nodes.map(of)]);
  }

  /** In steps, as timers of a daemon go off one after the other. */
  async pass(ms: number, stepMs = 1_000): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.#simulated.increment(Math.min(stepMs, ms - passed));
      await this.settle();
    }
  }
}

const changesOf = ({ sql }: LabDatabase) => sql.prepare("SELECT total_changes()").pluck().get();
