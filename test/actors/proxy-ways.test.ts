/** Datagrams through a proxy, ways that lead back to it, and what it is spawned with. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { isReachedAt } from "../../src/actors/proxy-paths.ts";
import { NetlabError } from "../../src/errors.ts";
import calculator from "../../src/machines/calculator.ts";
import clock from "../../src/machines/clock.ts";
import proxy from "../../src/machines/proxy.ts";
import { freePort } from "../e2e/free-ports.ts";
import { Sender } from "./datagrams.ts";
import { converse, eventually, openLab } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

/** A server of datagrams that keeps what it hears, and from whom. */
class Answering {
  readonly socket: Socket;
  readonly heard: { readonly text: string; readonly from: RemoteInfo }[] = [];

  static async open(): Promise<Answering> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const answering = new Answering(socket);
    onTestFinished(() => void socket.close());
    return answering;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("message", (bytes, from) => this.heard.push({ text: bytes.toString(), from }));
  }

  get port(): number {
    return this.socket.address().port;
  }

  say(text: string, { from }: { readonly from: RemoteInfo }): void {
    this.socket.send(text, from.port, from.address);
  }
}

async function relaying(parts = {}, given = {}) {
  const lab = await openLab([clock, proxy], parts);
  const server = await Answering.open();
  const instance = await lab.spawn("proxy", { to: `127.0.0.1:${server.port}`, as: "clock", ...given });
  expect(instance.state, instance.lastError).toBe("running");
  return { lab, server, instance };
}

async function heard(server: Answering, count: number): Promise<Answering["heard"]> {
  await eventually(() => expect(server.heard).toHaveLength(count));
  return server.heard;
}

describe("datagrams", () => {
  it("go on from a socket of each sender's own, and answers come back to their sender", async () => {
    const { server, instance } = await relaying();
    const [ann, bob] = [await Sender.open(instance.port), await Sender.open(instance.port)];
    ann.say("ann?");
    await heard(server, 1);
    bob.say("bob?");
    const [first, second] = await heard(server, 2);
    if (!first || !second) throw new Error("nothing was heard");
    expect([first.text, second.text]).toEqual(["ann?", "bob?"]);
    expect(first.from.port).not.toBe(second.from.port);
    server.say("to bob", second);
    server.say("to ann", first);
    expect([await ann.hears(1), await bob.hears(1)]).toEqual([["to ann"], ["to bob"]]);
  });

  it("that come before there is a way to the server wait for it, in their order", async () => {
    const { server, instance } = await relaying();
    const ann = await Sender.open(instance.port);
    for (const text of ["1", "2", "3"]) ann.say(text);
    expect((await heard(server, 3)).map(({ text }) => text)).toEqual(["1", "2", "3"]);
  });

  it("of a sender who was refused go on once there is room", async () => {
    const time = new SimulatedClock();
    const { lab, server, instance } = await relaying({ clock: time }, { maxConnections: 1 });
    const [ann, bob] = [await Sender.open(instance.port), await Sender.open(instance.port)];
    ann.say("ann?");
    await heard(server, 1);
    bob.say("bob?");
    await eventually(() => expect(lab.recorder.all().some(({ fault }) => fault === "refused")).toBe(true));
    time.advance(80_000);
    await eventually(() => expect(instance.service.peers).toBe(0));
    bob.say("bob again?");
    expect((await heard(server, 2)).map(({ text }) => text)).toEqual(["ann?", "bob again?"]);
  });

  it("have two stories, which name each other", async () => {
    const { lab, server, instance } = await relaying();
    const ann = await Sender.open(instance.port);
    ann.say("time?");
    const [question] = await heard(server, 1);
    if (question) server.say("noon", question);
    await ann.hears(1);
    const ofClient = lab.storyOf(ann);
    const ofServer = lab.recorder.find(ofClient.subject.pair ?? "");
    expect(ofClient.subject).toMatchObject({
      transport: "udp",
      leg: "client",
      id: expect.stringMatching(/\/u\d+$/),
    });
    expect(ofServer?.subject).toMatchObject({ leg: "server", remote: { port: server.port } });
    expect([ofClient.bytesIn, ofClient.bytesOut, ofServer?.bytesIn, ofServer?.bytesOut]).toEqual([
      5, 4, 4, 5,
    ]);
  });

  it("to a port that is closed are told as refused", async () => {
    const { lab, server, instance } = await relaying();
    const ann = await Sender.open(instance.port);
    ann.say("one");
    await heard(server, 1);
    const towards = await lab.spawn("proxy", { to: `127.0.0.1:${await freePort()}`, as: "clock" });
    const bob = await Sender.open(towards.port);
    bob.say("anybody?");
    await eventually(() => {
      const ofServer = lab.recorder.find(lab.storyOf(bob).subject.pair ?? "");
      expect(ofServer?.entries).toContainEqual(
        expect.objectContaining({
          kind: "remark",
          cause: expect.objectContaining({ code: "datagram-refused" }),
        }),
      );
    });
    expect(towards.state).toBe("running");
  });

  it("of a sender that has been silent for a minute end its pair, and its socket", async () => {
    const time = new SimulatedClock();
    const { lab, server, instance } = await relaying({ clock: time });
    const ann = await Sender.open(instance.port);
    ann.say("time?");
    await heard(server, 1);
    expect(instance.service.peers).toBe(1);
    time.advance(75_000);
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    expect(instance.service.peers).toBe(0);
    expect(lab.recorder.all().map(({ fault }) => fault)).toEqual([undefined, undefined]);
    ann.say("and now?");
    const [, again] = await heard(server, 2);
    expect(again?.from.port).not.toBe(server.heard[0]?.from.port);
  });
});

describe("a way that leads back", () => {
  it("to the proxy's own port is refused, however it is written", async () => {
    for (const host of ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]"]) {
      const lab = await openLab([calculator, proxy]);
      const free = await lab.spawn("calculator");
      await lab.supervisor.remove(free);
      const own = await lab.spawn("proxy", {
        host: "localhost",
        port: free.port,
        to: `${host}:${free.port}`,
        as: "calculator",
      });
      expect([host, own.state, own.lastErrorCode]).toEqual([host, "failed", "wrong-state"]);
      expect(own.service.hosts).toEqual([]);
    }
  });

  it("through another proxy is refused to the one that closes the ring", async () => {
    const lab = await openLab([calculator, proxy]);
    const free = await lab.spawn("calculator");
    await lab.supervisor.remove(free);
    const first = await lab.spawn("proxy", { to: `127.0.0.1:${free.port}`, as: "calculator" });
    const second = await lab.spawn("proxy", {
      port: free.port,
      to: `127.0.0.1:${first.port}`,
      as: "calculator",
    });
    expect([first.state, second.state]).toEqual(["running", "failed"]);
    expect(second.lastError).toContain(`through ${first.id}`);
  });

  it("is none where proxies stand one behind another", async () => {
    const lab = await openLab([calculator, proxy]);
    const server = await lab.spawn("calculator");
    const inner = await lab.spawn("proxy", { to: `127.0.0.1:${server.port}`, as: "calculator" });
    const outer = await lab.spawn("proxy", { to: `127.0.0.1:${inner.port}`, as: "calculator" });
    const client = await converse(outer);
    client.say("ann\n1 + 1\n");
    await client.hears("2.0\n");
  });

  it("is known by every address that a listener hears", () => {
    expect(isReachedAt("127.0.0.1", "127.0.0.1")).toBe(true);
    expect(isReachedAt("0.0.0.0", "127.0.0.9")).toBe(true);
    expect(isReachedAt("::", "127.0.0.1")).toBe(true);
    expect(isReachedAt("127.0.0.1", "0.0.0.0")).toBe(true);
    expect(isReachedAt("127.0.0.1", "127.0.0.2")).toBe(false);
    expect(isReachedAt("0.0.0.0", "192.0.2.1")).toBe(false);
  });
});

describe("what a proxy is spawned with", () => {
  const refused = async (given: Record<string, unknown>) => {
    const lab = await openLab([calculator, clock, proxy]);
    const error = await lab.spawn("proxy", given).catch((thrown: unknown) => thrown);
    if (!(error instanceof NetlabError)) throw new Error("it is not refused");
    return error.message;
  };

  it("has to name a server's role, and says what is near", async () => {
    expect(await refused({ to: "localhost:1", as: "calcualtor" })).toContain("did you mean --as calculator?");
    expect(await refused({ to: "localhost:1" })).toContain("--as is needed");
    expect(await refused({ as: "calculator" })).toContain("--to is needed");
    expect(await refused({ to: "localhost", as: "calculator" })).toContain("--to");
  });

  it("gives it the transport of that role", async () => {
    const lab = await openLab([calculator, clock, proxy]);
    const [tcp, udp] = [
      await lab.spawn("proxy", { to: "127.0.0.1:9", as: "calculator" }),
      await lab.spawn("proxy", { to: "127.0.0.1:9", as: "clock" }),
    ];
    expect([tcp.role.transport, udp.role.transport]).toEqual(["tcp", "udp"]);
  });

  it("is told in the log where it goes to another machine", async () => {
    const lab = await openLab([calculator, proxy]);
    await lab.spawn("proxy", { to: "192.0.2.1:9", as: "calculator" });
    await lab.spawn("proxy", { to: "127.0.0.1:9", as: "calculator" });
    const told = lab.events.filter(({ type }) => type === "instance.remark");
    expect(told).toEqual([expect.objectContaining({ text: expect.stringContaining("192.0.2.1:9") })]);
  });
});
