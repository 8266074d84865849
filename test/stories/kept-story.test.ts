/** A story from the journal is read like one from memory. */
import { describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { KeptStory, type StorySummary, summaryOf } from "../../src/stories/kept-story.ts";
import { wallMs } from "../../src/stories/story.ts";
import { echoSubject as subject } from "./echo-subject.ts";

const summary: StorySummary = {
  endedAt: 1_500,
  state: "closed",
  bytesIn: 3,
  bytesOut: 4,
  framing: "line",
  lastRule: "FILE-1",
  fault: "failed",
  cause: cause("peer-gone", {}),
};
const opened: Entry = { at: 0, kind: "opened", state: "listening" };
const fin: Entry = { at: 7_000, kind: "fin" };
const gap = (omitted: number): Entry => ({ at: 9, kind: "gap", omitted, bytesIn: 1, bytesOut: 1 });
const kept = (entries: readonly Entry[], more: Partial<StorySummary> = {}) =>
  new KeptStory(subject, 1_000, { ...summary, ...more }, { entries });

describe("a kept story", () => {
  it("stands as its summary says", () => {
    const story = kept([opened, fin]);
    expect(summaryOf(story)).toEqual(summary);
    expect(story).toMatchObject({ subject, openedAt: 1_000, isEndKnown: true, isLineBad: false });
    expect(wallMs(story, fin)).toBe(1_007);
  });

  it("without an end has ended with its last entry", () => {
    expect(kept([opened, fin], { endedAt: undefined })).toMatchObject({ endedAt: 1_007, isEndKnown: false });
    expect(kept([], { endedAt: undefined })).toMatchObject({ endedAt: 1_000, isEndKnown: false });
  });

  it("counts what its gaps stand for, and shows them where they are", () => {
    const story = kept([opened, gap(3), fin, gap(4)]);
    expect(story.entries).toEqual([opened, gap(3), fin, gap(4)]);
    expect([story.entriesBeforeGap, story.omitted, story.length]).toEqual([1, 7, 9]);
    const whole = kept([opened, fin]);
    expect([whole.entriesBeforeGap, whole.omitted, whole.length]).toEqual([2, 0, 2]);
    const beheaded = kept([gap(2), fin]);
    expect([beheaded.entriesBeforeGap, beheaded.omitted, beheaded.length]).toEqual([0, 2, 3]);
  });

  it("does not change with a list that was read of it", () => {
    const story = kept([opened]);
    story.entries.push(fin);
    expect(story.entries).toEqual([opened]);
  });

  it("knows that its line was bad", () => {
    const fault: Entry = { at: 1, kind: "fault", fault: "f1", name: "latency", direction: "in", deed: "on" };
    expect(kept([opened, fault]).isLineBad).toBe(true);
  });
});
