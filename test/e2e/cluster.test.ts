/** Two daemons that are one lab over a nats-server, from their command lines to the peers in one room. */
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NatsServer, natsBinary, SKIPPED } from "../cluster/nats-server.ts";
import { launch, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { Scene } from "./scene.ts";

const LAB = "roles:\n  - { role: chat, port: 0 }\n  - { role: bootstrap, port: 0 }\n";
/** Longer than a machine stands still: a name, and a room, are lost to that as well. */
const LEASE_MS = 5_000;

interface Row {
  readonly node: string;
  readonly state: string;
  readonly hubs: readonly string[];
  readonly [field: string]: unknown;
}

/** A peer that sends lines and hears what the room says. */
class Peer {
  heard = "";
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1").setEncoding("utf8");
    this.#socket
      .on("error", () => undefined)
      .on("data", (text: string) => {
        this.heard += text;
      });
  }

  say(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  hears(text: string): Promise<void> {
    return eventually(() => expect(this.heard).toContain(text));
  }

  end(): void {
    this.#socket.destroy();
  }
}

describe.skipIf(!natsBinary)(`two daemons of one lab ${SKIPPED}`, () => {
  let nats: NatsServer;
  let scene: Scene;
  let node1: TestDaemon;
  let node2: TestDaemon;
  let peers: Peer[] = [];

  const options = (name: string, operators = "all") => ({
    name,
    args: [
      // Nodes of one lab play a lab of one name.
      ...["--lab", scene.file("room.yaml", LAB), "--cluster", nats.url, "--node", name],
      ...["--lease-time", `${LEASE_MS / 1_000}s`, "--cluster-operators", operators],
    ],
  });
  const start = (name: string) => TestDaemon.start(scene, options(name));
  const roomOf = ({ ready }: TestDaemon) => ready.instances.find(({ type }) => type === "chat")?.port ?? 0;

  /** Logged in. */
  async function join(daemon: TestDaemon, name: string): Promise<Peer> {
    const peer = new Peer(roomOf(daemon));
    peers.push(peer);
    await peer.hears("ig name");
    peer.say(name);
    await peer.hears(`:${name}:${name} joined`);
    return peer;
  }

  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterEach(async () => {
    for (const peer of peers) peer.end();
    peers = [];
    await scene.end();
  });
  afterAll(() => nats.end());

  async function two(): Promise<void> {
    scene = new Scene();
    node1 = await start("node1");
    node2 = await start("node2");
  }

  it("are one room, where each name is there once, and one lab to their operators", async () => {
    await two();
    const ann = await join(node1, "ann");
    const other = new Peer(roomOf(node2));
    peers.push(other);
    await other.hears("ig name");
    other.say("ann");
    await other.hears("Name taken: ann");
    other.say("bob");
    await ann.hears(":bob:bob joined");
    ann.say("ann: hello all");
    await other.hears(":ann:ann: hello all");

    // A node has a second to say that it has heard, which a busy machine may not leave it.
    await eventually(async () => {
      const listed = await node2.document<Row[]>("ls");
      expect(listed.map(({ node, id }) => `${id}@${node}`)).toEqual([
        "chat-1@node1",
        "bootstrap-1@node1",
        "chat-1@node2",
        "bootstrap-1@node2",
      ]);
    });
    expect((await node2.ctl("ls")).stdout).toMatch(/^NODE +ID/);
    await eventually(async () => {
      const members = await node2.document<{ id: string; name: string }[]>("members chat");
      expect(members.map(({ id, name }) => [id, name])).toEqual(
        expect.arrayContaining([
          ["chat-1/c1@node1", "ann"],
          ["chat-1/c1@node2", "bob"],
        ]),
      );
    });
    await eventually(async () =>
      expect((await node2.ctl("explain", "c1@node1")).stdout).toContain(":bob:bob joined"),
    );
    await eventually(async () => {
      await node2.ctl("kick", "c1@node1");
      expect(other.heard).toContain(":ann:ann left chat");
    });
  });

  it("share what is registered", async () => {
    await two();
    expect(await node1.plain("register 192.0.2.7 1236 pdf secret")).toContain("registered");
    await eventually(async () =>
      expect(await node2.document("registry")).toMatchObject([{ ip: "192.0.2.7", port: 1236 }]),
    );
  });

  it("lose the owner of a room, and the room is back within its lease: who was there is told to have left", async () => {
    await two();
    await join(node1, "ann");
    const bob = await join(node2, "bob");
    const rows = await node2.document<Row[]>("nodes");
    const owner = rows.find(({ hubs }) => hubs.length > 0)?.node;
    const [dead, living] = owner === "node1" ? [node1, node2] : [node2, node1];
    const survivor = owner === "node1" ? bob : peers[0];
    const lost = owner === "node1" ? "ann" : "bob";
    await dead.kill();
    await survivor?.hears(`:${lost}:${lost} left chat`);
    await join(living, lost);
    const after = await living.document<Row[]>("nodes");
    expect(after.map(({ state }) => state).toSorted()).toEqual(["gone", "here"]);
  });

  it("part in peace: a node that stops says so, and its room goes on", async () => {
    await two();
    const ann = await join(node1, "ann");
    await join(node2, "bob");
    expect((await node2.stop()).exit).toBe(0);
    await ann.hears(":bob:bob left chat");
    ann.say("ann: still here");
    await ann.hears(":ann:ann: still here");
    await eventually(() => expect(node1.program.stderr).toContain("node2 has left the lab"));
  });

  it("are stopped and started one after the other, and a peer that stays hears every line once and in order", async () => {
    await two();
    const ann = await join(node2, "ann");
    const bob = await join(node2, "bob");
    let count = 0;
    const talk = setInterval(() => ann.say(`ann: line ${++count}.`), 20);
    try {
      for (let turn = 0; turn < 2; turn += 1) {
        expect((await node2.ctl("drain", "node1")).exit).toBe(0);
        expect((await node1.stop()).exit).toBe(0);
        node1 = await start("node1");
        // The room goes over to the new one, which is the next to go.
        expect((await node2.ctl("drain")).exit).toBe(0);
      }
    } finally {
      clearInterval(talk);
    }
    const lines = Array.from({ length: count }, (_, index) => `line ${index + 1}.`);
    for (const peer of [ann, bob]) {
      await peer.hears(`line ${count}.`);
      expect(peer.heard.match(/line \d+\./g)).toEqual(lines);
    }
  }, 60_000);

  it("wait where the server stands still for longer than a lease: all that was said is heard then, once", async () => {
    await two();
    const [ann, bob] = [await join(node1, "ann"), await join(node2, "bob")];
    let count = 0;
    const talk = setInterval(() => {
      count += 1;
      ann.say(`ann: line ${count}.`);
      bob.say(`bob: word ${count}.`);
    }, 20);
    process.kill(nats.pid, "SIGSTOP");
    await pause(2 * LEASE_MS);
    process.kill(nats.pid, "SIGCONT");
    clearInterval(talk);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    for (const peer of [ann, bob]) {
      await eventually(() => expect(peer.heard).toContain(`line ${count}.`));
      await eventually(() => expect(peer.heard).toContain(`word ${count}.`));
      expect(peer.heard.match(/line \d+\./g)).toEqual(numbers.map((number) => `line ${number}.`));
      expect(peer.heard.match(/word \d+\./g)).toEqual(numbers.map((number) => `word ${number}.`));
    }
    for (const { program } of [node1, node2]) expect(program.stderr).not.toContain("was cut off");
    expect(ann.heard).not.toContain("left chat");
  }, 60_000);

  it("have a name each: another of the same is refused", async () => {
    scene = new Scene();
    node1 = await start("node1");
    const second = await launch(scene, { ...options("node1"), name: "second" }).ended;
    expect(second).toMatchObject({ exit: 5, stdout: "" });
    expect(second.stderr).toMatch(/node1/);
  });

  it("say so where their lab files have different names, and are two labs", async () => {
    scene = new Scene();
    node1 = await start("node1");
    const lab = scene.file("hall.yaml", LAB);
    const args = [...options("node2").args];
    args[args.indexOf("--lab") + 1] = lab;
    node2 = await TestDaemon.start(scene, { name: "node2", args });
    await eventually(() =>
      expect(node2.program.stderr).toContain("another lab, room, with 1 node is on this bus"),
    );
    await eventually(async () =>
      expect((await node1.ctl("nodes")).stdout).toContain("another lab, hall, with 1 node is on this bus"),
    );
    expect(await node2.document<Row[]>("nodes")).toMatchObject([{ node: "node2", state: "here" }]);
  });

  it("say what is wrong with the bus, and the command line", async () => {
    scene = new Scene();
    const at = async (...args: string[]) => launch(scene, { name: "x", args }).ended;
    expect(await at("--cluster", "nats://127.0.0.1:1")).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("no NATS server answers at 127.0.0.1:1"),
    });
    expect(await at("--node", "node1")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("--node needs --cluster"),
    });
    expect(await at("--cluster", "")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("Write the address of a NATS server"),
    });
  });
});
