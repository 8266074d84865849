/** A bench beside other work: it is noticed, and told with the figures. */
import { describe, expect, it } from "vitest";
import { ask } from "../../bench/ask.ts";
import { comparing } from "../../bench/comparison.ts";
import { busyShare, isQuiet, otherWorkNow, peaceText, ticksOf } from "../../bench/peace.ts";
import type { Contestant, Question } from "../../bench/question.ts";
import { othersOf } from "../../bench/words.ts";

const STAT = (user: number, idle: number, wait = 0) =>
  `cpu  ${user} 0 0 ${idle} ${wait} 0 0 0 50 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n`;

describe("other work", () => {
  it("is the share of ticks that were neither idle nor waiting for a disk; a guest's are in the user's already", () => {
    const [before, after] = [ticksOf(STAT(100, 900)), ticksOf(STAT(130, 950, 20))];
    expect([before.all, after.all]).toEqual([1_000, 1_100]);
    expect(busyShare(before, after)).toBeCloseTo(0.3);
    expect(busyShare(before, before)).toBe(0);
  });

  it("is read from this machine", async () => {
    const share = await otherWorkNow();
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  });

  it("is told as a sentence, with its median and its highest share", () => {
    expect(peaceText([0.02, 0.05])).toBe("the machine was quiet between the runs");
    expect([isQuiet([]), isQuiet([0.09]), isQuiet([0.02, 0.1])]).toEqual([true, true, false]);
    expect(peaceText([0.6, 0.1, 0.35])).toBe(
      "other work had 35 % of the processors between the runs, up to 60 %: run it again on a quiet machine",
    );
  });
});

/** Counts its runs; a figure each. */
function contestant(name: string, log: string[]): Contestant {
  return {
    name,
    start: async () => ({ measure: async () => log.push(name), stop: async () => undefined }),
  };
}

const question = (log: string[]): Question => ({
  name: "q",
  what: "what",
  unit: "ms",
  better: "less",
  goal: { is: "ratio", limit: 1 },
  ours: contestant("netlabd", log),
  others: [contestant("plain Node", log)],
});

describe("a question", () => {
  it("looks for other work before each run but those that warm up", async () => {
    const { otherWork, ours } = await ask(question([]), 2);
    expect(otherWork).toHaveLength(4);
    expect(ours.figures).toHaveLength(2);
  });

  it("compares with another commit alone, in turn, and has no goal then", async () => {
    const log: string[] = [];
    const compared = comparing(question(log), {
      name: "v1 (abc)",
      folder: "/elsewhere",
      remove: () => undefined,
    });
    if (!compared) throw new Error("it is not compared");
    const result = await ask(compared, 3);
    expect([result.ours.name, result.others.map(({ name }) => name)]).toEqual(["here", ["v1 (abc)"]]);
    expect(log).toEqual(Array(8).fill("netlabd"));
    expect(result.isMet).toBeUndefined();
    expect(result.spread).toHaveLength(2);
  });

  it("is not held against its floors, and tells which of them this machine cannot have", async () => {
    const log: string[] = [];
    const absent = { ...contestant("in Ada", log), needs: "no-such-compiler" };
    const result = await ask({ ...question(log), floors: [contestant("in C", log), absent] }, 1);
    expect(log).toEqual(["netlabd", "plain Node", "in C", "netlabd", "plain Node", "in C"]);
    // Figures are numbers of runs here: ours was the fourth, the plain server's the fifth.
    expect([result.ratio, result.isMet]).toEqual([4 / 5, true]);
    expect(othersOf(result)).toEqual([
      "plain Node: 5 ms",
      "floor, in C: 6 ms",
      "floor, in Ada: no no-such-compiler here",
    ]);
  });

  it("that is long by itself is run a few times only, and not to warm up", async () => {
    const log: string[] = [];
    await ask({ ...question(log), runs: 2 }, 5);
    expect(log).toHaveLength(4);
    await ask({ ...question(log), runs: 2 }, 1);
    expect(log).toHaveLength(6);
  });

  it("is not compared where the daemon is played from its source", () => {
    const other = { name: "v1", folder: "/elsewhere", remove: () => undefined };
    expect(comparing({ ...question([]), isFromSource: true }, other)).toBeUndefined();
  });
});
