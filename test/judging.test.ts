/** When stories are judged: live ones as they move, ended ones once. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as diagnoses from "../src/diagnoses/table.ts";
import { Judge } from "../src/judging.ts";
import { cause } from "../src/stories/causes.ts";
import type { LiveView } from "../src/stories/live-view.ts";
import { Recorder } from "../src/stories/recorder.ts";
import type { Story, StorySubject } from "../src/stories/story.ts";
import { SimulatedClock } from "./actors/simulated-clock.ts";

async function court(how: { isBroken?: boolean } = {}) {
  const closed = closedCourt(how);
  await closed.judge.open();
  return closed;
}

/** Before its diagnoses are loaded. */
function closedCourt({ isBroken = false, areGone = false, isBusy = false, tookMs = 0 } = {}) {
  const clock = new SimulatedClock();
  const recorder = new Recorder(clock);
  const faults: string[] = [];
  const judgedOnes: string[] = [];
  const judgedAt: number[] = [];
  let asked = 0;
  let loads = 0;
  const views = new Map<string, LiveView>();
  const lab = {
    roles: new Map(),
    stories: () => [],
    find: () => {
      asked += 1;
      if (isBroken) throw new Error("boom");
      return undefined;
    },
    liveView: (id: string) => views.get(id),
    reportFault: (_: unknown, sentence: string) => void faults.push(sentence),
  };
  const judge = new Judge({
    recorder,
    lab: () => lab,
    onJudged: ({ subject }) => {
      judgedOnes.push(subject.id);
      judgedAt.push(performance.now());
    },
    isBusy: () => isBusy,
    load: async () => {
      loads += 1;
      if (areGone) throw new Error("no such file");
      return tookMs === 0 ? diagnoses : { ...diagnoses, judge: taking(tookMs) };
    },
  });
  let number = 0;
  const open = (parts: Partial<StorySubject> = {}) => {
    number += 1;
    const end = { address: "127.0.0.1", port: number };
    const subject = {
      instance: "i",
      role: "r",
      edition: 0,
      transport: "tcp",
      local: end,
      remote: end,
    } as const;
    return recorder.open({ id: `i/c${number}`, ...subject, ...parts }, "listening");
  };
  const isStillFor = (story: Story, stillMs: number) =>
    views.set(story.subject.id, {
      framing: "bare",
      unreadBytes: 0,
      unread: Buffer.alloc(0),
      queuedBytes: 0,
      stillMs,
    });
  return {
    recorder,
    judge,
    open,
    isStillFor,
    faults,
    judgedOnes,
    judgedAt,
    asked: () => asked,
    loads: () => loads,
  };
}

/** Diagnoses that take so long. */
function taking(ms: number): typeof diagnoses.judge {
  return (incident) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
    return diagnoses.judge(incident);
  };
}

describe("an ended story", () => {
  it("is judged once, and keeps what was judged", async () => {
    const { recorder, judge, open, judgedOnes, asked } = await court();
    const story = open();
    story.fail("failed", cause("peer-reset", {}));
    recorder.end(story);
    const first = judge.judged(story);
    expect(first).toMatchObject({ verdict: "failed", cards: [] });
    expect([judge.judged(story), story.judged]).toEqual([first, first]);
    expect([asked(), judgedOnes]).toEqual([1, ["i/c1"]]);
  });

  it("is judged when there is time, without being asked for; a question of our own is not", async () => {
    const { recorder, open } = await court();
    const [story, own] = [open(), open({ isInternal: true })];
    for (const one of [story, own]) recorder.end(one);
    expect(story.judged).toBeUndefined();
    await expect.poll(() => story.judged?.verdict).toBe("ok");
    expect(own.judged).toBeUndefined();
  });

  it("has the diagnoses loaded for it, once; before that none are, and nobody is judged without", async () => {
    const { recorder, judge, open, loads } = closedCourt();
    const [first, second] = [open(), open()];
    expect(() => judge.judged(first)).toThrow("before the diagnoses are loaded");
    expect(loads()).toBe(0);
    for (const one of [first, second]) recorder.end(one);
    await expect.poll(() => second.judged?.verdict).toBe("ok");
    await judge.open();
    expect(loads()).toBe(1);
  });

  it("is not waited for after the daemon's end", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { recorder, judge, open, loads } = closedCourt();
    await judge.settle();
    recorder.end(open());
    expect([vi.getTimerCount(), loads()]).toEqual([0, 0]);
  });

  it("waits longer where the thread is busy: its peers come first", async () => {
    const { recorder, open, judgedAt } = closedCourt({ isBusy: true, tookMs: 5 });
    for (let count = 0; count < 3; count += 1) recorder.end(open());
    await expect.poll(() => judgedAt.length, { timeout: 30_000 }).toBe(3);
    const [first = 0, second = 0, third = 0] = judgedAt;
    expect(Math.min(second - first, third - second)).toBeGreaterThan(150);
  });

  it("is judged at the latest when the daemon ends, by diagnoses that are loaded for it", async () => {
    const { recorder, judge, open, judgedOnes } = closedCourt();
    for (let count = 0; count < 20; count += 1) recorder.end(open());
    await judge.settle();
    expect(judgedOnes).toHaveLength(20);
  });
});

describe("a live story", () => {
  it("is judged again when something has moved, or a silence has grown long enough, and not before", async () => {
    const { judge, open, isStillFor, asked } = await court();
    const story = open();
    const askedAt = (stillMs: number) => {
      isStillFor(story, stillMs);
      judge.judged(story);
      return asked();
    };
    expect([askedAt(0), askedAt(1_999), askedAt(2_000), askedAt(2_500)]).toEqual([1, 1, 2, 2]);
    story.recordRead(Buffer.from("ann"));
    expect([askedAt(0), askedAt(100)]).toEqual([3, 3]);
    expect(story.judged).toBeUndefined();
  });
});

describe("a judge that fails", () => {
  it("keeps what the story itself says where the diagnoses are gone, and says so once", async () => {
    const { recorder, judge, open, faults } = closedCourt({ areGone: true });
    const story = open();
    story.fail("failed", cause("peer-reset", {}));
    recorder.end(story);
    for (let count = 0; count < 2; count += 1) await judge.open();
    expect(judge.judged(story)).toEqual({ verdict: "failed", cards: [], turn: "nobody" });
    expect(faults).toEqual([expect.stringContaining("the program files were replaced")]);
  });

  it("says so once, and costs the cards alone", async () => {
    const { recorder, judge, open, faults } = await court({ isBroken: true });
    for (let count = 0; count < 3; count += 1) {
      const story = open();
      story.fail("refused", cause("too-many-connections", { limit: 1 }));
      recorder.end(story);
      expect(judge.judged(story)).toMatchObject({ verdict: "refused", cards: [] });
    }
    expect(faults).toEqual(["cannot judge i/c1"]);
  });
});
