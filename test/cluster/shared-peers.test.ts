/** Real peers of two daemons in one room, across the bus in memory: what they hear, and what their stories tell. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import type { Instance } from "../../src/actors/instance.ts";
import { ClusterHubs } from "../../src/cluster/cluster-hubs.ts";
import { MemoryEngine } from "../../src/cluster/memory-bus.ts";
import type { MemorySide } from "../../src/cluster/memory-side.ts";
import { Ids } from "../../src/ids.ts";
import chat from "../../src/machines/chat.ts";
import { converse, eventually, openLab, type TestLab } from "../actors/harness.ts";
import { FakeCluster, type FakeNodes } from "./fake-nodes.ts";

interface Daemon {
  readonly bus: MemorySide;
  readonly nodes: FakeNodes;
  readonly hubs: ClusterHubs;
  readonly lab: TestLab;
  readonly room: Instance;
}

let engine: MemoryEngine;
let cluster: FakeCluster;
let daemons: Daemon[];

beforeEach(() => {
  engine = new MemoryEngine(systemClock);
  cluster = new FakeCluster();
  daemons = [];
});
afterEach(() => {
  for (const { hubs } of daemons) hubs.close();
});

async function daemon(name: string): Promise<Daemon> {
  const bus = engine.attach();
  const nodes = cluster.enter(name);
  const hubs = new ClusterHubs({ lab: "demo", bus, nodes, clock: systemClock });
  const lab = await openLab([chat], { hubs, ids: new Ids(undefined, name) });
  const room = await lab.spawn("chat", { name: "lobby" });
  const one = { bus, nodes, hubs, lab, room };
  daemons.push(one);
  return one;
}

/** Daemons whose rooms are open; the first owns the hub. */
async function open(): Promise<[Daemon, Daemon]> {
  return [await daemon("n1"), await daemon("n2")];
}

type Peer = Awaited<ReturnType<typeof converse>>;

/** Text that is in what it hears, sooner or later; it is taken with all before it. */
async function hears(peer: Peer, text: string): Promise<void> {
  await eventually(() => expect(peer.unread.includes(text), text).toBe(true));
  peer.skip(peer.unread.indexOf(text) + text.length);
}

async function join({ room }: Daemon, name: string) {
  const peer = await converse(room);
  await hears(peer, "Please");
  peer.say(`:${name}:${name.toLowerCase()}\n`);
  await hears(peer, `new user :${name}:`);
  return peer;
}

const kindsOf = (lab: TestLab, peer: { readonly port: number }) =>
  lab.storyOf(peer).entries.flatMap((entry) => (entry.kind === "remark" ? [entry.cause.code] : []));

describe("peers of two daemons", () => {
  it("talk in the room that their instances have by name", async () => {
    const [one, two] = await open();
    const al = await join(one, "Al");
    const bo = await join(two, "Bo");
    await hears(al, "new user :Bo:");
    al.say(":Al:hello over there\n");
    await hears(bo, "hello over there");
    bo.say(":Bo:and back\n");
    await hears(al, "and back");
    expect(one.room.service.hub?.members.map(({ id, name }) => [id, name])).toEqual([
      ["chat-1/c1@n1", "Al"],
      ["chat-1/c1@n2", "Bo"],
    ]);
  });

  it("read in their stories that the room was made again elsewhere", async () => {
    const [one, two] = await open();
    await join(one, "Al");
    const bo = await join(two, "Bo");
    one.bus.cut("inSilence");
    one.nodes.isAway = true;
    cluster.kill("n1");
    await hears(bo, "left chat");
    await eventually(() => expect(kindsOf(two.lab, bo)).toEqual(["hub-moved"]));
  });

  it("are let go by a daemon that was cut off, and told why in their stories", async () => {
    const [one, two] = await open();
    const al = await join(one, "Al");
    const bo = await join(two, "Bo");
    two.bus.cut("inSilence");
    cluster.kill("n2");
    await hears(al, "left chat");
    cluster.expel("n2");
    two.bus.mend();
    await bo.hearsTheEnd();
    await eventually(() => {
      const { fault, cause } = two.lab.storyOf(bo);
      expect([fault, cause?.code]).toEqual(["failed", "cut-off"]);
    });
    await join(two, "Bo");
  });

  it("are not read on while too much of what they said waits, and lose nothing of it", async () => {
    const [one, two] = await open();
    const al = await join(one, "Al");
    const bo = await join(two, "Bo");
    one.nodes.isSure = false;
    const count = 1_500;
    const line = (at: number) => `:Bo:${at} ${"x".repeat(1_000)}\n`;
    bo.say(Array.from({ length: count }, (_, at) => line(at)).join(""));
    const { subject } = two.lab.storyOf(bo);
    await eventually(() => {
      const before = two.lab.storyOf(bo).bytesIn;
      expect(before).toBeGreaterThan(262_144);
      expect(two.lab.supervisor.control(subject.id)?.unreadBytes).toBeGreaterThan(0);
    });
    expect(two.lab.storyOf(bo).bytesIn).toBeLessThan(count * 500);
    one.nodes.isSure = true;
    await hears(al, `${count - 1} xxx`);
  });

  it("stay in the room when the instance of its owner stops", async () => {
    const [one, two] = await open();
    await join(one, "Al");
    const bo = await join(two, "Bo");
    one.room.stop(0);
    await hears(bo, "left chat");
    await eventually(() => expect(two.hubs.owned).toEqual(["chat_lobby"]));
    bo.say(":Bo:still here\n");
    await hears(bo, "still here");
  });
});
