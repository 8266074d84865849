/** A role of ours, in this thread, that does not come back for long: the log says which, and where. */
import { describe, expect, it } from "vitest";
import { setup } from "xstate";
import { Log } from "../../src/log.ts";
import type { PeerWorld } from "../../src/machines/_world.ts";
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

async function open(role: "ponderer" | "brooder" = "ponderer") {
  const log = new Log({ format: "pretty", level: "info", colors: false });
  log.show(false);
  const lab = await openLab([ponderer, brooder], { telemetry: log.telemetry });
  const instance = await lab.spawn(role);
  const warnings = () => log.lines().filter(({ level }) => level === "warn");
  return { peer: await converse(instance.port), warnings };
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

  it("for a moment is not", async () => {
    const { peer, warnings } = await open();
    peer.say("20\n");
    await peer.hears("done\n");
    expect(warnings()).toEqual([]);
  });
});
