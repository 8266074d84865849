/** Each fact that a story is told: what is kept of it, when it was, and what it changes. */
import { beforeEach, describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import { PAST } from "../../src/stories/retention.ts";
import { Story } from "../../src/stories/story.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { echoSubject as subject } from "./echo-subject.ts";

const LIMIT = 8_192;

let clock: SimulatedClock;
let recorder: Recorder;
let story: Story;
beforeEach(() => {
  clock = new SimulatedClock();
  recorder = new Recorder(clock);
  story = recorder.open({ ...subject }, "listening");
});

const last = () => story.entries.at(-1);
const kinds = () => story.entries.map(({ kind }) => kind);

describe("bytes", () => {
  it("that came are kept with their time, in microseconds, and counted", () => {
    clock.advance(2);
    story.recordRead(Buffer.from([0, 255]));
    expect(last()).toEqual({ at: 2_000, kind: "in", bytes: Buffer.from([0, 255]), size: 2 });
    expect([story.bytesIn, story.bytesOut, story.movedAt]).toEqual([2, 0, 2_000]);
    story.recordRead(Buffer.from("é"), "Ã©", 7_000);
    expect(last()).toEqual({ at: 7_000, kind: "in", bytes: Buffer.from("é"), size: 2 });
    expect([story.bytesIn, story.movedAt]).toEqual([4, 7_000]);
  });

  it("that came are cut at the limit, whoever has made them text", () => {
    const long = Buffer.alloc(LIMIT + 1, "a");
    for (const text of [undefined, long.toString("latin1")]) {
      story.recordRead(long, text);
      expect(last()).toMatchObject({ bytes: Buffer.alloc(LIMIT, "a"), size: LIMIT + 1 });
    }
    expect(story.bytesIn).toBe(2 * LIMIT + 2);
  });

  it("that went are kept with their time, and counted", () => {
    clock.advance(3);
    story.recordWrite(Buffer.from("ab"));
    expect(last()).toEqual({ at: 3_000, kind: "out", bytes: Buffer.from("ab"), size: 2 });
    expect([story.bytesIn, story.bytesOut, story.movedAt]).toEqual([0, 2, 3_000]);
    clock.advance(1);
    story.recordText("é", 2);
    expect(last()).toEqual({ at: 4_000, kind: "out", bytes: Buffer.from("é"), size: 2 });
    expect([story.bytesOut, story.movedAt]).toEqual([4, 4_000]);
  });

  it("of a text that is longer than the limit are cut at it", () => {
    for (const size of [LIMIT, LIMIT + 1]) {
      story.recordText("a".repeat(size), size);
      expect(last()).toMatchObject({ kind: "out", bytes: Buffer.alloc(LIMIT, "a"), size });
    }
    expect(story.bytesOut).toBe(2 * LIMIT + 1);
  });

  it.each(["drained", "late"] as const)("that are not read any more are %s, counted and cut", (kind) => {
    clock.advance(1);
    story.recordUnread(kind, Buffer.alloc(LIMIT + 1, "a"));
    expect(last()).toEqual({ at: 1_000, kind, bytes: Buffer.alloc(LIMIT, "a"), size: LIMIT + 1 });
    expect([story.bytesIn, story.movedAt]).toEqual([LIMIT + 1, 1_000]);
  });

  it("that framing passes over came before: they are not counted again", () => {
    const bytes = Buffer.from("\0\0");
    story.recordDropped(bytes);
    bytes.fill("x");
    expect(last()).toEqual({ at: 0, kind: "dropped", bytes: Buffer.from("\0\0"), size: 2 });
    expect([story.bytesIn, story.movedAt]).toEqual([0, 0]);
  });
});

describe("a file", () => {
  it("grows in its entry, and counts for its direction", () => {
    const out = story.recordFile("out", "a.pdf", 10);
    clock.advance(1);
    out.moved(4);
    expect(last()).toEqual({ at: 0, kind: "file", direction: "out", name: "a.pdf", size: 4, told: 10 });
    expect([story.bytesIn, story.bytesOut, story.movedAt]).toEqual([0, 4, 1_000]);
    const into = story.recordFile("in", "b.pdf", 10, 3);
    into.moved(4);
    into.moved(3);
    expect(last()).toMatchObject({ direction: "in", size: 7, told: 10, ahead: 3 });
    expect([story.bytesIn, story.bytesOut]).toEqual([7, 4]);
  });

  it("still counts where its entry is no longer kept: in the gap, each way", () => {
    for (let count = 0; count < 40; count += 1) story.recordEnd("fin");
    const files = [story.recordFile("in", "a", 9), story.recordFile("out", "b", 9)];
    const fresh = story.recordFile("out", "kept", 9);
    for (let count = 0; count < 63; count += 1) story.recordEnd("fin");
    files[0]?.moved(2);
    files[1]?.moved(5);
    fresh.moved(8);
    expect(story.entries.find(({ kind }) => kind === "gap")).toMatchObject({ bytesIn: 2, bytesOut: 5 });
  });
});

describe("what happened besides", () => {
  it("is an entry of its own, at its time", () => {
    const wrong = cause("peer-gone", {});
    const sample = {
      name: "nc",
      pid: 1,
      doing: "sleeping",
      isCertain: true,
      isAccepted: true,
      unreadBytes: 0,
    };
    clock.advance(1);
    story.recordEnd("ended");
    story.recordEnd("fin");
    story.remark(wrong);
    story.recordProgram(sample as never);
    story.operate({ action: "send", size: 7 });
    story.close("peer");
    story.close("us", wrong);
    expect(story.entries.slice(1)).toStrictEqual(
      [
        { kind: "ended" },
        { kind: "fin" },
        { kind: "remark", cause: wrong },
        { kind: "program", ...sample },
        { kind: "operator", action: "send", size: 7 },
        { kind: "closed", by: "peer" },
        { kind: "closed", by: "us", cause: wrong },
      ].map((entry) => ({ at: 1_000, ...entry })),
    );
    expect([story.fault, story.isLineBad, story.bytesIn, story.bytesOut]).toEqual([undefined, false, 0, 0]);
  });

  it("is a bad line, once a fault is put on it", () => {
    story.recordFault({ fault: "f1", name: "latency", direction: "in", deed: "on" });
    expect(story.isLineBad).toBe(true);
    expect(last()).toMatchObject({ kind: "fault", deed: "on" });
  });

  it("is a refusal, with its words, its cause and its rule", () => {
    story.lastRule = "FILE-1";
    const bare = cause("no-descriptors", { limit: 4 }, "");
    story.refuse({ code: bare.code, args: { limit: 4 } }, "no");
    expect([story.lastRule, story.fault]).toEqual(["FILE-1", "refused"]);
    story.refuse(cause("message-too-long", { limit: 4 }), "too long");
    expect(story.lastRule).toBe("FRAME-7");
    expect(story.cause?.code).toBe("no-descriptors");
    expect(last()).toMatchObject({ kind: "refused", cause: { code: "message-too-long" }, words: "too long" });
  });
});

describe("a fault", () => {
  const boom = cause("crashed", { error: "boom", place: "" });

  it("is the first of them, but a crash is never hidden behind what a peer did", () => {
    story.fail("failed", cause("peer-reset", {}));
    story.fail("refused", cause("wrong-token", {}));
    expect([story.fault, story.cause?.code]).toEqual(["failed", "peer-reset"]);
    story.crash(boom);
    expect([story.fault, story.cause]).toEqual(["crashed", boom]);
    story.fail("failed", cause("peer-gone", {}));
    expect([story.fault, story.cause]).toEqual(["crashed", boom]);
  });

  it("ends a step: what was done in it is told before", () => {
    story.beginStep();
    story.recordText("half", 4);
    story.crash(boom);
    expect(kinds()).toEqual(["opened", "out", "crashed"]);
    expect([story.isInStep, last()]).toEqual([false, { at: 0, kind: "crashed", cause: boom }]);
  });
});

describe("a step", () => {
  const moves = { from: "listening", to: "sending", event: "peer.message" };

  it("tells its transition first, at the time when it began, and then what it did", () => {
    expect(story.isInStep).toBe(false);
    story.beginStep();
    expect(story.isInStep).toBe(true);
    clock.advance(1);
    story.beginStep();
    story.recordText("a", 1);
    clock.advance(1);
    story.recordWrite(Buffer.from("b"));
    expect(kinds()).toEqual(["opened"]);
    story.endStep(moves, "a word");
    expect(story.entries.slice(1)).toEqual([
      { at: 0, kind: "transition", ...moves },
      { at: 1_000, kind: "out", bytes: Buffer.from("a"), size: 1 },
      { at: 2_000, kind: "out", bytes: Buffer.from("b"), size: 1 },
    ]);
    expect([story.state, story.waitsFor, story.isInStep]).toEqual(["sending", "a word", false]);
    story.endStep({ ...moves, to: "closed" });
    expect([story.state, story.waitsFor]).toEqual(["closed", undefined]);
    expect(last()).toMatchObject({ at: 2_000, to: "closed" });
  });

  it("keeps the world's answer that moved it", () => {
    const answer = { ok: true, value: 1, sizeBytes: 8 } as const;
    const before = story.cost;
    story.endStep({ ...moves, answer });
    expect(last()).toEqual({ at: 0, kind: "transition", ...moves, answer });
    expect(story.cost - before).toBeGreaterThan(answer.sizeBytes);
  });

  it("is told to a tap when the story is in its new state", () => {
    const heard: unknown[] = [];
    recorder.tap((of, entry) => heard.push([entry.kind, of.state, of.waitsFor]));
    story.beginStep();
    story.recordMessage(1, "FILE-1");
    story.endStep(moves, "a word");
    expect(heard).toEqual([
      ["transition", "sending", "a word"],
      ["message", "sending", "a word"],
    ]);
  });

  it("that moved nothing leaves the state, and tells what it did", () => {
    story.waitsFor = "a word";
    story.beginStep();
    story.recordText("a", 1);
    story.endStep(undefined);
    expect([kinds(), story.state, story.waitsFor]).toEqual([["opened", "out"], "listening", "a word"]);
    story.endStep(undefined);
    expect(kinds()).toEqual(["opened", "out"]);
  });
});

describe("messages", () => {
  it("have the state, the rule and the time when they were handed over, or later", () => {
    clock.advance(1);
    story.recordMessage(3, "FILE-1");
    expect(last()).toEqual({ at: 1_000, kind: "message", size: 3, state: "listening", rule: "FILE-1" });
    story.recordMessage(4, "FILE-3", 500);
    expect(last()).toMatchObject({ at: 1_000, size: 4, rule: "FILE-3" });
    story.recordMessage(5, "FILE-3", 1_700);
    expect([last()?.at, story.lastRule]).toEqual([1_700, "FILE-3"]);
  });

  it("of a run are told apart by rule, by state, by time and by story", () => {
    for (let count = 0; count < 40; count += 1) story.recordEnd("fin");
    const other = recorder.open({ ...subject, id: "echo-1/c2" }, "listening");
    for (let count = 0; count < 40; count += 1) other.recordEnd("fin");
    const told = (of: Story) =>
      of.entries.flatMap((entry) =>
        entry.kind === "message" ? [[entry.at, entry.size, entry.state, entry.rule]] : [],
      );
    story.recordMessage(1, "FILE-1", 0);
    story.recordMessage(2, "FILE-1", 0);
    story.recordMessage(3, "FILE-3", 0);
    other.recordMessage(4, "FILE-3", 0);
    story.recordMessage(5, "FILE-3", 0);
    story.recordMessage(6, "FILE-3", 10);
    story.state = "sending";
    story.recordMessage(7, "FILE-3", 10);
    expect(told(story)).toEqual([
      [0, 1, "listening", "FILE-1"],
      [0, 2, "listening", "FILE-1"],
      [0, 3, "listening", "FILE-3"],
      [0, 5, "listening", "FILE-3"],
      [10, 6, "listening", "FILE-3"],
      [10, 7, "sending", "FILE-3"],
    ]);
    expect(told(other)).toEqual([[0, 4, "listening", "FILE-3"]]);
    expect(story.cost + other.cost).toBe(recorder.costBytes);
  });
});

describe("a story from elsewhere", () => {
  it("is stamped from when it began there", () => {
    const begun = clock.now() - 50;
    const early = recorder.open({ ...subject, id: "echo-1/c2" }, "listening", undefined, begun);
    expect(early.openedAt).toBe(begun);
    clock.advance(2);
    expect(early.now()).toBe(52_000);
    early.recordEnd("fin");
    expect(early.entries.at(-1)).toEqual({ at: 52_000, kind: "fin" });
  });

  it("that is over costs nothing, is told to nobody and keeps all", () => {
    const over = new Story(subject, "closed", 1_000, PAST);
    const long = Buffer.alloc(LIMIT + 1);
    for (let count = 0; count < 200; count += 1) over.recordWrite(long);
    over.recordRead(long);
    expect([over.entries.length, over.now(), PAST.isTapped]).toEqual([201, 0, false]);
    expect(over.entries.every((entry: Entry) => "bytes" in entry && entry.bytes.length === LIMIT + 1)).toBe(
      true,
    );
  });
});
