/** Functions of a user's role that the daemon calls for a screen or an option: none of them holds it up. */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ApartLab } from "./apart-lab.ts";
import type { InstanceDocument } from "./daemon.ts";
import { eventually } from "./eventually.ts";

/** Loops wherever it is asked for words, and where it is told to check an option. */
const ENDLESS = `
import { defineRole } from "netlabd";
import { setup } from "xstate";
import { z } from "zod";
const forEver = () => { for (;;); };
export default defineRole({
  name: "endless", summary: "has no end of words", side: "server", transport: "tcp", port: 0,
  options: z.object({
    size: z.coerce.number().default(1).refine((size) => size < 5 || forEver(), "less than 5"),
    odd: z.string().default("").transform((text) => text === "" ? text : { toJSON: forEver }),
  }),
  machine: setup({}).createMachine({
    id: "endless", initial: "asking", on: { "peer.closed": ".closed" },
    states: { asking: { on: { "peer.ended": "closed" } }, closed: { type: "final" } },
  }),
  phases: { asking: { reads: "text", rule: "END-1", expects: "a word", handle: (_, { peer }) => void peer.send("yes") } },
  display: forEver,
  secrets: { find: forEver, hide: forEver },
  offers: () => process.exit(9),
  tryIt: forEver,
});
`;

let lab: ApartLab;
beforeAll(async () => {
  lab = await ApartLab.start();
  expect(await lab.load("endless.js", ENDLESS)).toMatchObject({ exit: 0 });
  // Types of a role are checked first, which takes its time on a busy machine.
}, 60_000);
afterAll(() => lab.end());

it("words that never come are given up, and the daemon goes on", async () => {
  const { id, port } = await lab.daemon.document<InstanceDocument>("spawn", "endless", "--port", "0");
  const peer = connect(port, "127.0.0.1");
  await new Promise((resolve) => peer.once("data", resolve).write("my word\n"));
  await eventually(async () => expect(await lab.stories(id)).toHaveLength(1));
  const [story] = await lab.stories(id);
  const told = await lab.plain(`explain ${story?.id}`);
  // A secret that cannot be looked for may be anywhere.
  expect(told).not.toContain("my word");
  expect(await lab.plain("ls")).toContain("has no end of words");
  for (const name of ["secrets.hide", "offers"])
    expect(await lab.logged(`the role endless: ${name} is not called any more`)).toBeDefined();
  peer.destroy();
});

it("a check of an option that never comes back is refused", async () => {
  const answer = await lab.plain("spawn endless --port 0 --size 7");
  expect(answer).toContain("its own check of its options failed: it does not come back");
  expect(await lab.plain("spawn endless --port 0 --size 4")).toContain("endless-");
});

it("an option that is never done with what it is as data is refused, and the daemon goes on", async () => {
  const answer = await lab.plain("spawn endless --port 0 --odd yes");
  expect(answer).toContain("its own check of its options failed: it does not come back");
  expect(await lab.plain("ls --json")).toContain('"type":"calculator"');
});
