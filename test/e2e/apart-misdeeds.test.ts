/** All further ways in which a user's role may go wrong: one of `npm run test:long`, for each costs some seconds. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApartLab, Peer } from "./apart-lab.ts";

let lab: ApartLab;

beforeAll(async () => {
  lab = await ApartLab.start();
});
afterAll(() => lab.end());

const HANG = /no sign of life for 0\.8 s, at .*misdeeds\.ts:\d+:\d+/;

describe("an instance of a user's role", () => {
  it.each([
    ["loops in a guard", "guard", HANG],
    ["loops in an action", "action", HANG],
    ["loops in a delay", "delay", HANG],
    ["loops in a timer of its own", "later", HANG],
    ["loops in its hub", "hub", HANG],
    ["leaks on the heap", "heap", /took \d+ MB of memory, and may take 160 \(--memory\)/],
    ["closes its pipe to the daemon", "channel", /role's process ended: it closed descriptor 3/],
    ["exits and does not tell it", "untoldExit", /role's process ended: exit status 3/],
    ["is killed", "kill", /role's process ended: SIGKILL/],
    ["throws where none is there to catch it", "thrownLater", /undefined.*misdeeds\.ts:\d+:\d+\)/],
  ])("that %s is started again, and its peers' stories say why", (_, deed, why) =>
    lab.expectToOutlive(deed, why),
  );
});

it("an instance whose role broke its own process, so that it answers nothing more, is stopped all the same", async () => {
  const { id, port } = await lab.spawn();
  const peer = await Peer.meet(port);
  expect(await peer.ask("deaf")).toBe("did deaf");
  const { ended } = peer;
  expect(await lab.daemon.ctl("stop", id)).toMatchObject({ exit: 0 });
  await ended;
  expect(await lab.show(id)).toMatchObject({ state: "stopped" });
});

/** A role whose module does this as it is read in the daemon, and not where it is tried first. */
const definition = (name: string, deed: string) => `
import { defineRole } from "netlabd";
import { setup } from "xstate";
import { z } from "zod";
if (!process.execArgv.includes("--permission")) { ${deed} }
export default defineRole({
  name: "${name}", summary: "s", side: "server", transport: "tcp", port: 0, options: z.object({}),
  machine: setup({}).createMachine({
    id: "${name}", initial: "asking", on: { "peer.closed": ".closed" },
    states: { asking: { on: { "peer.ended": "closed" } }, closed: { type: "final" } },
  }),
  phases: { asking: { reads: "text", rule: "DEF-1", expects: "a word" } },
});
`;

describe("a role whose module, as it is read,", () => {
  it.each([
    ["begins a timer that loops", "setTimeout(() => { for (;;); }, 1);"],
    ["begins a timer that exits", "setInterval(() => process.exit(3), 1);"],
    ["begins a timer that throws", "setImmediate(() => { throw new Error('late'); });"],
    ["leaves a rejection", "void Promise.reject(new Error('left'));"],
    [
      "goes on after an await",
      "void (async () => { await new Promise((go) => setTimeout(go, 1)); for (;;); })();",
    ],
    [
      "changes what all have in common",
      "Array.prototype.map = JSON.stringify = Promise.prototype.then = () => 0;",
    ],
    [
      "takes timers and ticks away",
      "process.nextTick = setTimeout = setImmediate = console.error = () => 0;",
    ],
    ["listens to the process", "process.on('SIGTERM', () => 0).removeAllListeners(); process.chdir('/');"],
  ])("%s is loaded, and nobody else hears of it", async (_, deed) => {
    const { stderr } = await lab.beside(() => lab.load("definition.js", definition("definition", deed)));
    expect(stderr).toBe("");
    // Timers of before this go off before it.
    const waited =
      "eval await new Promise((go) => setTimeout(go, 10)).then(() => JSON.stringify([1].map(String)))";
    expect(await lab.beside(() => lab.plain(waited))).toContain('["1"]');
    expect(await lab.plain("roles")).toContain("definition");
  });

  it.each([
    ["loops", "for (;;);", /definition\.js: reading it takes longer than 0\.2 s/],
    [
      "loops in a step of a promise",
      "Promise.resolve().then(() => { for (;;); });",
      /reading it takes longer than/,
    ],
    ["exits", "process.exit(3);", /definition\.js:5:\d+: it calls process\.exit/],
  ])("%s is refused, and nobody waits", async (_, deed, why) => {
    const { exit, stderr } = await lab.beside(() => lab.load("definition.js", definition("refused", deed)));
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringMatching(why) });
    expect(await lab.plain("roles")).not.toContain("refused");
  });

  it.each([
    [
      "leaves a rejection where it is tried",
      "void Promise.reject(new Error('left alone'));",
      /:2:\d+: left alone/,
    ],
    ["would write a file", "fs.writeFileSync('/tmp/netlab-definition', 'x');", /has been restricted/],
  ])("%s is refused", async (_, deed, why) => {
    const text = `import fs from "node:fs";\n${deed} export default fs;`;
    const { exit, stderr } = await lab.load("definition.js", text);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringMatching(why) });
  });
});
