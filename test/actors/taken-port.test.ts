/** A port that another program has: tried again for a while, never half taken, never taken for nobody. */
import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/actors/instance.ts";
import { isOnlyInTimeWait } from "../../src/os/proc.ts";
import udpAnswers from "../fixtures/roles/udp-throws-once.ts";
import { converse, hasIpv6, openLab, type TestLab, turns } from "./harness.ts";
import { holdPort, lingeringPort } from "./held-port.ts";
import { SimulatedClock } from "./simulated-clock.ts";

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

describe("a port that another program has", () => {
  it.each([
    ["tcp" as const, "file-server", service],
    ["udp" as const, udpAnswers.name, {}],
  ])(
    "is tried again for 2 s; then the instance is failed, with what to do: %s",
    async (transport, role, given) => {
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
    },
  );

  it("is said to be a role's of this daemon where it is one's", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const first = await lab.serveFiles();
    const given = { ...service, host: "127.0.0.1", port: first.port };
    const instance = lab.supervisor.add({ role: "file-server", given });
    instance.start();
    await runFor(lab, clock, instance, 5_000);
    const sentence = `port ${first.port} is taken by file-server-1 of this daemon: stop it first, or use --port`;
    expect([instance.state, instance.lastError]).toEqual(["failed", sentence]);
  });

  it.skipIf(process.platform !== "linux")(
    "that only TIME_WAIT holds is waited for, and settles nobody else",
    async () => {
      const port = await lingeringPort();
      const lab = await openLab([], { isLingering: isOnlyInTimeWait });
      const instance = lab.supervisor.add({
        role: "file-server",
        given: { ...service, host: "127.0.0.1", port },
      });
      instance.start();
      expect(await instance.settled()).toBe("backingOff");
      expect(instance.lastError).toMatch(new RegExp(`^port ${port} is in TIME_WAIT.*SO_REUSEADDR`));
      expect(lab.states.filter((state) => state.startsWith(instance.id))).toEqual([
        `${instance.id} starting`,
        `${instance.id} backingOff`,
      ]);
      await lab.supervisor.stop(instance);
      expect(instance.state).toBe("stopped");
    },
  );

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
  ])(
    "stays free for others where the instance was stopped while it waited: %s",
    async (transport, role, given) => {
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
    },
  );

  it.each([
    ["tcp" as const, "file-server", service],
    ["udp" as const, udpAnswers.name, {}],
  ])("is not bound behind a stop's back, at whatever moment that comes: %s", async (transport, role, own) => {
    const lab = await openLab([udpAnswers]);
    const { port, free } = await holdPort(transport);
    await free();
    const given = { ...own, host: "127.0.0.1", port };
    const instance = lab.supervisor.add({ role, given });
    for (let moment = 0; moment < 20; moment += 1) {
      instance.start();
      for (let step = 0; step < moment; step += 1) await Promise.resolve();
      await lab.supervisor.stop(instance);
      await turns();
      expect([instance.state, instance.service.hosts]).toEqual(["stopped", []]);
      await (await holdPort(transport, port)).free();
    }
  });

  it("costs no socket for each try", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([udpAnswers], { clock });
    const { port } = await holdPort("udp");
    const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith("UDP")).length;
    const before = sockets();
    const given = { host: "127.0.0.1", port };
    const instance = lab.supervisor.add({ role: udpAnswers.name, given });
    instance.start();
    await runFor(lab, clock, instance, 3_000);
    expect(instance.state).toBe("failed");
    expect(sockets()).toBe(before);
  });

  it.skipIf(!hasIpv6)("on one of the addresses of localhost is not served on the other either", async () => {
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
