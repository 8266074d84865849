/** Nodes of one lab over the engine in memory, whose time only the test moves: each can be cut off, stopped as by SIGSTOP, and killed. */
import { MemoryEngine } from "../../src/cluster/memory-bus.ts";
import type { MemorySide } from "../../src/cluster/memory-side.ts";
import { enterLab, type LeaseOptions } from "../../src/cluster/node-leases.ts";
import type { NodeChange, Nodes } from "../../src/cluster/nodes.ts";
import type { Clock } from "../../src/machines/_world.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";

export const LEASE_MS = 5_000;
const STEP_MS = 50;

/** All turns of microtasks that are due. */
export const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Clock of a process: it goes on while the process is stopped, but no timer goes off. */
export class ProcessClock implements Clock {
  readonly #base: Clock;
  readonly #due: (() => void)[] = [];
  #isStopped = false;
  #isDead = false;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    return this.#base.setTimeout(() => {
      if (this.#isStopped) this.#due.push(callback);
      else if (!this.#isDead) callback();
    }, ms);
  }

  clearTimeout(id: unknown): void {
    this.#base.clearTimeout(id);
  }

  stop(): void {
    this.#isStopped = true;
  }

  goOn(): void {
    this.#isStopped = false;
    for (const callback of this.#due.splice(0)) callback();
  }

  kill(): void {
    this.#isDead = true;
  }
}

export interface SimulatedNode {
  readonly nodes: Nodes;
  readonly side: MemorySide;
  /** Of its process. */
  readonly clock: Clock;
  readonly changes: NodeChange[];
  /** Kinds of the changes, with the node's or hub's name where there is one. */
  readonly told: () => string[];
  stop(): void;
  goOn(): void;
  kill(): void;
}

export class SimulatedLab {
  readonly clock = new SimulatedClock();
  readonly engine: MemoryEngine;

  constructor(seed: string | number = 1, settlesAfterMs = 0) {
    this.engine = new MemoryEngine(this.clock, { seed, settlesAfterMs });
  }

  /** Lets time pass, and everything in it happen. `each`: after each step. */
  async pass(ms: number, each: () => void = () => undefined): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.clock.advance(STEP_MS);
      await turns();
      each();
    }
  }

  /** Awaits what needs time to pass. */
  async while<Answer>(work: Promise<Answer>): Promise<Answer> {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    await turns();
    while (!isDone) await this.pass(STEP_MS);
    return work;
  }

  async enter(name: string, given: Partial<LeaseOptions> = {}): Promise<SimulatedNode> {
    const side = this.engine.attach();
    const clock = new ProcessClock(this.clock);
    const options = {
      lab: "test",
      name,
      version: "1",
      clock,
      leaseMs: LEASE_MS,
      pid: 1,
      host: name,
      bus: side,
    };
    const nodes = await this.while(enterLab({ ...options, ...given }));
    const changes: NodeChange[] = [];
    nodes.watch((change) => changes.push(change));
    return {
      nodes,
      side,
      clock,
      changes,
      told: () => changes.map(shown),
      stop: () => {
        clock.stop();
        side.hold();
      },
      goOn: () => {
        // Timers come before what was received, as in a loop that wakes.
        clock.goOn();
        side.goOn();
      },
      kill: () => {
        clock.kill();
        side.cut();
      },
    };
  }
}

function shown(change: NodeChange): string {
  switch (change.kind) {
    case "joined":
      return `joined ${change.node.name}`;
    case "left":
      return `left ${change.node.name}${change.hasSaidSo ? " by its word" : ""}`;
    case "sure":
      return change.isSure ? "sure" : "unsure";
    case "owner":
      return `owner of ${change.hub}: ${change.owner ? `${change.owner.node} ${change.owner.epoch}` : "none"}`;
    case "expelled":
      return "expelled";
    case "name-taken":
      return `${change.name} is another`;
  }
}
