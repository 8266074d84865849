/** The loop of a role's process: what holds it is told, wherever it began, and nothing else is. */
import { beforeEach, expect, it } from "vitest";
import { LoopWatch } from "../../src/apart/loop-watch.ts";
import { ownWaiting, processorShare } from "../../src/apart/process-look.ts";

let now: number;
let waitedMs: number;
let held: number[];
let watch: LoopWatch;

beforeEach(() => {
  now = 5_000;
  waitedMs = 70;
  held = [];
  watch = new LoopWatch({ onHeld: (ms) => held.push(ms), now: () => now, waitedMs: () => waitedMs });
});

/** A tick that goes off so long after the one before. */
function tickAfter(ms: number): readonly number[] {
  now += ms;
  watch.tick();
  return held.splice(0);
}

it("is told where its tick comes more than 200 ms late, by how much", () => {
  expect([tickAfter(100), tickAfter(300), tickAfter(301), tickAfter(100)]).toEqual([[], [], [201], []]);
  expect(tickAfter(5_100)).toEqual([5_000]);
});

it("is not told of a time without a processor", () => {
  waitedMs += 300;
  expect(tickAfter(600)).toEqual([]);
  expect(tickAfter(600)).toEqual([500]);
  waitedMs += 100;
  expect(tickAfter(600)).toEqual([400]);
});

it("is not told a second time of what a step or a timer was told of", () => {
  watch.told(250);
  watch.told(210);
  expect(tickAfter(600)).toEqual([]);
  watch.told(250);
  expect(tickAfter(700)).toEqual([350]);
  expect(tickAfter(500)).toEqual([400]);
});

it("reads what a process waited for a processor, which grows alone", () => {
  const waiting = ownWaiting();
  const [first, second] = [waiting(), waiting()];
  expect(first).toBeGreaterThanOrEqual(0);
  expect(second).toBeGreaterThanOrEqual(first);
  expect(processorShare(process.pid)?.waitedMs ?? 0).toBeGreaterThanOrEqual(second);
});
