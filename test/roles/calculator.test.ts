/** A calculator over real sockets, with every kind of client. */
import { describe, expect, it } from "vitest";
import calculator from "../../src/machines/calculator.ts";
import calculatorClient from "../../src/machines/calculator-client.ts";
import { contextOf } from "../../src/stories/editions.ts";
import { describeEntry } from "../../src/stories/entry-text.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { runLines } from "./client-session.ts";
import { habits, speaker } from "./habits.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

async function serving(given: Record<string, unknown> = {}) {
  const lab = await openLab([calculator]);
  const server = await lab.spawn("calculator", given);
  return { lab, server, peer: await converse(server) };
}

const DIALOGUE = [
  ["15 + 35", "50.0"],
  ["3.24 - 45", "-41.76"],
  ["fifteen + 35", "Incorrect expression format"],
  ["1 % 2", "Incorrect operator"],
  ["1 / 0", "Division by zero"],
  ["4.5 / -6", "-0.75"],
] as const;

describe("a client that sends", () => {
  it.each(habits)("$what is answered in its own way [CALC-0, CALC-1, CALC-2]", async (habit) => {
    const clock = new SimulatedClock();
    const lab = await openLab([calculator], { clock });
    const peer = await converse(await lab.spawn("calculator"));
    const say = speaker(habit, peer, lab, clock);
    await say("gautamop");
    expect(lab.storyOf(peer)).toMatchObject({ state: "computing", bytesOut: 0 });
    for (const [expression, answer] of DIALOGUE) {
      await say(expression);
      await peer.hears(answer + habit.ending);
    }
    await say("q");
    expect((await peer.hearsTheEnd()).toString()).toBe("");
    expect(lab.storyOf(peer)).toMatchObject({ framing: habit.framing, fault: undefined });
  });

  it("a hundred lines at once gets a hundred answers, each for its own [CALC-0]", async () => {
    const { peer } = await serving();
    const lines = Array.from({ length: 100 }, (_, index) => `${index} * 2\n`);
    peer.end(`gautamop\n${lines.join("")}q\n`);
    const answers = lines.map((_, index) => `${index * 2}.0\n`);
    expect((await peer.hearsTheEnd()).toString()).toBe(answers.join(""));
  });

  it("a hundred C strings at once gets a hundred answers", async () => {
    const { peer } = await serving();
    const strings = Array.from({ length: 100 }, (_, index) => `${index} * 2\0`);
    peer.say(`gautamop\0${strings.join("")}`);
    await peer.hears(strings.map((_, index) => `${index * 2}.0\0`).join(""));
  });

  it("its name and its first expression in one packet has both understood [CALC-3]", async () => {
    const { lab, peer } = await serving();
    peer.say("gautamop15 + 35");
    await peer.hears("50.0");
    peer.say("1 + 1");
    await peer.hears("2.0");
    expect(lab.storyOf(peer).entries.filter(({ kind }) => kind === "message")).toHaveLength(3);
  });

  it("everything and a FIN at once has everything answered [FRAME-8]", async () => {
    const { peer } = await serving({ greet: true });
    peer.end("gautamop\n15 + 35\n1 + 1");
    expect((await peer.hearsTheEnd()).toString()).toBe("Hello gautamop\n50.0\n2.0\nBye\n");
    await peer.over();
    expect(peer.error).toBeUndefined();
  });

  it("lines, but its last word without one, is understood when it lies still [FRAME-2]", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([calculator], { clock });
    const peer = await converse(await lab.spawn("calculator"));
    peer.say("gautamop\n1 + 1\n");
    await peer.hears("2.0\n");
    peer.say("q");
    await eventually(() => expect(lab.controlOf(peer)?.unreadBytes).toBe(1));
    clock.advance(1_999);
    expect(lab.storyOf(peer).state).toBe("computing");
    clock.advance(1);
    expect((await peer.hearsTheEnd()).toString()).toBe("");
  });

  it("in one way teaches nobody else's connection [FRAME-1]", async () => {
    const { lab, server, peer } = await serving({ greet: true });
    const other = await converse(server);
    peer.say("ann\n");
    other.say("bob\0");
    await peer.hears("Hello ann\n");
    await other.hears("Hello bob\0");
    expect([lab.storyOf(peer).framing, lab.storyOf(other).framing]).toEqual(["line", "nul"]);
  });
});

describe("the session", () => {
  it("[CALC-4] shows its name, requests and answers while it lives", async () => {
    const { lab, peer } = await serving();
    peer.say("gautamop\n15 + 35\nq + 1\n");
    await peer.hears("50.0\nIncorrect expression format\n");
    const story = lab.storyOf(peer);
    expect(story.endedAt).toBeUndefined();
    const told = story.entries.map((entry) => describeEntry(entry, contextOf(story))).join("\n");
    expect(told).toContain('→ "gautamop\\n15 + 35\\nq + 1\\n"');
    // Lines that were read together are answered together [FRAME-6].
    expect(told).toContain('← "50.0\\nIncorrect expression format\\n"  33 bytes');
    expect(told).not.toContain("reads:");
  });

  it("is greeted and said good-bye with --greet, bare to a bare peer", async () => {
    const { peer } = await serving({ greet: true });
    peer.say("gautamop");
    await peer.hears("Hello gautamop");
    peer.say("q");
    expect((await peer.hearsTheEnd()).toString()).toBe("Bye");
  });
});

const LINES = ["15 + 35", "1 / 3", "fifteen", "q"];

describe("our client", () => {
  it("gets every result from our server, whatever comes in at once", async () => {
    const { server } = await serving();
    const { shown, hints, result } = runLines(calculatorClient, { port: server.port, as: "gautamop" }, LINES);
    expect(await result).toEqual({ ok: true });
    expect(shown).toEqual(["50.0", "0.3333333333333333", "Incorrect expression format"]);
    expect(hints).toHaveLength(1);
  });

  it.skipIf(!hasPython)("gets every result from their server (skipped without python3)", async () => {
    const { port, program } = await pythonServer("calculator_server.py");
    const { shown, result } = runLines(calculatorClient, { port, as: "gautamop", quiet: "250ms" }, LINES);
    expect(await result).toEqual({ ok: true });
    expect(shown).toEqual(["50.0", "0.3333333333333333", "Incorrect expression format"]);
    await program.says("gautamop asks q");
    expect(program.stdout).toContain("client gautamop\ngautamop asks 15 + 35\n");
  });
});

describe.skipIf(!hasPython)("their client (skipped without python3)", () => {
  it("gets every result from our server", async () => {
    const { server } = await serving();
    const input = "gautamop\n15 + 35\n3.24 - 45\n1 / 100000\n1 % 2\n1 / 0\nq\n";
    const { stdout, stderr, exit } = await pythonPeer("calculator_client.py", [server.port], { input }).ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout.match(/(?<=Expression: ).+/g)).toEqual([
      "50.0",
      "-41.76",
      "1e-05",
      "Incorrect operator",
      "Division by zero",
    ]);
  });
});
