/** In the middle of a file: what others say waits for its end, what ends it is a reset, and the story counts what really went. */
import { describe, expect, it } from "vitest";
import { bytesIn, bytesOut } from "../../src/stories/entry.ts";
import type { Story } from "../../src/stories/story.ts";
import { converse, eventually, openLab, type TestLab } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const LARGE = 32 * 1_048_576;

/** A peer that has asked for a large file and reads nothing of it yet. */
async function midFile(given: Record<string, unknown> = {}, clock?: SimulatedClock) {
  const lab = await openLab([], clock ? { clock } : {});
  const bytes = await lab.addFile("server.pdf", LARGE);
  const peer = await converse(await lab.serveFiles(given), { isDeaf: true });
  peer.say("server1\nserver.pdf\n");
  await eventually(() => expect(lab.storyOf(peer).state).toBe("announcing"));
  peer.say("Got\n");
  await eventually(() => expect(lab.storyOf(peer).state).toBe("sending"));
  await eventually(() => expect(handOn(lab, peer).queuedBytes).toBeGreaterThan(0));
  return { lab, peer, bytes, hand: handOn(lab, peer), story: lab.storyOf(peer) };
}

function handOn(lab: TestLab, peer: { readonly port: number }) {
  const control = lab.supervisor.control(lab.storyOf(peer).subject.id);
  if (!control?.inject || !control.fin || !control.kick) throw new Error("no live connection");
  return control as Required<typeof control>;
}

/** All that a peer heard behind the two replies and the size. */
function behindTheHead(heard: Buffer): Buffer {
  return heard.subarray("valid\n".length + "found\n".length + 4);
}

const closedEntry = (story: Story) => story.entries.find(({ kind }) => kind === "closed");

function expectSums(story: Story): void {
  expect(story.entries.reduce((sum, entry) => sum + bytesIn(entry), 0)).toBe(story.bytesIn);
  expect(story.entries.reduce((sum, entry) => sum + bytesOut(entry), 0)).toBe(story.bytesOut);
}

describe("in the middle of a file", () => {
  it("an operator's words wait for its end, and harm nothing", async () => {
    const { peer, bytes, hand, story } = await midFile();
    hand.inject(Buffer.from("the lab closes soon"));
    expect(story.fault).toBeUndefined();
    peer.listen();
    const heard = await peer.hearsBytes(6 + 6 + 4 + LARGE + 19);
    expect(behindTheHead(heard).subarray(0, LARGE).equals(bytes)).toBe(true);
    expect(heard.subarray(-19).toString()).toBe("the lab closes soon");
    expect(story.fault).toBeUndefined();
  });

  it("more words than may wait end the connection: by us, and the peer hears a reset", async () => {
    const { peer, hand, story } = await midFile({ maxQueue: 1_000 });
    hand.inject(Buffer.alloc(600, "a"));
    expect(story.fault).toBeUndefined();
    hand.inject(Buffer.alloc(600, "b"));
    expect(story).toMatchObject({ fault: "failed", cause: { code: "slow-reader", args: { bytes: 1_200 } } });
    await eventually(() => expect(story.endedAt).toBeDefined());
    expect(closedEntry(story)).toMatchObject({ kind: "closed", by: "us", cause: { code: "slow-reader" } });
    peer.listen();
    await peer.over();
    expect(peer.error).toBe("ECONNRESET");
  });

  it("an operator's FIN goes behind it: the file is whole", async () => {
    const { peer, bytes, hand, story } = await midFile();
    expect(hand.fin()).toBe(false);
    peer.listen();
    expect(behindTheHead(await peer.hearsTheEnd()).equals(bytes)).toBe(true);
    expect(story.entries.map(({ kind }) => kind).slice(-2)).not.toContain("closed");
    expect(story.entries.filter(({ kind }) => kind === "fin")).toHaveLength(1);
    peer.end();
    await peer.over();
    await eventually(() => expect(story.endedAt).toBeDefined());
    expect(story.fault).toBeUndefined();
  });

  it("an operator who kicks resets, and by us it is", async () => {
    const { peer, hand, story } = await midFile();
    hand.kick();
    await eventually(() => expect(story.endedAt).toBeDefined());
    expect(closedEntry(story)).toMatchObject({ kind: "closed", by: "us" });
    peer.listen();
    await peer.over();
    expect(peer.error).toBe("ECONNRESET");
  });

  it("a silence that is too long is ours to end, and told as that", async () => {
    const clock = new SimulatedClock();
    const { lab, story } = await midFile({ idle: "10s" }, clock);
    clock.advance(12_500);
    await eventually(() => expect(story.endedAt).toBeDefined());
    expect(closedEntry(story)).toMatchObject({
      kind: "closed",
      by: "us",
      cause: { code: "transfer-idle" },
    });
    expect(lab.events.find(({ type }) => type === "connection.closed")).toMatchObject({ by: "us" });
  });

  it("a peer that goes has its story count what really went", async () => {
    const { peer, story } = await midFile();
    peer.reset();
    await eventually(() => expect(story.endedAt).toBeDefined());
    const file = story.entries.find(({ kind }) => kind === "file");
    expect(file).toMatchObject({ told: LARGE });
    expect(bytesOut(file as never)).toBeLessThan(LARGE);
    expect(closedEntry(story)).toMatchObject({ kind: "closed", by: "peer" });
    expectSums(story);
  });
});

describe("what nobody reads", () => {
  it("is told as drained behind our close", async () => {
    const lab = await openLab();
    const peer = await converse(await lab.serveFiles());
    peer.say(Buffer.from("a wrong token\n"));
    expect((await peer.hearsTheEnd()).toString()).toBe("Invalid\n");
    peer.end("server.pdf\n");
    const story = lab.storyOf(peer);
    await eventually(() => expect(story.endedAt).toBeDefined());
    expect(story.entries.map(({ kind }) => kind).slice(-4)).toEqual(["fin", "drained", "ended", "closed"]);
    expect(closedEntry(story)).toMatchObject({ by: "us" });
    expectSums(story);
  });

  it("of a fixed buffer is told as dropped, and counted with its read alone", async () => {
    const lab = await openLab();
    const peer = await converse(await lab.serveFiles());
    const buffer = Buffer.concat([Buffer.from("server1\0older\0words")], 256);
    peer.say(buffer);
    await peer.hears("valid\0");
    peer.end();
    const story = lab.storyOf(peer);
    await eventually(() => expect(story.endedAt).toBeDefined());
    const dropped = story.entries.flatMap((entry) => (entry.kind === "dropped" ? [entry] : []));
    expect(dropped.map(({ size }) => size)).toEqual([256 - "server1\0".length]);
    expect(story.bytesIn).toBe(256);
    expectSums(story);
  });
});
