/** What is kept of every story, what goes when memory is wanted, and in which order. */
import { beforeEach, describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { Fault, Story } from "../../src/stories/story.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";

let clock: SimulatedClock;
beforeEach(() => {
  clock = new SimulatedClock();
});

function open(recorder: Recorder, number: number, instance = "echo-1"): Story {
  const remote = { address: "127.0.0.1", port: 50_000 + number };
  const id = `${instance}/c${number}`;
  return recorder.open(
    { id, instance, role: "echo", edition: 0, transport: "tcp", local: remote, remote },
    "listening",
  );
}

/** The story of a peer that said so many bytes, and is gone. */
function ended(
  recorder: Recorder,
  number: number,
  { instance = "echo-1", size = 100, fault }: EndedOptions = {},
): Story {
  const story = open(recorder, number, instance);
  story.recordRead(Buffer.alloc(size));
  if (fault) story.fail(fault, cause("failure", { text: "for the test" }));
  clock.advance(1);
  recorder.end(story);
  return story;
}

interface EndedOptions {
  readonly instance?: string;
  readonly size?: number;
  readonly fault?: Fault;
}

const idsOf = (recorder: Recorder) => recorder.all().map(({ subject }) => subject.id);

describe("a story", () => {
  it("keeps its first 32 and its last 64 entries, and counts what fell out between them", () => {
    const story = open(new Recorder(clock), 1);
    for (let number = 1; number <= 200; number += 1) story.recordRead(Buffer.from(`message ${number}`));
    const texts = story.entries.map((entry) => ("bytes" in entry ? entry.bytes.toString() : entry.kind));
    const numbered = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => `message ${from + index}`);
    expect(texts).toEqual(["opened", ...numbered(1, 31), "gap", ...numbered(137, 200)]);
    expect([story.entriesBeforeGap, story.omitted]).toEqual([32, 105]);
    expect(story.bytesIn).toBe(numbered(1, 200).join("").length);
  });

  it("has no gap as long as everything fits", () => {
    const story = open(new Recorder(clock), 1);
    for (let number = 1; number <= 95; number += 1) story.recordRead(Buffer.from("x"));
    expect([story.entries.length, story.omitted]).toEqual([96, 0]);
  });

  it("keeps 8 KiB an entry, and how much it was", () => {
    const story = open(new Recorder(clock), 1);
    story.recordRead(Buffer.alloc(8_192, "a"));
    story.recordWrite(Buffer.alloc(100_000, "b"));
    const [, came, sent] = story.entries;
    expect(came).toMatchObject({ kind: "in", size: 8_192, bytes: Buffer.alloc(8_192, "a") });
    expect(sent).toMatchObject({ kind: "out", size: 100_000, bytes: Buffer.alloc(8_192, "b") });
  });

  it("tells its first fault: what follows is its consequence", () => {
    const story = open(new Recorder(clock), 1);
    story.fail("refused", cause("wrong-token", {}));
    story.fail("failed", cause("peer-reset", {}));
    expect([story.fault, story.cause?.code]).toEqual(["refused", "wrong-token"]);
  });
});

describe("the recorder", () => {
  it("finds a story by its id, live and ended, and knows the last that began", () => {
    const recorder = new Recorder(clock);
    const gone = ended(recorder, 1);
    const live = open(recorder, 2);
    expect(recorder.find("echo-1/c1")).toBe(gone);
    expect(recorder.find("echo-1/c2")).toBe(live);
    expect(recorder.find("echo-1/c3")).toBeUndefined();
    expect(recorder.last).toBe(live);
    expect(recorder.live()).toEqual([live]);
    expect(gone.endedAt).toBe(clock.now());
  });

  it("forgets ended, faultless stories first, the oldest of them before the others", () => {
    const recorder = new Recorder(clock, { budgetBytes: 6_000 });
    const live = open(recorder, 1);
    ended(recorder, 2, { fault: "crashed" });
    for (const number of [3, 4, 5]) ended(recorder, number);
    expect(idsOf(recorder)).toEqual(["echo-1/c1", "echo-1/c2", "echo-1/c3", "echo-1/c4", "echo-1/c5"]);
    live.recordRead(Buffer.alloc(3_100));
    expect(idsOf(recorder)).toEqual(["echo-1/c1", "echo-1/c2", "echo-1/c5"]);
    expect(recorder.costBytes).toBeLessThanOrEqual(6_000);
  });

  it("then the oldest faulty ones of the instance that has most: who floods erases only itself", () => {
    const recorder = new Recorder(clock, { budgetBytes: 20_000 });
    ended(recorder, 1, { instance: "quiet-1", fault: "crashed" });
    ended(recorder, 2, { instance: "quiet-2", fault: "refused" });
    ended(recorder, 3, { instance: "quiet-2", fault: "failed" });
    for (let number = 4; number <= 200; number += 1) {
      ended(recorder, number, { instance: "flooded-1", fault: "refused" });
    }
    const ids = idsOf(recorder);
    expect(ids.slice(0, 3)).toEqual(["quiet-1/c1", "quiet-2/c2", "quiet-2/c3"]);
    expect(ids.at(-1)).toBe("flooded-1/c200");
    expect(ids.length).toBeGreaterThan(10);
    expect(ids.length).toBeLessThan(30);
    expect(recorder.costBytes).toBeLessThanOrEqual(20_000);
  });

  it("never forgets a live one, and keeps less of each entry while those alone are over its memory", () => {
    const recorder = new Recorder(clock, { budgetBytes: 10_000 });
    const stories = [1, 2, 3].map((number) => open(recorder, number));
    for (const story of stories) story.recordRead(Buffer.alloc(8_192));
    expect(recorder.live()).toHaveLength(3);
    const kept = stories.map(({ entries }) =>
      entries.map((entry) => ("bytes" in entry ? entry.bytes.length : 0)),
    );
    expect(kept).toEqual([
      [0, 8_192],
      [0, 256],
      [0, 256],
    ]);
    // Once one of them has ended there is room again.
    for (const story of stories.slice(0, 1)) recorder.end(story);
    expect(recorder.bytesPerEntry).toBe(8_192);
  });

  it("charges a story for what it keeps, not for all that ever passed", () => {
    const recorder = new Recorder(clock);
    const story = open(recorder, 1);
    for (let number = 0; number < 96; number += 1) story.recordRead(Buffer.alloc(1_000));
    const full = recorder.costBytes;
    for (let number = 0; number < 1_000; number += 1) story.recordRead(Buffer.alloc(1_000));
    expect(recorder.costBytes).toBe(full);
    expect(story.cost).toBe(full);
  });
});

describe("a tap", () => {
  it("hears every entry of every story, until it is taken off", () => {
    const recorder = new Recorder(clock);
    const heard: string[] = [];
    const untap = recorder.tap((story, entry) => heard.push(`${story.subject.id} ${entry.kind}`));
    const first = open(recorder, 1);
    const second = open(recorder, 2);
    first.recordRead(Buffer.from("hi"));
    second.recordWrite(Buffer.from("ho"));
    untap();
    first.recordRead(Buffer.from("unheard"));
    expect(heard).toEqual(["echo-1/c1 opened", "echo-1/c2 opened", "echo-1/c1 in", "echo-1/c2 out"]);
  });
});

describe("the order of a story", () => {
  it("has the transition before what it sent", async () => {
    const lab = await openLab();
    const tapped: string[] = [];
    lab.recorder.tap((_story, entry) => tapped.push(entry.kind));
    const peer = await converse(await lab.serveFiles());
    peer.say("server1\n");
    await peer.hears("valid\n");
    peer.say("none.pdf\n");
    await peer.hears("not found\n");
    peer.end();
    await peer.over();
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    const told = lab.storyOf(peer).entries.map((entry) => {
      if (entry.kind === "transition") return `${entry.from} → ${entry.to} (${entry.event})`;
      if (entry.kind === "message") return `message in ${entry.state} [${entry.rule}]`;
      return "bytes" in entry ? `${entry.kind} ${JSON.stringify(entry.bytes.toString())}` : entry.kind;
    });
    expect(told).toEqual([
      "opened",
      'in "server1\\n"',
      "message in awaitingToken [FILE-1]",
      "awaitingToken → awaitingFilename (peer.message)",
      'out "valid\\n"',
      'in "none.pdf\\n"',
      "message in awaitingFilename [FILE-3]",
      "awaitingFilename → opening (peer.message)",
      "opening → awaitingFilename (opening done)",
      "remark",
      'out "not found\\n"',
      "ended",
      "awaitingFilename → closed (peer.ended)",
      "fin",
      "closed",
    ]);
    expect(tapped).toEqual(lab.storyOf(peer).entries.map(({ kind }) => kind));
    const closed = lab.storyOf(peer).entries.at(-1);
    expect(closed).toMatchObject({ kind: "closed", by: "peer" });
  });
});
