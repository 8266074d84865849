/**
 * Reads of long lines are let go of as soon as their bytes were copied out. Whatever still has a view of one - a message that is kept, a
 * write under way, what an operator or a tap has looked at - has its bytes for good.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { RoleEvent } from "../../src/machines/_role.ts";
import type { PeerMessage } from "../../src/wire/message.ts";
import { echoMachine, echoRole } from "../fixtures/roles/_echo.ts";
import { alone } from "../wire/alone.ts";
import { converse, eventually, openLab } from "./harness.ts";
import { Play } from "./link-play.ts";

const SEEDS = process.env.SEED ? [Number(process.env.SEED)] : [1, 20_261_130];

const line = fc
  .tuple(fc.constantFrom("a", "ü", "-"), fc.constantFrom(1, 40, 4_095, 4_096, 9_000, 30_000, 65_000))
  .chain(([letter, most]) => fc.integer({ min: 1, max: most }).map((length) => letter.repeat(length)))
  .filter((text) => Buffer.byteLength(text) <= 65_536);
const doing = fc.constantFrom("spend", "deal", "raw", "asking", "look", "work", undefined, undefined);
const steps = fc.array(fc.tuple(fc.constantFrom(700, 5_000, 20_000, 65_536), fc.boolean(), doing), {
  minLength: 1,
  maxLength: 30,
});

it.each(SEEDS)("every view shows what came, however long lines are cut (seed %i)", (seed) => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), steps, (lines, steps) => {
      const messages: PeerMessage[] = [];
      const play = new Play({
        on: (event: RoleEvent) => event.type === "peer.message" && messages.push(event as PeerMessage),
      });
      const views: { readonly view: Buffer; readonly shows: Buffer }[] = [];
      const stream = Buffer.from(lines.map((text) => `${text}\n`).join(""));
      for (let at = 0, index = 0; at < stream.length; index += 1) {
        const [size, isOwn, does] = steps[index % steps.length] ?? [1, true, undefined];
        const chunk = alone(stream.subarray(at, at + size));
        at += size;
        if (!isOwn) views.push({ view: chunk, shows: Buffer.from(chunk) });
        play.turns.isSliceSpent = does === "spend";
        play.link.receive(chunk, isOwn);
        if (does === "deal") play.turns.deal();
        else if (does === "raw" || does === "asking") play.go(does);
        else if (does === "work") play.go("working");
        if (does !== "look") continue;
        const view = play.connection.control.unread(100_000);
        views.push({ view, shows: Buffer.from(view) });
      }
      play.go("asking");
      for (let left = 3; left > 0; left -= 1) play.turns.deal();
      play.connection.control.unread(1);
      play.link.handlers?.onEnd();
      play.turns.deal();
      expect(play.crashes).toEqual([]);
      expect(messages.map(({ bytes }) => bytes.toString().replace(/\n$/, ""))).toEqual(lines);
      for (const { view, shows } of views) expect(view.equals(shows)).toBe(true);
    }),
    { seed, numRuns: 30 },
  );
});

it("a read that was let go of has been as long as it was: its peer waits for its turn", () => {
  const play = new Play();
  const read = alone(`${"x".repeat(65_535)}\n`);
  play.link.receive(read, true);
  expect([read.length, play.heard.length, play.link.since(), play.turns.waiting.size]).toEqual([
    0,
    1,
    ["paused"],
    1,
  ]);
});

/** It says back the very bytes of a message, which may be a view of a read. */
const byteEcho = echoRole("byte-echo", {
  machine: echoMachine(() => undefined),
  phases: {
    listening: {
      reads: "text",
      rule: "TEST-1",
      expects: "anything",
      handle: ({ bytes }, { peer }) => {
        peer.sendBytes(bytes);
        return undefined;
      },
    },
  },
});

it("what is written back is whole, though its peer reads it late", async () => {
  const lab = await openLab([byteEcho]);
  const peer = await converse(await lab.spawn("byte-echo"));
  const lines = Array.from({ length: 60 }, (_, index) =>
    (index % 3 === 0 ? "ü" : "a").repeat(1_000 * (1 + (index % 20))),
  );
  peer.say("first\n");
  await peer.hears("first");
  peer.socket.pause();
  for (const words of lines) peer.say(`${words}\n`);
  await eventually(() => expect(lab.storyOf(peer).bytesIn).toBeGreaterThan(65_536));
  peer.socket.resume();
  await peer.hears(lines.join(""));
});
