/** When stories are judged: live ones as they move, ended ones once. */
import { describe, expect, it } from "vitest";
import { Judge } from "../src/judging.ts";
import { cause } from "../src/stories/causes.ts";
import type { LiveView } from "../src/stories/live-view.ts";
import { Recorder } from "../src/stories/recorder.ts";
import type { Story, StorySubject } from "../src/stories/story.ts";
import { SimulatedClock } from "./actors/simulated-clock.ts";

function court({ isBroken = false } = {}) {
  const clock = new SimulatedClock();
  const recorder = new Recorder(clock);
  const faults: string[] = [];
  const judgedOnes: string[] = [];
  let asked = 0;
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
    onJudged: ({ subject }) => void judgedOnes.push(subject.id),
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
  return { recorder, judge, open, isStillFor, faults, judgedOnes, asked: () => asked };
}

describe("an ended story", () => {
  it("is judged once, and keeps what was judged", () => {
    const { recorder, judge, open, judgedOnes, asked } = court();
    const story = open();
    story.fail("failed", cause("peer-reset", {}));
    recorder.end(story);
    const first = judge.judged(story);
    expect(first).toMatchObject({ verdict: "failed", cards: [] });
    expect([judge.judged(story), story.judged]).toEqual([first, first]);
    expect([asked(), judgedOnes]).toEqual([1, ["i/c1"]]);
  });

  it("is judged when there is time, without being asked for; a question of our own is not", async () => {
    const { recorder, open } = court();
    const [story, own] = [open(), open({ isInternal: true })];
    for (const one of [story, own]) recorder.end(one);
    expect(story.judged).toBeUndefined();
    await expect.poll(() => story.judged?.verdict).toBe("ok");
    expect(own.judged).toBeUndefined();
  });

  it("is judged at the latest when the daemon ends", () => {
    const { recorder, judge, open, judgedOnes } = court();
    for (let count = 0; count < 20; count += 1) recorder.end(open());
    judge.settle();
    expect(judgedOnes).toHaveLength(20);
  });
});

describe("a live story", () => {
  it("is judged again when something has moved, or a silence has grown long enough, and not before", () => {
    const { judge, open, isStillFor, asked } = court();
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
  it("says so once, and costs the cards alone", () => {
    const { recorder, judge, open, faults } = court({ isBroken: true });
    for (let count = 0; count < 3; count += 1) {
      const story = open();
      story.fail("refused", cause("too-many-connections", { limit: 1 }));
      recorder.end(story);
      expect(judge.judged(story)).toMatchObject({ verdict: "refused", cards: [] });
    }
    expect(faults).toEqual(["cannot judge i/c1"]);
  });
});
