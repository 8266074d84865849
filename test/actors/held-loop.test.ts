/** A role of ours, in this thread, that does not come back for long: the log says which, and where. */
import { describe, expect, it } from "vitest";
import { setup } from "xstate";
import { systemClock } from "../../src/actors/clock.ts";
import { Log } from "../../src/log.ts";
import type { Clock, PeerWorld, World } from "../../src/machines/_world.ts";
import { answeringRole } from "../fixtures/roles/_answering.ts";
import { type EchoEvent, echoMachine, echoRole } from "../fixtures/roles/_echo.ts";
import { converse, eventually, openLab } from "./harness.ts";

function compute(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

/** It computes as long as it is told to. */
const ponderer = echoRole("ponderer", {
  machine: echoMachine((peer, text) => {
    compute(Number(text));
    peer.send("done");
  }),
});

/** It computes after a while, of its own accord. */
const brooder = echoRole("brooder", {
  machine: setup({
    types: { context: {} as PeerWorld, events: {} as EchoEvent, input: {} as PeerWorld },
    actions: { brood: () => compute(300) },
  }).createMachine({
    context: ({ input }) => input,
    initial: "listening",
    on: { "peer.closed": ".closed" },
    states: {
      listening: { after: { 1: { actions: "brood" } }, on: { "peer.ended": "closed" } },
      closed: { type: "final" },
    },
  }),
});

/** Its companion computes after a while, and again as it goes on. */
const helped = echoRole("helped", {
  companion: setup({ actions: { brood: () => compute(300) } }).createMachine({
    initial: "registering",
    states: { registering: { after: { 1: { target: "registered", actions: "brood" } } }, registered: {} },
  }),
});

/** Nobody has said anything to it, and it computes. */
const datagrams = answeringRole("datagrams", {
  machine: setup({
    types: { context: {} as World, input: {} as World },
    actions: { brood: () => compute(300) },
  }).createMachine({
    context: ({ input }) => input,
    initial: "serving",
    states: { serving: { after: { 1: { actions: "brood" } } } },
  }),
});

/** It computes in a timer of its own, which is no step of its machine. */
const timed = echoRole("timed", {
  machine: setup({
    types: { context: {} as PeerWorld, events: {} as EchoEvent, input: {} as PeerWorld },
    actions: { later: ({ context: { clock } }) => void clock.setTimeout(() => compute(300), 1) },
  }).createMachine({
    context: ({ input }) => input,
    initial: "listening",
    on: { "peer.closed": ".closed" },
    states: { listening: { entry: "later", on: { "peer.ended": "closed" } }, closed: { type: "final" } },
  }),
});

/** Counts what this process computes: a machine that does much else makes no moment longer. */
const processorClock: Clock = {
  ...systemClock,
  monotonic: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

async function listening(role: string, clock: Clock = systemClock) {
  const log = new Log({ format: "pretty", level: "info", colors: false });
  log.show(false);
  const roles = [ponderer, brooder, helped, datagrams, timed];
  const lab = await openLab(roles, { telemetry: log.telemetry, clock });
  const { port } = await lab.spawn(role);
  return { port, warnings: () => log.lines().filter(({ level }) => level === "warn") };
}

async function open(role: "ponderer" | "brooder" | "timed" = "ponderer", clock?: Clock) {
  const { port, warnings } = await listening(role, clock);
  return { peer: await converse(port), warnings };
}

describe("a role that holds the event loop", () => {
  it("for 300 ms is named in the log, with the state that it was in", async () => {
    const { peer, warnings } = await open();
    peer.say("300\n");
    await peer.hears("done\n");
    await eventually(() => expect(warnings()).toHaveLength(1));
    expect(warnings()[0]?.message).toMatch(
      /^ponderer-1\/c1 held its process's event loop for (?:[3-9]\d\d|\d{4,}) ms: role ponderer, in listening$/,
    );
  });

  it("by a timer of its machine is named too", async () => {
    const { warnings } = await open("brooder");
    await eventually(() => expect(warnings()).toHaveLength(1));
    expect(warnings()[0]?.message).toMatch(/^brooder-1\/c1 held .* role brooder, in listening$/);
  });

  it.each([
    ["of its companion", "helped", /^helped-1 held .* role helped, in registering of its companion$/],
    ["of datagrams, with no sender's", "datagrams", /^datagrams-1 held .* role datagrams, in serving$/],
  ])("by a step of the machine %s is named without a peer", async (_, role, words) => {
    const { warnings } = await listening(role);
    const said = () => warnings().map(({ message }) => message);
    await eventually(() => expect(said()).toContainEqual(expect.stringMatching(words)));
  });

  it("by a timer of its own is named too", async () => {
    const { warnings } = await open("timed");
    const words = /^timed-1 held .* role timed, in a timer of its own$/;
    await eventually(() =>
      expect(warnings().map(({ message }) => message)).toContainEqual(expect.stringMatching(words)),
    );
  });

  it("for a moment is not", async () => {
    const { peer, warnings } = await open("ponderer", processorClock);
    peer.say("20\n");
    await peer.hears("done\n");
    expect(warnings()).toEqual([]);
  });
});
