/** Shared hubs on a real NATS server, with real leases: what simulated time shows of them holds by the clock of the day too. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { type NatsBus, openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import { enterLab } from "../../src/cluster/node-leases.ts";
import type { Nodes } from "../../src/cluster/nodes.ts";
import chat from "../../src/machines/chat.ts";
import { HubNode } from "./hub-lab.ts";
import { NatsServer, natsBinary, SKIPPED } from "./nats-server.ts";
import { inRoom } from "./rooms.ts";

/** Longer than a machine stands still: a room is lost to that as well. */
const LEASE_MS = 5_000;

interface Daemon {
  readonly buses: readonly NatsBus[];
  readonly nodes: Nodes;
  readonly node: HubNode;
}

const untilIs = <Value>(read: () => Value, value: Value) =>
  expect.poll(read, { timeout: 30_000, interval: 10 }).toEqual(value);

describe.skipIf(!natsBinary)(`a room on NATS ${SKIPPED}`, () => {
  let server: NatsServer;
  let daemons: Daemon[] = [];

  async function enter(name: string): Promise<Daemon> {
    const open = () => openNatsBus({ servers: natsServers([server.url]), name });
    const buses = [await open(), await open()];
    const [forLeases, forHubs] = buses as [NatsBus, NatsBus];
    const given = { lab: "demo", name, version: "1", clock: systemClock, leaseMs: LEASE_MS, host: name };
    const nodes = await enterLab({ bus: forLeases, ...given });
    const node = new HubNode({ name, bus: forHubs, nodes, clock: systemClock, role: chat });
    const daemon = { buses, nodes, node };
    daemons.push(daemon);
    return daemon;
  }

  async function room(...names: string[]): Promise<HubNode[]> {
    for (const name of names) {
      const { node } = await enter(name);
      if (name === names[0]) await untilIs(() => node.isOwner, true);
    }
    return daemons.map(({ node }) => node);
  }

  async function join(node: HubNode, name: string): Promise<string> {
    const id = node.connect();
    expect(await node.hub.join?.(id, { name, login: name.toLowerCase() })).toEqual({ ok: true });
    return id;
  }

  beforeEach(async () => {
    server = await NatsServer.start();
  });
  afterEach(async () => {
    for (const { node, nodes, buses } of daemons) {
      node.hubs.close();
      await nodes.leave();
      for (const bus of buses) await bus.close();
    }
    daemons = [];
    await server.end();
  });

  it("has one order for the members of two nodes, and a name once", { timeout: 60_000 }, async () => {
    const [one, two] = (await room("n1", "n2")) as [HubNode, HubNode];
    const al = await join(one, "Al");
    const bo = await join(two, "Bo");
    expect(await two.hub.join?.(two.connect(), { name: "Al", login: "x" })).toMatchObject({ taken: "Al" });
    for (let at = 0; at < 200; at += 1) {
      void one.hub.say?.(al, `a${at}`);
      void two.hub.say?.(bo, `b${at}`);
      if (at % 10 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await untilIs(() => [inRoom(one, al).length, inRoom(two, bo).length], [400, 400]);
    expect(inRoom(two, bo)).toEqual(inRoom(one, al));
  });

  it("loses and doubles nothing while the server is away", { timeout: 60_000 }, async () => {
    const [one, two] = (await room("n1", "n2")) as [HubNode, HubNode];
    const al = await join(one, "Al");
    const bo = await join(two, "Bo");
    const say = (from: number) => {
      for (let at = from; at < from + 100; at += 1) {
        void one.hub.say?.(al, `a${at}`);
        void two.hub.say?.(bo, `b${at}`);
      }
    };
    say(0);
    await server.kill();
    say(100);
    await untilIs(() => daemons.map(({ nodes }) => nodes.isSure), [false, false]);
    say(200);
    await server.start();
    await untilIs(() => [inRoom(one, al).length, inRoom(two, bo).length], [600, 600]);
    expect(inRoom(two, bo)).toEqual(inRoom(one, al));
    expect([one.cutOff, two.cutOff, one.moves, two.moves]).toEqual([[], [], [], []]);
  });

  it("is made again within the lease when its owner is gone", { timeout: 60_000 }, async () => {
    const [one, two] = (await room("n1", "n2")) as [HubNode, HubNode];
    await join(one, "Al");
    const bo = await join(two, "Bo");
    for (const bus of daemons[0]?.buses ?? []) await bus.close();
    await untilIs(() => [two.isOwner, two.names], [true, ["Bo"]]);
    expect(two.moves).toEqual([{ node: "n2", epoch: 2, members: [bo] }]);
    await join(two, "Al");
  });

  it("is given away under way, and no line is lost or doubled", { timeout: 60_000 }, async () => {
    const [one, two] = (await room("n1", "n2")) as [HubNode, HubNode];
    const al = await join(one, "Al");
    const bo = await join(two, "Bo");
    let given: unknown;
    for (let at = 0; at < 200; at += 1) {
      if (at === 50) void one.hubs.drain().then((hubs) => (given = hubs));
      void one.hub.say?.(al, `a${at}`);
      void two.hub.say?.(bo, `b${at}`);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await untilIs(() => given, [{ hub: "chat-1", to: "n2" }]);
    await untilIs(() => [inRoom(one, al).length, inRoom(two, bo).length], [400, 400]);
    expect(inRoom(two, bo)).toEqual(inRoom(one, al));
    expect([two.isOwner, one.moves, two.moves]).toEqual([true, [], []]);
  });
});
