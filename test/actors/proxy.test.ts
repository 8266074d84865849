/** A proxy between a client and a server that the test plays, over real sockets. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { DescriptorBudget } from "../../src/actors/descriptor-budget.ts";
import type { Environment } from "../../src/actors/service.ts";
import calculator from "../../src/machines/calculator.ts";
import proxy from "../../src/machines/proxy.ts";
import { bytesIn, bytesOut, type Entry } from "../../src/stories/entry.ts";
import type { Story } from "../../src/stories/story.ts";
import { freePort } from "../e2e/free-ports.ts";
import { Conversation } from "./conversation.ts";
import { converse, eventually, openLab, type TestLab } from "./harness.ts";

/** A server that accepts, and does what the test says. */
class Upstream {
  readonly port: number;
  /** Connections that ever came. */
  count = 0;
  readonly #accepted: Socket[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  static async open(): Promise<Upstream> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const upstream = new Upstream((server.address() as AddressInfo).port);
    server.on("connection", (socket) => {
      // Until it is taken.
      socket.on("error", () => undefined);
      upstream.count += 1;
      upstream.#accepted.push(socket);
    });
    onTestFinished(() => {
      server.close();
      for (const socket of upstream.#accepted) socket.destroy();
    });
    return upstream;
  }

  /** The next connection that it is given. */
  async takes({ isDeaf = false } = {}): Promise<Conversation> {
    await eventually(() => expect(this.#accepted.length).toBeGreaterThan(0));
    return new Conversation(this.#accepted.shift() as Socket, isDeaf);
  }
}

async function opened(given: Record<string, unknown> = {}, parts: Partial<Environment> = {}) {
  const lab = await openLab([calculator, proxy], parts);
  const upstream = await Upstream.open();
  const instance = await lab.spawn("proxy", { to: `127.0.0.1:${upstream.port}`, as: "calculator", ...given });
  expect(instance.state, instance.lastError).toBe("running");
  return { lab, upstream, instance };
}

async function paired(given: Record<string, unknown> = {}, parts: Partial<Environment> = {}) {
  const scene = await opened(given, parts);
  const client = await converse(scene.instance);
  const server = await scene.upstream.takes();
  return { ...scene, client, server, ...storiesOf(scene.lab, client) };
}

/** How a connection ends that nobody speaks on: a reset may come while it is still being made. */
async function fate({ port }: { readonly port: number }): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  onTestFinished(() => void socket.destroy());
  let code = "FIN";
  socket.on("error", (error: NodeJS.ErrnoException) => {
    code = error.code ?? "";
  });
  socket.resume();
  await new Promise((over) => void socket.once("close", over));
  return code;
}

function storiesOf(lab: TestLab, client: Conversation): { ofClient: Story; ofServer: Story } {
  const ofClient = lab.storyOf(client);
  const ofServer = lab.recorder.find(ofClient.subject.pair ?? "");
  if (!ofServer) throw new Error("the client's story has no pair");
  return { ofClient, ofServer };
}

const said = (story: Story, kind: "in" | "out") =>
  story.entries.flatMap((entry) => (entry.kind === kind ? [entry.bytes.toString("latin1")] : [])).join("");
const closed = ({ entries }: Story) =>
  entries.find((entry): entry is Extract<Entry, { kind: "closed" }> => entry.kind === "closed");

describe("what one side says", () => {
  it("goes on to the other as it is, and is in both stories", async () => {
    const { client, server, ofClient, ofServer } = await paired();
    const odd = Buffer.from([0, 255, 10, 13, 128, 65]);
    client.say(odd);
    await server.hears(odd);
    server.say("Hello ann\n");
    await client.hears("Hello ann\n");
    expect([said(ofClient, "in"), said(ofClient, "out")]).toEqual([odd.toString("latin1"), "Hello ann\n"]);
    expect([said(ofServer, "in"), said(ofServer, "out")]).toEqual(["Hello ann\n", odd.toString("latin1")]);
  });

  it("goes on in order, however much it is", async () => {
    const { client, server, ofServer } = await paired();
    const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 7) & 255));
    for (let at = 0; at < bytes.length; at += 33_333) client.say(bytes.subarray(at, at + 33_333));
    client.end();
    expect((await server.hearsTheEnd()).equals(bytes)).toBe(true);
    expect(ofServer.bytesOut).toBe(bytes.length);
  });

  it("comes whole, though its reader stops again and again, and what is read is let go of as it is written", async () => {
    const { client, server } = await paired();
    const bytes = randomBytes(8_000_000);
    const { socket } = client;
    socket.on("data", () => {
      socket.pause();
      setImmediate(() => socket.resume());
    });
    server.say(bytes);
    server.end();
    expect((await client.hearsTheEnd()).equals(bytes)).toBe(true);
  });

  it("is counted to the last byte in both stories, also where only the heads of reads are kept", async () => {
    const { lab, client, server, ofClient, ofServer } = await paired();
    const bytes = Buffer.alloc(4_000_000, "0123456789");
    server.say(bytes);
    server.end();
    expect((await client.hearsTheEnd()).equals(bytes)).toBe(true);
    client.end();
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    const sum = (story: Story, of: (entry: Entry) => number) =>
      story.entries.reduce((total, entry) => total + of(entry), 0);
    expect([ofServer.bytesIn, sum(ofServer, bytesIn)]).toEqual([bytes.length, bytes.length]);
    expect([ofClient.bytesOut, sum(ofClient, bytesOut)]).toEqual([bytes.length, bytes.length]);
    const last = ofClient.entries.findLast(({ kind }) => kind === "out");
    expect(last?.kind === "out" && bytes.includes(last.bytes)).toBe(true);
  });

  it("goes on where the server speaks first", async () => {
    const { client, server } = await paired();
    server.say("Who?");
    await client.hears("Who?");
  });
});

describe("the two stories", () => {
  it("name each other, the side they are of, and where each connection goes", async () => {
    const { client, upstream, ofClient, ofServer, instance } = await paired();
    expect(ofClient.subject).toMatchObject({ leg: "client", pair: ofServer.subject.id, role: "proxy" });
    expect(ofServer.subject).toMatchObject({ leg: "server", pair: ofClient.subject.id, role: "proxy" });
    expect([ofClient.subject.remote.port, ofClient.subject.local.port]).toEqual([client.port, instance.port]);
    await eventually(() => expect(ofServer.subject.remote.port).toBe(upstream.port));
    await eventually(() => expect([ofClient.state, ofServer.state]).toEqual(["relaying", "relaying"]));
  });

  it("end when both connections are over, and tell who closed", async () => {
    const { lab, client, server, ofClient, ofServer } = await paired();
    client.end();
    await server.hearsTheEnd();
    server.end();
    await client.hearsTheEnd();
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    expect([closed(ofClient)?.by, closed(ofServer)?.by]).toEqual(["peer", "us"]);
    expect([ofClient.fault, ofServer.fault]).toEqual([undefined, undefined]);
  });
});

describe("an end", () => {
  it("of the client's words leaves the server's way open", async () => {
    const { client, server } = await paired();
    client.end("1 + 1");
    expect((await server.hearsTheEnd()).toString()).toBe("1 + 1");
    server.say("2.0");
    await client.hears("2.0");
    server.end();
    await client.hearsTheEnd();
    await client.over();
  });

  it("of the server's words leaves the client's way open", async () => {
    const { client, server, ofClient } = await paired();
    server.end("bye");
    expect((await client.hearsTheEnd()).toString()).toBe("bye");
    await eventually(() => expect(ofClient.state).toBe("serverEnded"));
    client.say("and yet");
    await server.hears("and yet");
  });

  it("by the client's reset is a reset for the server", async () => {
    const { lab, client, server, ofClient, ofServer } = await paired();
    client.say("half");
    await server.hears("half");
    client.reset();
    await server.over();
    expect(server.error).toBe("ECONNRESET");
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    expect(ofClient).toMatchObject({ fault: "failed", cause: { code: "peer-reset" } });
    expect(closed(ofServer)).toMatchObject({
      by: "us",
      cause: { code: "other-side-reset", args: { side: "client" } },
    });
    expect(ofServer.fault).toBeUndefined();
  });

  it("by the server's reset is a reset for the client, behind what it had said", async () => {
    const { client, server, ofServer } = await paired();
    server.say("50");
    await client.hears("50");
    server.reset();
    await client.over();
    expect(client.error).toBe("ECONNRESET");
    await eventually(() =>
      expect(ofServer).toMatchObject({ fault: "failed", cause: { code: "peer-reset" } }),
    );
  });

  it("for want of a server is a reset for the client, and a remark", async () => {
    const { lab, instance } = await opened();
    const towards = await lab.spawn("proxy", { to: `127.0.0.1:${await freePort()}`, as: "calculator" });
    expect([await fate(towards), instance.state]).toEqual(["ECONNRESET", "running"]);
    const [ofClient, ofServer] = (["client", "server"] as const).map((leg) => {
      return lab.recorder.all().find(({ subject }) => subject.leg === leg) as Story;
    }) as [Story, Story];
    expect(ofServer).toMatchObject({ fault: "failed", cause: { code: "unreachable" } });
    await eventually(() =>
      expect(closed(ofClient)).toMatchObject({ by: "us", cause: { code: "server-unreachable" } }),
    );
    expect(towards.service.peers).toBe(0);
  });
});

describe("a side that does not read", () => {
  it("holds up the other one, and nothing is heaped up between them", async () => {
    const { instance, upstream, lab } = await opened();
    const client = await converse(instance);
    const server = await upstream.takes({ isDeaf: true });
    const { ofServer } = storiesOf(lab, client);
    const piece = Buffer.alloc(65_536, 7);
    const most = 512;
    for (let count = 0; count < most; count += 1) client.say(piece);
    // The client's own system has taken as much as goes in, and then no more.
    let before = -1;
    await eventually(() => {
      const isStill = ofServer.bytesOut === before && before > 0;
      before = ofServer.bytesOut;
      expect(isStill).toBe(true);
    });
    expect(client.socket.writableLength).toBeGreaterThan(0);
    expect(lab.supervisor.control(ofServer.subject.id)?.queuedBytes).toBeLessThan(1_048_576);
    server.listen();
    client.end();
    expect((await server.hearsTheEnd()).length).toBe(most * piece.length);
  });
});

describe("an operator", () => {
  it("kicks a pair: both sides get a FIN behind what was said, then it is over", async () => {
    const { lab, client, server, ofClient } = await paired();
    lab.controlOf(client)?.kick?.();
    await client.hearsTheEnd();
    await server.hearsTheEnd();
    client.end();
    server.end();
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    expect(ofClient.entries).toContainEqual(expect.objectContaining({ kind: "operator", action: "kick" }));
  });

  it("kills a pair: both sides are reset", async () => {
    const { lab, client, server, ofServer } = await paired();
    lab.supervisor.control(ofServer.subject.id)?.kill();
    await client.over();
    await server.over();
    expect([client.error, server.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    expect([closed(ofServer)?.by, ofServer.fault]).toEqual(["us", undefined]);
  });

  it("says something to one side, which the other did not say", async () => {
    const { lab, client, ofClient } = await paired();
    lab.controlOf(client)?.inject?.(Buffer.from("psst"));
    await client.hears("psst");
    expect(said(ofClient, "out")).toBe("psst");
  });

  it("stops a proxy: pairs that are silent are reset at once", async () => {
    const { lab, instance, client, server } = await paired();
    await lab.supervisor.stop(instance);
    await client.over();
    await server.over();
    expect([client.error, instance.service.peers]).toEqual(["ECONNRESET", 0]);
  });

  it("has a pair refused that is one too many", async () => {
    const { lab, instance, client, upstream } = await paired({ maxConnections: 1 });
    expect(await fate(instance)).toBe("ECONNRESET");
    const refused = lab.recorder.all().find(({ fault }) => fault === "refused");
    expect(refused).toMatchObject({ cause: { code: "too-many-connections" }, subject: { leg: "client" } });
    expect(client.isOver).toBe(false);
    client.reset();
    await eventually(() => expect(instance.service.peers).toBe(0));
    await converse(instance);
    await upstream.takes();
    // The server accepts in their order, and heard nothing of the one in between.
    expect(upstream.count).toBe(2);
  });
});

it("holds no descriptor of a pair that is over", async () => {
  const descriptors = new DescriptorBudget({ limit: 1_000, inUse: 0 });
  const { lab, instance, client, server } = await paired({}, { descriptors });
  const held = descriptors.left;
  client.reset();
  await server.over();
  await eventually(() => expect(lab.recorder.live()).toEqual([]));
  expect(descriptors.left).toBeGreaterThan(held);
  await lab.supervisor.stop(instance);
  const whole = new DescriptorBudget({ limit: 1_000, inUse: 0 }).left;
  await eventually(() => expect(descriptors.left).toBe(whole));
});
