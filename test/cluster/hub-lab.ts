/** Daemons of one lab that share a hub across the bus in memory, and connections that remember what they heard. */
import type { HubFace, HubHome } from "../../src/actors/hubs.ts";
import type { Bus } from "../../src/cluster/bus.ts";
import { ClusterHubs } from "../../src/cluster/cluster-hubs.ts";
import { MemoryEngine } from "../../src/cluster/memory-bus.ts";
import type { MemoryFaults } from "../../src/cluster/memory-line.ts";
import type { MemorySide } from "../../src/cluster/memory-side.ts";
import type { Nodes } from "../../src/cluster/nodes.ts";
import type { HubDefinition, Role } from "../../src/machines/_role.ts";
import type { Clock } from "../../src/machines/_world.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { FakeCluster, type FakeNodes } from "./fake-nodes.ts";

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

export interface HubNodeParts {
  readonly name: string;
  readonly bus: Bus;
  readonly nodes: Nodes;
  readonly clock: Clock;
  readonly role: Role;
  readonly options?: unknown;
}

/** One daemon with one instance of the role. */
export class HubNode {
  readonly name: string;
  readonly hubs: ClusterHubs;
  readonly face: HubFace;
  /** Lines of each connection that is there. */
  readonly heard = new Map<string, string[]>();
  readonly notices: string[] = [];
  readonly crashes: string[] = [];
  readonly moves: (HubHome & { readonly members: readonly string[] })[] = [];
  readonly cutOff: string[] = [];
  readonly busy: string[] = [];
  /** Subjects of what was dropped. */
  readonly malformed: string[] = [];
  #connections = 0;

  constructor({ name, bus, nodes, clock, role, options = {} }: HubNodeParts) {
    this.name = name;
    this.hubs = new ClusterHubs({
      lab: "demo",
      bus,
      nodes,
      clock,
      onMalformed: (subject) => void this.malformed.push(subject),
    });
    const world = {
      options: options as never,
      clock,
      deliver: (audience: Iterable<string>, text: string) => {
        for (const id of audience) this.heard.get(id)?.push(text);
      },
      notify: (text: string) => void this.notices.push(text),
    };
    this.face = this.hubs.open(`${role.name}-1`, role.hub as HubDefinition, world, {
      onCrash: (error) => void this.crashes.push(String(error)),
      onGiveUp: () => undefined,
      onBusy: (id, isBusy) => void this.busy.push(`${id} ${isBusy}`),
      onMoved: (members, home) => void this.moves.push({ ...home, members }),
      onCutOff: (members) => {
        this.cutOff.push(...members);
        for (const id of members) this.close(id);
      },
    });
  }

  get hub(): Methods {
    return this.face.proxy as Methods;
  }

  get isOwner(): boolean {
    return this.hubs.owned.length > 0;
  }

  get names(): string[] {
    return this.face.members.map(({ name }) => name).toSorted();
  }

  connect(): string {
    this.#connections += 1;
    const id = `x-1/c${this.#connections}@${this.name}`;
    this.heard.set(id, []);
    return id;
  }

  /** As when its peer is gone. */
  close(id: string): void {
    if (!this.heard.delete(id)) return;
    this.face.forget(id);
  }

  lines(id: string): readonly string[] {
    return this.heard.get(id) ?? [];
  }
}

/** One whose bus and whose life the test has in hand. */
export class LabNode extends HubNode {
  readonly bus: MemorySide;
  readonly nodes: FakeNodes;

  constructor(lab: HubLab, name: string, role: Role, options: unknown, faults: MemoryFaults) {
    const bus = lab.engine.attach(faults);
    const nodes = lab.cluster.enter(name);
    super({ name, bus, nodes, clock: lab.clock, role, options });
    this.bus = bus;
    this.nodes = nodes;
  }
}

export class HubLab {
  readonly clock = new SimulatedClock();
  readonly engine: MemoryEngine;
  readonly cluster = new FakeCluster();
  readonly nodes: LabNode[] = [];

  constructor(seed: string | number = 1) {
    this.engine = new MemoryEngine(this.clock, { seed });
  }

  node(name: string, role: Role, options: unknown = {}, faults: MemoryFaults = {}): LabNode {
    const node = new LabNode(this, name, role, options, faults);
    this.nodes.push(node);
    return node;
  }

  /** Time goes by, and all that is due happens. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      await this.turn();
      this.clock.advance(10);
    }
    await this.turn();
  }

  /** A few turns of the loop, without time. */
  async turn(count = 6): Promise<void> {
    for (let at = 0; at < count; at += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  end(): void {
    for (const { hubs } of this.nodes) hubs.close();
  }
}
