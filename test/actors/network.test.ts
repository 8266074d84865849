/** What clients do to the network: a question by datagram, a word without an answer, a connection. */

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { ask, connect, localAddressTowards, send } from "../../src/actors/network.ts";
import type { Clock, HostPort, Question } from "../../src/machines/_world.ts";
import { freePort } from "../e2e/free-ports.ts";
import { eventually, hasIpv6, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

/** Nobody listens there: it takes rights that no lab program has. */
const CLOSED: HostPort = { host: "127.0.0.1", port: 1 };

/** A program that answers each datagram with these, and remembers what it was told. */
async function answerer(answers: readonly string[], host = "127.0.0.1") {
  const socket: Socket = createSocket(host === "::1" ? "udp6" : "udp4");
  const heard: string[] = [];
  const askers: number[] = [];
  socket.on("message", (bytes, from) => {
    heard.push(bytes.toString());
    askers.push(from.port);
    for (const answer of answers) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((bound) => socket.bind(0, host, bound));
  onTestFinished(() => void socket.close());
  return { at: { host, port: socket.address().port }, heard, askers };
}

const question = (to: HostPort, timeoutMs = 5_000): Question => ({
  to,
  text: "DISCOVERY",
  timeoutMs,
  isLast: (answer) => answer === "end",
});

const LOOPBACKS = hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

describe("ask", () => {
  it.each(LOOPBACKS)("collects the answers in order until the last one: %s", async (host) => {
    const { at, heard } = await answerer(["one", "two", "end", "too late"], host);
    expect(await ask(question(at), systemClock)).toEqual(["one", "two", "end"]);
    expect(heard).toEqual(["DISCOVERY"]);
  });

  it("answers what has come by its time limit", async () => {
    const clock = new SimulatedClock();
    const { at } = await answerer(["one", "two"]);
    const came: string[] = [];
    const asked = ask(question(at, 1_000), clock, { came: (bytes) => came.push(bytes.toString()) });
    await eventually(() => expect(came).toEqual(["one", "two"]));
    clock.advance(1_000);
    expect(await asked).toEqual(["one", "two"]);
  });

  it("answers nothing where nobody answers in time", async () => {
    const clock = new SimulatedClock();
    const { at, heard } = await answerer([]);
    const asked = ask(question(at, 1_000), clock);
    await eventually(() => expect(heard).toHaveLength(1));
    clock.advance(1_000);
    expect(await asked).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it("says in a sentence that the port is closed, and waits no longer", async () => {
    const clock = new SimulatedClock();
    await expect(ask(question(CLOSED), clock)).rejects.toMatchObject({
      code: "unreachable",
      message: "cannot reach 127.0.0.1:1: no program listens there (ECONNREFUSED)",
    });
    expect(clock.waiting).toBe(0);
  });

  it("hears only whom it asked", async () => {
    const clock = new SimulatedClock();
    const { at, heard, askers } = await answerer([]);
    const asked = ask(question(at, 1_000), clock);
    await eventually(() => expect(heard).toHaveLength(1));
    const stranger = createSocket("udp4");
    onTestFinished(() => void stranger.close());
    await new Promise<void>((sent) => stranger.send("end", askers[0] ?? 0, "127.0.0.1", () => sent()));
    // Time for it to be read, were it for anybody.
    await turns(20);
    clock.advance(1_000);
    expect(await asked).toEqual([]);
  });
});

describe("send", () => {
  it("sends one datagram and waits for nothing", async () => {
    const { at, heard } = await answerer([]);
    await send(at, "REGISTRN,127.0.0.1,1236,pdf,server1");
    await eventually(() => expect(heard).toEqual(["REGISTRN,127.0.0.1,1236,pdf,server1"]));
  });

  it("does not hear that nobody is there", async () => {
    await send(CLOSED, "REGISTRN,127.0.0.1,1236,pdf,server1");
  });
});

describe("the own address", () => {
  it("is the one on the way to the other", async () => {
    for (const host of LOOPBACKS) expect(await localAddressTowards({ host, port: 1 })).toBe(host);
    expect(await localAddressTowards({ host: "localhost", port: 1 })).toBe("127.0.0.1");
  });
});

describe("connect", () => {
  async function listener(host: string) {
    const server = createServer((socket) => socket.on("error", () => undefined).end("hello")).listen(0, host);
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return { host, port: (server.address() as AddressInfo).port };
  }

  it("loses nothing that was said before somebody reads", async () => {
    const link = await connect(await listener("127.0.0.1"), systemClock);
    onTestFinished(() => link.destroy());
    // The other side's words and its FIN are here before anybody reads.
    await turns(20);
    const heard: string[] = [];
    link.attach({
      onData: (bytes) => heard.push(bytes.toString()),
      onEnd: () => heard.push("FIN"),
      onError: () => undefined,
      onClose: () => undefined,
    });
    await eventually(() => expect(heard).toEqual(["hello", "FIN"]));
  });

  it("may bind its own end", async () => {
    const at = await listener("127.0.0.1");
    // One that the system had given out itself may be another connection's meanwhile.
    const localPort = await freePort();
    const link = await connect(at, systemClock, localPort);
    expect(link.local).toEqual({ address: "127.0.0.1", port: localPort });
    link.reset();
  });

  it.each([...LOOPBACKS, "localhost"])("says in a sentence that nobody listens: %s", async (host) => {
    const where = host === "::1" ? "[::1]:1" : `${host}:1`;
    await expect(connect({ host, port: 1 }, systemClock)).rejects.toMatchObject({
      code: "unreachable",
      message: `cannot reach ${where}: no program listens there (ECONNREFUSED)`,
    });
  });

  it("gives up after a while", async () => {
    // Time runs out before the kernel can tell that the connection is made.
    const hasty: Clock = { ...systemClock, setTimeout: (callback) => queueMicrotask(callback) };
    await expect(connect(await listener("127.0.0.1"), hasty)).rejects.toMatchObject({
      code: "timed-out",
      message: expect.stringMatching(/^cannot reach 127\.0\.0\.1:\d+: no answer within 5 s$/),
    });
  });
});
