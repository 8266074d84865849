/** `seq` in a real daemon: one connection, a room, what does not fit, and what is written into files. */
import { describe, expect, it } from "vitest";
import { exitCodes } from "../../src/errors.ts";
import calculator from "../../src/machines/calculator.ts";
import chat from "../../src/machines/chat.ts";
import { converse } from "../actors/harness.ts";
import { daemon, run, spawn, useDaemon } from "./drawing-lab.ts";
import { eventually } from "./eventually.ts";

useDaemon([calculator, chat]);

const PROMPT = "Please, Enter Your ig name";

async function enter(port: number, login: string) {
  const peer = await converse(port);
  await peer.hears(PROMPT);
  peer.say(`${login}\n`);
  await peer.hears(`new user ${login} connected!\nnew user ${login} joined \n`);
  return peer;
}

describe("seq", () => {
  it("draws one connection: what was said in arrows, the states beside them", async () => {
    const peer = await converse((await spawn("calculator")).port);
    peer.say("ann\n");
    peer.say("6 * 7\n");
    await peer.hears("42.0\n");
    const { text, exit } = await run("seq");
    expect(exit).toBe(exitCodes.done);
    expect(text).toMatch(/├── connects ─+►│/);
    expect(text).toMatch(/├─ in computing \(peer\.message\)/);
    expect(text).toMatch(/│◄─+ "42\.0\\n" {2}5 bytes ──┤/);
    expect(Math.max(...text.split("\n").map((row) => row.length))).toBeLessThanOrEqual(80);
  });

  it("draws a room: who said what, and who heard it", async () => {
    const { port } = await spawn("chat");
    const ann = await enter(port, ":Ann:ann");
    const bob = await enter(port, ":Bob:bob");
    await ann.hears("new user :Bob:bob joined \n");
    ann.say("hello\n");
    await bob.hears(":Ann:hello\n");
    await ann.hears(":Ann:hello\n");
    const { text } = await run("seq chat-1");
    expect(text).toMatch(/^ +c1 +chat-1 +c2\n/);
    expect(text).toMatch(/├─+►│ +│ +"hello\\n" {2}6 bytes/);
    expect(text).toMatch(/│◄─+•─+►│ +":Ann:hello\\n" {2}11 bytes/);
    expect((await run("seq chat-1 --plain")).text).toContain(
      'chat-1 to c1 and c2: ":Ann:hello\\n"  11 bytes',
    );
  });

  it("draws as many as there is room for, and says how many it left out", async () => {
    const { port } = await spawn("chat");
    for (let count = 0; count < 14; count += 1) await (await converse(port)).hears(PROMPT);
    await eventually(() => expect(daemon.recorder.live()).toHaveLength(14));
    const narrow = await run("seq chat-1");
    expect(narrow.err.join()).toMatch(
      /^\d+ more connections are left out: a wider terminal, --plain or --format svg has room for 12$/,
    );
    const { data } = await run("seq chat-1 --json");
    expect(data).toEqual([expect.objectContaining({ connectionsLeftOut: 2 })]);
    expect((await run("seq chat-1 --format mermaid")).text.match(/^ {2}participant /gm)).toHaveLength(13);
  });

  it("writes into the file that is named, for what its ending says", async () => {
    await converse((await spawn("calculator")).port);
    await eventually(() => expect(daemon.recorder.last).toBeDefined());
    const { files, text } = await run("seq @last --out talk.svg");
    expect(files.get("talk.svg")).toMatch(/^<svg /);
    expect(text).toBe("wrote talk.svg");
    expect((await run("seq @last --out talk.mmd")).files.get("talk.mmd")).toMatch(/^sequenceDiagram/);
  });

  it.each([
    ["seq", /no client has connected yet/, exitCodes.done],
    ["seq state=none", /no connection matches/, exitCodes.done],
    ["seq c9", /no connection c9/, exitCodes.noSuchThing],
    ["seq --format dot", /format/, exitCodes.usage],
    ["seq --out talk.dot", /cannot write \.dot; choose --format/, exitCodes.usage],
    ["seq --n 0", /--n/, exitCodes.usage],
  ])("answers %s in words", async (line, expected, code) => {
    const { out, err, exit } = await run(line);
    expect([...out, ...err].join()).toMatch(expected);
    expect(exit).toBe(code);
  });
});
