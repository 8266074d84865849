/** Messages that must be reads of their own for the peer [FRAME-6], and an operator's FIN in the middle. */
import { describe, expect, it } from "vitest";
import speaksInPieces from "../fixtures/roles/speaks-in-pieces.ts";
import { converse, openLab, type TestLab, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

async function pieceLab() {
  const clock = new SimulatedClock();
  const lab = await openLab([speaksInPieces], { clock });
  const peer = await converse(await lab.spawn("speaks-in-pieces"));
  return { clock, lab, peer };
}

/** What was written so far, one text a write. */
const written = (lab: TestLab, peer: { port: number }) =>
  lab.storyOf(peer).entries.flatMap((entry) => (entry.kind === "out" ? [entry.bytes.toString()] : []));

describe("a message marked as a read of its own", () => {
  it("waits for the gap, what follows waits behind it, and each has a gap of its own", async () => {
    const { clock, lab, peer } = await pieceLab();
    peer.say("go\n");
    await peer.hears("one\n");
    clock.advance(49);
    expect(written(lab, peer)).toEqual(["one\n"]);
    clock.advance(1);
    expect(written(lab, peer)).toEqual(["one\n", "two\n"]);
    clock.advance(49);
    expect(written(lab, peer)).toEqual(["one\n", "two\n"]);
    clock.advance(1);
    expect(written(lab, peer)).toEqual(["one\n", "two\n", "three\n", "four\n"]);
    await peer.hears("two\nthree\nfour\n");
  });

  it("need not wait where the peer speaks: its packet lies between", async () => {
    const { lab, peer } = await pieceLab();
    peer.say("go\n");
    await peer.hears("one\n");
    // Half a line: no message yet, but a packet.
    peer.say("g");
    await peer.hears("two\n");
    await turns();
    expect(written(lab, peer)).toEqual(["one\n", "two\n"]);
    peer.say("o");
    await peer.hears("three\nfour\n");
  });

  it("is said before the connection ends", async () => {
    const { clock, lab, peer } = await pieceLab();
    peer.say("bye\n");
    await peer.hears("soon\n");
    await turns();
    expect(peer.hasEnded).toBe(false);
    clock.advance(50);
    expect((await peer.hearsTheEnd()).toString()).toBe("Closing..\n");
    expect(lab.storyOf(peer).fault).toBeUndefined();
  });

  it("is dropped with a peer that goes meanwhile", async () => {
    const { clock, lab, peer } = await pieceLab();
    peer.say("go\n");
    await peer.hears("one\n");
    peer.reset();
    await expect.poll(() => lab.storyOf(peer).endedAt).toBeDefined();
    clock.advance(1_000);
    expect(written(lab, peer)).toEqual(["one\n"]);
  });
});

describe("an operator's FIN", () => {
  it("ends our side alone: the peer goes on, and what would be answered is not said", async () => {
    const { lab, peer } = await pieceLab();
    peer.say("go\n");
    await peer.hears("one\n");
    lab.supervisor.control(lab.storyOf(peer).subject.id)?.fin?.();
    await peer.hearsTheEnd();
    peer.say("go on\n");
    await expect.poll(() => lab.storyOf(peer).bytesIn).toBe("go\ngo on\n".length);
    await turns();
    expect(lab.storyOf(peer)).toMatchObject({ endedAt: undefined, fault: undefined, state: "listening" });
    peer.end();
    await peer.over();
    expect(peer.error).toBeUndefined();
  });
});
