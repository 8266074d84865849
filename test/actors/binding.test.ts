/** Where roles listen: one port on every address of a host, and what is said when it cannot be had. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { addressesOf, isLoopback, plainAddress } from "../../src/actors/addresses.ts";
import type { Instance } from "../../src/actors/instance.ts";
import { byteSwapped } from "../../src/machines/file-server.ts";
import udpAnswers from "../fixtures/roles/udp-throws-once.ts";
import { Sender } from "./datagrams.ts";
import { converse, openLab, type TestLab, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

interface Holder {
  readonly port: number;
  /** Gives the port back. */
  free(): Promise<void>;
}

/** Another program on a port of this transport. */
async function holdPort(transport: "tcp" | "udp", port = 0, host = "127.0.0.1"): Promise<Holder> {
  if (transport === "udp") {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((bound) => socket.bind(port, host, bound));
    return holder(socket.address().port, (done) => socket.close(done));
  }
  const server = createServer().listen(port, host);
  await once(server, "listening");
  return holder((server.address() as AddressInfo).port, (done) => server.close(done));
}

function holder(port: number, close: (done: () => void) => void): Holder {
  let closed: Promise<void> | undefined;
  const free = () => (closed ??= new Promise<void>((done) => close(done)));
  onTestFinished(free);
  return { port, free };
}

const service = { service: "pdf", token: "server1" };

/** Starts, and lets the clock run in steps until it has settled or the time is up; answers how long it took. */
async function runFor(lab: TestLab, clock: SimulatedClock, instance: Instance, limitMs: number) {
  const startedAt = clock.now();
  while (instance.state === "starting" && clock.now() - startedAt < limitMs) {
    await turns();
    clock.advance(10);
  }
  await turns();
  expect(lab.states.at(-1)).toBe(`${instance.id} ${instance.state}`);
  return clock.now() - startedAt;
}

describe("localhost", () => {
  it.each([
    ["tcp", "file-server", service],
    ["udp", "bootstrap", {}],
  ])("is 127.0.0.1 and ::1 on the same port, also where any is wanted: %s", async (transport, role, given) => {
    const lab = await openLab();
    const instance = await lab.spawn(role, { ...given, host: "localhost", port: 0 });
    expect(instance.state, instance.lastError).toBe("running");
    expect(instance.service.hosts).toEqual(["127.0.0.1", "::1"]);
    expect(instance.port).toBeGreaterThan(0);
    for (const host of instance.service.hosts) {
      if (transport === "tcp") {
        const peer = await converse(instance, { host });
        peer.say("server1\n");
        await peer.hears("valid\n");
        expect(lab.storyOf(peer).subject.remote.address).toBe(host);
      } else {
        const sender = await Sender.open(instance.port, host);
        sender.say("DISCOVERY");
        expect(await sender.hears(1)).toEqual(["end"]);
      }
    }
  });

  it("is not served by half: a port that is taken on one of both is taken", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const { port } = await holdPort("tcp", 0, "::1");
    const given = { ...service, host: "localhost", port };
    const instance = lab.supervisor.add({ role: "file-server", given });
    instance.start();
    await runFor(lab, clock, instance, 3_000);
    expect(instance.state).toBe("failed");
    // What had been bound on the other address is free again.
    await (await holdPort("tcp", port, "127.0.0.1")).free();
  });
});

describe("a host", () => {
  it("that is one IPv4 address is served there alone", async () => {
    const lab = await openLab();
    const instance = await lab.serveFiles({ host: "127.0.0.1" });
    expect(instance.service.hosts).toEqual(["127.0.0.1"]);
    await expect(converse(instance, { host: "::1" })).rejects.toThrow("ECONNREFUSED");
  });

  it("that is one IPv6 address is served there alone", async () => {
    const lab = await openLab();
    const instance = await lab.serveFiles({ host: "::1" });
    await expect(converse(instance, { host: "127.0.0.1" })).rejects.toThrow("ECONNREFUSED");
    (await converse(instance, { host: "::1" })).say("server1\n");
  });

  it("that is not this machine's fails at once", async () => {
    const lab = await openLab();
    // An address of the documentation's: nobody has it.
    const instance = await lab.spawn("file-server", { ...service, host: "198.51.100.7" });
    const sentence = "198.51.100.7 is no address of this machine (EADDRNOTAVAIL): use --host with one of its own";
    expect([instance.state, instance.lastError]).toEqual(["failed", sentence]);
  });

  it("is loopback or not, and `*` is every address of both families", async () => {
    expect(["127.0.0.1", "127.8.9.10", "::1"].filter(isLoopback)).toHaveLength(3);
    expect(["0.0.0.0", "::", "192.168.1.5", "fe80::1"].filter(isLoopback)).toEqual([]);
    expect(await addressesOf("*")).toEqual(["0.0.0.0", "::"]);
    expect(plainAddress("::ffff:127.0.0.1")).toBe("127.0.0.1");
    expect(plainAddress("::ffff:cafe")).toBe("::ffff:cafe");
  });
});

describe("a port that another program has", () => {
  it.each([
    ["tcp" as const, "file-server", service],
    ["udp" as const, udpAnswers.name, {}],
  ])("is tried again for 2 s; then the instance is failed, with what to do: %s", async (transport, role, given) => {
    const clock = new SimulatedClock();
    const lab = await openLab([udpAnswers], { clock });
    const { port, free } = await holdPort(transport);
    const instance = lab.supervisor.add({ role, given: { ...given, host: "127.0.0.1", port } });
    instance.start();
    const took = await runFor(lab, clock, instance, 5_000);
    expect(took).toBeGreaterThanOrEqual(2_000);
    expect(took).toBeLessThan(2_200);
    const sentence = `port ${port} is taken (EADDRINUSE): stop the other program or use --port`;
    expect([instance.state, instance.lastError]).toEqual(["failed", sentence]);
    // It is the operator's turn: no restart was spent on it, and a start tries again.
    expect(instance.restarts).toBe(0);
    await free();
    instance.start();
    expect(await instance.settled()).toBe("running");
    expect([instance.port, instance.lastError]).toEqual([port, undefined]);
  });

  it("is taken as soon as it is free", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const { port, free } = await holdPort("tcp");
    const given = { ...service, host: "127.0.0.1", port };
    const instance = lab.supervisor.add({ role: "file-server", given });
    instance.start();
    await runFor(lab, clock, instance, 1_000);
    expect(instance.state).toBe("starting");
    await free();
    expect(await runFor(lab, clock, instance, 500)).toBeLessThanOrEqual(110);
    expect(instance.state).toBe("running");
    (await converse(instance)).say("server1\n");
  });

  it.each([
    ["tcp" as const, "file-server", service],
    ["udp" as const, udpAnswers.name, {}],
  ])("stays free for others where the instance was stopped while it waited: %s", async (transport, role, given) => {
    const clock = new SimulatedClock();
    const lab = await openLab([udpAnswers], { clock });
    const { port, free } = await holdPort(transport);
    const instance = lab.supervisor.add({ role, given: { ...given, host: "127.0.0.1", port } });
    instance.start();
    await runFor(lab, clock, instance, 300);
    await lab.supervisor.stop(instance);
    await free();
    clock.advance(3_000);
    await turns(20);
    expect(instance.service.hosts).toEqual([]);
    await (await holdPort(transport, port)).free();
    expect(clock.waiting).toBe(0);
  });

  it("is no reason not to serve where it is only a further one [FILE-6]", async () => {
    const lab = await openLab();
    const port = await swappablePort();
    const other = await holdPort("tcp", byteSwapped(port));
    const instance = await lab.serveFiles({ port, alsoSwapped: true });
    expect(lab.events).toContainEqual(
      expect.objectContaining({
        type: "instance.remark",
        text: expect.stringMatching(`^cannot listen on 127.0.0.1:${other.port} too: `),
      }),
    );
    (await converse(instance)).say("server1\n");
  });
});

describe("--also-swapped", () => {
  it("is reached where a program without htons connects [FILE-6]", async () => {
    const lab = await openLab();
    const instance = await lab.serveFiles({ port: await swappablePort(), alsoSwapped: true });
    const peer = await converse(byteSwapped(instance.port));
    peer.say("server1\n");
    await peer.hears("valid\n");
  });
});

/** A free port whose bytes, swapped, are a free port too. */
async function swappablePort(): Promise<number> {
  for (;;) {
    const { port, free } = await holdPort("tcp");
    await free();
    const swapped = byteSwapped(port);
    if (swapped < 1_024 || swapped === port) continue;
    try {
      await (await holdPort("tcp", swapped)).free();
      return port;
    } catch {
      // Taken: another guess.
    }
  }
}
