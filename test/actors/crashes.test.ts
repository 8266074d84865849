/** Roles that misbehave on purpose: what throws ends alone, and says so. */
import { describe, expect, it } from "vitest";
import { setup } from "xstate";
import calculatorClient from "../../src/machines/calculator-client.ts";
import { cause } from "../../src/stories/causes.ts";
import companionCrashesAtStart from "../fixtures/roles/companion-crashes-at-start.ts";
import crashesAtStart from "../fixtures/roles/crashes-at-start.ts";
import throwsAtBirth from "../fixtures/roles/throws-at-birth.ts";
import throwsInAction from "../fixtures/roles/throws-in-action.ts";
import throwsInHandler from "../fixtures/roles/throws-in-handler.ts";
import throwsInRefusal from "../fixtures/roles/throws-in-refusal.ts";
import throwsTwice from "../fixtures/roles/throws-twice.ts";
import udpThrowsInHandler from "../fixtures/roles/udp-throws-in-handler.ts";
import udpThrowsOnce from "../fixtures/roles/udp-throws-once.ts";
import { Sender } from "./datagrams.ts";
import { converse, eventually, openLab, type TestLab, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

describe("a connection that throws", () => {
  it.each([
    [throwsInHandler, "the handler met boom"],
    [throwsInAction, "the action met boom"],
  ])("ends alone, and is recorded as crashed with its story: $name", async (role, why) => {
    const lab = await openLab([role]);
    const server = await lab.spawn(role.name);
    const neighbours = await Promise.all([converse(server), converse(server), converse(server)]);
    const says = async (text: string) => {
      for (const peer of neighbours) peer.say(text);
      for (const peer of neighbours) await peer.hears(text);
    };
    await says("before\n");
    const one = await converse(server);
    one.say("boom\n");
    // What it had said before it threw is not lost, and its end is a FIN.
    expect((await one.hearsTheEnd()).toString()).toBe("boom\n");
    await says("after\n");

    expect(server.state).toBe("running");
    expect(lab.storyOf(one)).toMatchObject({ fault: "crashed", cause: { args: { error: why } } });
    const kinds = lab.storyOf(one).entries.map(({ kind }) => kind);
    expect(kinds.slice(0, 5)).toEqual(["opened", "in", "message", "out", "crashed"]);
    for (const peer of neighbours) expect(lab.storyOf(peer).fault).toBeUndefined();
    expect(lab.events.filter(({ type }) => type === "connection.crashed")).toHaveLength(1);
  });

  it("and throws again at its end is recorded with its first cause, once", async () => {
    const lab = await openLab([throwsTwice]);
    const peer = await converse(await lab.spawn("throws-twice"));
    peer.say("boom\n");
    await peer.hearsTheEnd();
    peer.end();
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    const crashes = lab.storyOf(peer).entries.filter(({ kind }) => kind === "crashed");
    expect(crashes).toMatchObject([{ cause: { args: { error: "the handler met boom" } } }]);
  });

  it("at its birth tells no peer anything, and keeps its name for the state", async () => {
    const lab = await openLab([throwsAtBirth]);
    const server = await lab.spawn("throws-at-birth");
    const peer = await converse(server);
    expect(await peer.hearsTheEnd()).toHaveLength(0);
    expect(lab.storyOf(peer)).toMatchObject({ fault: "crashed", state: "listening" });
    expect(lab.storyOf(peer).cause).toEqual(
      cause("crashed", {
        error: "no context could be made",
        place: expect.stringMatching(/throws-at-birth\.ts:\d+:\d+$/) as unknown as string,
      }),
    );
    expect(server.state).toBe("running");
  });

  it("while it is refused ends alone too", async () => {
    const lab = await openLab([throwsInRefusal]);
    const server = await lab.spawn("throws-in-refusal", { maxConnections: 1 });
    const first = await converse(server);
    const second = await converse(server);
    expect(await second.hearsTheEnd()).toHaveLength(0);
    expect(lab.storyOf(second)).toMatchObject({
      fault: "crashed",
      cause: { args: { error: "no words for a refusal" } },
    });
    first.say("still here\n");
    await first.hears("still here\n");
  });
});

describe("a crash that comes with the peer's end", () => {
  it("is recorded as ours, also where the peer was the first to break off", async () => {
    const machine = setup({
      actions: {
        fall: () => {
          throw new Error("fell as it left");
        },
      },
    }).createMachine({
      initial: "listening",
      on: { "peer.closed": ".closed" },
      states: { listening: { on: { "peer.ended": "closed" } }, closed: { type: "final", entry: "fall" } },
    });
    const phases = { listening: { reads: "text", rule: "ECHO-0", expects: "anything" } } as const;
    const lab = await openLab([{ ...throwsInHandler, name: "falls-at-the-end", machine, phases }]);
    const peer = await converse(await lab.spawn("falls-at-the-end"));
    peer.reset();
    await eventually(() =>
      expect(lab.storyOf(peer)).toMatchObject({
        fault: "crashed",
        cause: { args: { error: "fell as it left" } },
      }),
    );
    expect(lab.events.filter(({ type }) => type === "connection.crashed")).toHaveLength(1);
  });
});

describe("a client whose handler throws", () => {
  it("has failed of that, and not of a server that closed", async () => {
    const lab = await openLab([
      throwsInHandler,
      { ...calculatorClient, name: "stumbles", phases: stumbling() },
    ]);
    const { port } = await lab.spawn(throwsInHandler.name);
    const client = await lab.spawn("stumbles", { host: "127.0.0.1", port });
    await client.reaches((state) => state === "failed" || state === "stopped");
    expect([client.state, client.lastError]).toEqual(["failed", "stumbled over a reply"]);
    expect(lab.recorder.all().find(({ subject }) => subject.role === "stumbles")?.fault).toBe("crashed");
  });
});

function stumbling() {
  const decode = () => {
    throw new Error("stumbled over a reply");
  };
  return Object.fromEntries(
    Object.entries(calculatorClient.phases).map(([state, phase]) => [state, { ...phase, decode }]),
  );
}

/** Lets the clock run until the instance is there, as far as `limitMs`. */
async function advanceUntil(lab: TestLab, clock: SimulatedClock, isThere: () => boolean, limitMs = 20_000) {
  const until = clock.now() + limitMs;
  while (!isThere() && clock.now() < until) {
    await turns();
    clock.advance(10);
  }
  await turns();
  expect(isThere(), lab.states.join(", ")).toBe(true);
}

describe("a UDP role that throws", () => {
  it.each([
    [udpThrowsOnce, "the action met boom"],
    [udpThrowsInHandler, "the handler met boom"],
  ])("is started again after a back-off, on its port, and serves: $name", async (role, why) => {
    const clock = new SimulatedClock();
    const lab = await openLab([role], { clock });
    const instance = await lab.spawn(role.name);
    const { port } = instance;
    const sender = await Sender.open(port);
    sender.say("one");
    expect(await sender.hears(1)).toEqual(["one"]);
    sender.say("boom");
    await eventually(() => expect(instance.state).toBe("backingOff"));
    expect(instance.lastError).toBe(why);
    const [story] = lab.recorder.all();
    expect(story).toMatchObject({ fault: "crashed", cause: { args: { error: why } } });
    clock.advance(99);
    await turns();
    expect(instance.state).toBe("backingOff");
    clock.advance(1);
    await instance.reaches((state) => state === "running");
    expect([instance.restarts, instance.lastError, instance.port]).toEqual([1, undefined, port]);
    sender.say("two");
    expect(await sender.hears(1)).toEqual(["two"]);
  });

  it.each([
    [crashesAtStart, "it fell over its own feet"],
    [companionCrashesAtStart, "the companion fell"],
  ])("whenever it starts is failed after its intensity, and says why: $name", async (role, why) => {
    const clock = new SimulatedClock();
    const lab = await openLab([role], { clock });
    const instance = lab.supervisor.add({ role: role.name, given: { host: "127.0.0.1", port: 0 } });
    const startedAt = clock.now();
    instance.start();
    await advanceUntil(lab, clock, () => instance.state === "failed");
    expect(instance.restarts).toBe(3);
    expect(instance.lastError).toBe(`${why} (3 restarts within 5 s did not help)`);
    // Back-offs of 100, 200 and 400 ms.
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(700);
    expect(clock.now() - startedAt).toBeLessThan(2_000);
    expect(instance.service.hosts).toEqual([]);
    // Nothing of the attempts is left: no sweep, no retry.
    expect(clock.waiting).toBe(0);
  });

  it("and is temporary stays failed", async () => {
    const lab = await openLab([udpThrowsOnce]);
    const instance = await lab.spawn("udp-throws-once", { restart: "temporary" });
    const sender = await Sender.open(instance.port);
    sender.say("boom");
    await instance.reaches((state) => state === "failed");
    expect([instance.restarts, instance.lastError]).toEqual([0, "the action met boom"]);
  });

  it("once an hour is started again each time", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([udpThrowsOnce], { clock });
    const instance = await lab.spawn("udp-throws-once");
    for (let crash = 1; crash <= 6; crash += 1) {
      (await Sender.open(instance.port)).say("boom");
      await eventually(() => expect(instance.state).toBe("backingOff"));
      // Crashes that lie far apart do not add up: each waits as if it were the first.
      clock.advance(100);
      await instance.reaches((state) => state === "running");
      clock.advance(3_600_000);
    }
    expect(instance.restarts).toBe(6);
  });
});

describe("a failed instance", () => {
  it("starts again when it is told to, and counts its restarts anew", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([crashesAtStart], { clock });
    const instance = lab.supervisor.add({ role: "crashes-at-start", given: { host: "127.0.0.1", port: 0 } });
    instance.start();
    await advanceUntil(lab, clock, () => instance.state === "failed");
    instance.start();
    expect(instance.state).toBe("starting");
    await advanceUntil(lab, clock, () => instance.state === "failed");
    expect(instance.restarts).toBe(6);
  });
});
