/** Clocks of the day that are set forwards or back by an hour while daemons play one lab: nothing waits for that hour, or takes it for past. */
import { describe, expect, it, onTestFinished } from "vitest";
import { SimulatedClock as Simulated } from "xstate";
import type { LogEntry } from "../../src/cluster/bus.ts";
import { openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import type { Clock } from "../../src/machines/_world.ts";
import chat from "../../src/machines/chat.ts";
import { Lab } from "./cluster-play.ts";
import { HubLab, HubNode } from "./hub-lab.ts";
import { NatsServer, natsBinary, SKIPPED } from "./nats-server.ts";
import { inRoom, join } from "./rooms.ts";
import { LEASE_MS, SimulatedLab } from "./simulated-nodes.ts";

const HOUR_MS = 3_600_000;
const settings = [
  ["forwards", HOUR_MS],
  ["back", -HOUR_MS],
] as const;

/** Clock of a machine whose day is set; its steady one goes on. */
class SetClock implements Clock {
  readonly #base: Clock;
  #aheadMs = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now() + this.#aheadMs;
  }

  monotonic(): number {
    return this.#base.now() * 1_000;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    return this.#base.setTimeout(callback, ms);
  }

  clearTimeout(id: unknown): void {
    this.#base.clearTimeout(id);
  }

  set(ms: number): void {
    this.#aheadMs += ms;
  }
}

describe.each(settings)("a node whose clock is set %s", (_, ms) => {
  it("keeps its lease, and is sure of it within a renewal", async () => {
    const lab = new SimulatedLab();
    const clock = new SetClock(lab.clock);
    const first = await lab.enter("n1");
    const second = await lab.enter("n2", { clock });
    await lab.pass(1_500);
    clock.set(ms);
    await lab.pass(LEASE_MS / 5);
    expect(second.nodes.isSure).toBe(true);
    await lab.pass(3 * LEASE_MS);
    expect(first.told()).toEqual(["joined n2"]);
    expect(second.told().filter((word) => !/sure$/.test(word))).toEqual([]);
  });

  it("says again that it is here, where that was lost", async () => {
    const lab = new HubLab();
    const first = lab.node("n1", chat);
    await lab.turn();
    await join(lab, first, "Al");
    const clock = new SetClock(lab.clock);
    const bus = lab.engine.attach({ lose: 1 });
    const second = new HubNode({ name: "n2", bus, nodes: lab.cluster.enter("n2"), clock, role: chat });
    await lab.pass(500);
    clock.set(ms);
    bus.faults = {};
    let answer: unknown;
    void second.hub.join?.(second.connect(), { name: "Bo", login: "bo" }).then((given) => {
      answer = given;
    });
    await lab.pass(3_000);
    expect(answer).toEqual({ ok: true });
  });

  it("says again what was lost on its way", async () => {
    const lab = new HubLab();
    const first = lab.node("n1", chat);
    await lab.turn();
    const al = await join(lab, first, "Al");
    const clock = new SetClock(lab.clock);
    const bus = lab.engine.attach();
    const second = new HubNode({ name: "n2", bus, nodes: lab.cluster.enter("n2"), clock, role: chat });
    const bo = second.connect();
    const joined = second.hub.join?.(bo, { name: "Bo", login: "bo" });
    await lab.pass(500);
    expect(await joined).toEqual({ ok: true });
    bus.faults = { lose: 1 };
    void second.hub.say?.(bo, "hello");
    await lab.pass(100);
    clock.set(ms);
    bus.faults = {};
    await lab.pass(3_000);
    expect(inRoom(first, al).join()).toContain("hello");
  });

  it("comes into the registry and the book after the pause that a trouble asks for", async () => {
    const base = new Simulated();
    base.increment(2 * HOUR_MS);
    const clock = new SetClock({
      now: () => base.now(),
      setTimeout: (callback, timeoutMs) => base.setTimeout(callback, timeoutMs),
      clearTimeout: (id) => base.clearTimeout(id as number),
    });
    const lab = new Lab(["n1"], clock);
    const [node] = lab.nodes;
    const pass = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 1) {
        base.increment(1_000);
        await lab.settle();
      }
    };
    node?.join();
    if (node?.side) node.side.faults = { loseAnswers: 1 };
    await pass(2);
    expect(node?.kinds()).toEqual(["trouble"]);
    clock.set(ms);
    if (node?.side) node.side.faults = {};
    await pass(10);
    expect(node?.kinds()).toEqual(["trouble", "entered"]);
  });
});

describe.skipIf(!natsBinary)(`an entry of the log on NATS ${SKIPPED}`, () => {
  it.each(settings)("is as old as it is where the clock here was set %s meanwhile", async (_, ms) => {
    const server = await NatsServer.start();
    const bus = await openNatsBus({ servers: natsServers([server.url]), name: "netlabd test" });
    const { now } = Date;
    onTestFinished(async () => {
      Date.now = now;
      await bus.close();
      await server.end();
    });
    const log = await bus.log("NL_clock_state");
    const told: LogEntry[] = [];
    log.follow(1, (entry) => told.push(entry));
    await log.append("k", Buffer.from("1"));
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(1);
    Date.now = () => now() + ms;
    await log.append("k", Buffer.from("2"));
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(2);
    const newest = await log.newest("k");
    for (const age of [told[1]?.ageMs, newest?.ageMs]) expect(age).toBeLessThan(HOUR_MS / 2);
  });
});
