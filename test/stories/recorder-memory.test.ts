/** The recorder's clock, its listeners, and what it forgets: of each of its choices both sides. */
import { beforeEach, describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import { type Fault, type Story, type StorySubject, wallMs } from "../../src/stories/story.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";

let clock: SimulatedClock;
beforeEach(() => {
  clock = new SimulatedClock();
});

const end = { address: "127.0.0.1", port: 4_000 };
function open(recorder: Recorder, number: number, more: Partial<StorySubject> = {}): Story {
  const instance = more.instance ?? "echo-1";
  return recorder.open(
    {
      id: `${instance}/c${number}`,
      instance,
      role: "echo",
      edition: 0,
      transport: "tcp",
      local: end,
      remote: end,
      ...more,
    },
    "listening",
  );
}

function ended(recorder: Recorder, number: number, fault?: Fault, instance = "echo-1"): Story {
  const story = open(recorder, number, { instance });
  if (fault) story.fail(fault, cause("peer-gone", {}));
  clock.advance(1);
  recorder.end(story);
  return story;
}

const ids = (recorder: Recorder) => recorder.all().map(({ subject }) => subject.id);

describe("the recorder's time", () => {
  it("is the wall's, to the microsecond of the clock that never goes back, until the wall's is set", () => {
    let wall = 1_000_000;
    let monotonic = 5_000;
    const recorder = new Recorder({
      now: () => wall,
      monotonic: () => monotonic,
      setTimeout: () => 0,
      clearTimeout: () => undefined,
    });
    expect(recorder.monotonic()).toBe(5_000);
    expect(open(recorder, 1).openedAt).toBe(1_000_000);
    monotonic += 400;
    expect(open(recorder, 2).openedAt).toBe(1_000_000.4);
    // As far as it may drift, either way.
    wall += 2;
    expect(open(recorder, 3).openedAt).toBe(1_000_000.4);
    wall -= 3;
    expect(open(recorder, 3).openedAt).toBe(1_000_000.4);
    wall += 3;
    wall -= 1_000;
    expect(open(recorder, 4).openedAt).toBe(999_002);
    wall += 2_000;
    expect(open(recorder, 5).openedAt).toBe(1_001_002);
  });

  it("is not moved by a pause of the process between its two clocks, nor behind them", () => {
    let time = 1_000_000;
    let pauses: number[] = [];
    const passes = () => {
      time += pauses.shift() ?? 0;
    };
    const recorder = new Recorder({
      now: () => {
        const now = Math.floor(time);
        passes();
        return now;
      },
      monotonic: () => {
        const now = Math.round(time * 1_000) - 5_000;
        passes();
        return now;
      },
      setTimeout: () => 0,
      clearTimeout: () => undefined,
    });
    const first = open(recorder, 1);
    for (const nth of [0, 1, 2, 3]) {
      pauses = [...Array<number>(nth).fill(0), 40];
      const story = open(recorder, 2 + nth);
      pauses = [];
      expect(wallMs(story, { at: story.now() })).toBe(wallMs(first, { at: first.now() }));
    }
  });

  it("without such a clock is the wall's alone", () => {
    const recorder = new Recorder(clock);
    expect(recorder.monotonic()).toBe(clock.now() * 1_000);
    expect(open(recorder, 1).openedAt).toBe(clock.now());
  });
});

describe("the recorder's memory", () => {
  it("begins with what a story without entries costs, and has all of it back", () => {
    const recorder = new Recorder(clock, { keepsOnlyLive: true });
    const story = open(recorder, 1);
    expect(recorder.costBytes).toBe(story.cost);
    expect(story.cost).toBeGreaterThan(700);
    expect(story.cost).toBeLessThan(800);
    recorder.end(story);
    expect([recorder.costBytes, recorder.find("echo-1/c1"), ids(recorder)]).toEqual([0, undefined, []]);
  });

  it("is 64 MiB, of 8 KiB an entry, without a word", () => {
    const recorder = new Recorder(clock);
    expect([recorder.keepsAll, recorder.bytesPerEntry]).toEqual([false, 8_192]);
    recorder.charge(64 * 1_048_576);
    expect(recorder.bytesPerEntry).toBe(8_192);
    recorder.charge(1);
    expect(recorder.bytesPerEntry).toBe(256);
    const boundless = new Recorder(clock, { keepsAll: true, budgetBytes: 1 });
    boundless.charge(2);
    expect([boundless.keepsAll, boundless.bytesPerEntry]).toEqual([true, Number.POSITIVE_INFINITY]);
  });

  it("is full when it is over, and not before", () => {
    const cost = ended(new Recorder(clock), 1).cost;
    const recorder = new Recorder(clock, { budgetBytes: 2 * cost });
    ended(recorder, 1);
    ended(recorder, 2);
    expect(ids(recorder)).toEqual(["echo-1/c1", "echo-1/c2"]);
    recorder.charge(1);
    expect(ids(recorder)).toEqual(["echo-1/c2"]);
  });

  it("makes room when a story has ended, too", () => {
    const recorder = new Recorder(clock, { budgetBytes: 100 });
    expect(ids(recorder)).toEqual([]);
    ended(recorder, 1);
    ended(recorder, 2, "failed");
    expect([ids(recorder), recorder.costBytes]).toEqual([[], 0]);
  });

  it("keeps the faulty of one instance in their order, and of as many the one that came first", () => {
    const cost = ended(new Recorder(clock), 1, "failed").cost;
    const recorder = new Recorder(clock, { budgetBytes: 4 * cost });
    ended(recorder, 1, "failed", "a");
    ended(recorder, 1, "failed", "b");
    ended(recorder, 2, "failed", "a");
    ended(recorder, 2, "failed", "b");
    recorder.charge(1);
    expect(ids(recorder)).toEqual(["b/c1", "a/c2", "b/c2"]);
    recorder.charge(cost);
    expect(ids(recorder)).toEqual(["a/c2", "b/c2"]);
    recorder.charge(2 * cost);
    expect(ids(recorder)).toEqual([]);
  });

  it("keeps one cut for many who are told the same, and bytes as they are where they fit", () => {
    const recorder = new Recorder(clock);
    const short = Buffer.alloc(8_192);
    expect(recorder.clip(short)).toBe(short);
    const long = Buffer.alloc(8_193, "a");
    const cut = recorder.clip(long);
    expect(cut).toEqual(Buffer.alloc(8_192, "a"));
    expect(recorder.clip(long)).toBe(cut);
    const other = Buffer.alloc(9_000, "b");
    expect(recorder.clip(other)).toEqual(Buffer.alloc(8_192, "b"));
    long.fill("x");
    expect(cut).toEqual(Buffer.alloc(8_192, "a"));
  });
});

describe("the recorder's stories", () => {
  it("have secrets where they were given", () => {
    const recorder = new Recorder(clock);
    const { subject } = open(recorder, 1);
    expect(recorder.open(subject, "listening", ["pw"]).secrets).toEqual(["pw"]);
    expect(open(recorder, 2).secrets).toEqual([]);
  });

  it("have a last one, which is no question of our own", () => {
    const recorder = new Recorder(clock);
    expect(recorder.last).toBeUndefined();
    const first = open(recorder, 1);
    const own = open(recorder, 2, { isInternal: true });
    expect(recorder.last).toBe(first);
    expect(recorder.live()).toEqual([first, own]);
    expect(open(recorder, 3)).toBe(recorder.last);
  });

  it("end once, and are listed by when they began, behind the live ones", () => {
    const recorder = new Recorder(clock);
    const early = open(recorder, 1);
    clock.advance(5);
    const late = ended(recorder, 2, "failed");
    clock.advance(5);
    recorder.end(early);
    const { endedAt } = early;
    clock.advance(5);
    recorder.end(early);
    expect(early.endedAt).toBe(endedAt);
    const live = open(recorder, 3);
    expect(recorder.all()).toEqual([live, early, late]);
    expect(recorder.live()).toEqual([live]);
  });

  it("are not forgotten with an older one of their id", () => {
    const recorder = new Recorder(clock);
    ended(recorder, 1);
    const again = open(recorder, 1);
    recorder.charge(64 * 1_048_576);
    expect([recorder.all(), recorder.find("echo-1/c1")]).toEqual([[again], again]);
  });
});

describe("a listener", () => {
  it("hears of beginnings and ends, until it is taken off", () => {
    const recorder = new Recorder(clock);
    const heard: string[] = [];
    const unwatch = recorder.watch(({ subject, endedAt }) =>
      heard.push(`${subject.id} ${endedAt ?? "begins"}`),
    );
    const story = open(recorder, 1);
    recorder.end(story);
    recorder.end(story);
    unwatch();
    ended(recorder, 2);
    expect(heard).toEqual(["echo-1/c1 begins", `echo-1/c1 ${story.endedAt}`]);
  });

  it("to entries is there or not", () => {
    const recorder = new Recorder(clock);
    expect(recorder.isTapped).toBe(false);
    const untap = recorder.tap(() => undefined);
    expect(recorder.isTapped).toBe(true);
    untap();
    expect(recorder.isTapped).toBe(false);
  });

  it("to entries of some stories makes none of the others'", () => {
    const recorder = new Recorder(clock);
    const [wanted, other] = ["a-1", "b-1"].map((instance, index) => {
      const { subject } = open(recorder, index + 1);
      return recorder.open({ ...subject, instance, id: `${instance}/c1` }, "any");
    });
    const heard: string[] = [];
    const untap = recorder.tap(
      (story, entry) => heard.push(`${story.subject.instance} ${entry.kind}`),
      ({ subject: { instance } }) => instance === "a-1",
    );
    if (!wanted || !other) throw new Error("no stories");
    expect([wanted, other].map((story) => recorder.hears(story))).toEqual([true, false]);
    for (const story of [wanted, other]) story.recordEnd("fin");
    untap();
    wanted.recordEnd("fin");
    expect(heard).toEqual(["a-1 fin"]);
  });
});
