import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PacedTelling } from "../../src/apart/paced-telling.ts";

let now = 0;
beforeEach(() => {
  now = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => void vi.useRealTimers());

/** News of which each telling takes so long, and when they were told. */
function newsThatTake(ms: number) {
  const told: number[] = [];
  const tell = () => {
    told.push(now);
    now += ms;
  };
  return { news: new PacedTelling(tell, () => now), told };
}

function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

it("tells each at once where that costs nothing", () => {
  const { news, told } = newsThatTake(0);
  for (let one = 0; one < 3; one += 1) news.changed();
  expect(told).toEqual([0, 0, 0]);
});

it("tells the first at once, and those that come soon after it together, for a tenth of the time at most", () => {
  const { news, told } = newsThatTake(10);
  news.changed();
  news.changed();
  pass(50);
  news.changed();
  pass(39);
  expect(told).toEqual([0]);
  pass(1);
  expect(told).toEqual([0, 100]);
  pass(1_000);
  expect(told).toEqual([0, 100]);
});

it("tells what waits as soon as it is asked for, once", () => {
  const { news, told } = newsThatTake(10);
  news.flush();
  expect(told).toEqual([]);
  news.changed();
  news.changed();
  news.flush();
  pass(1_000);
  expect(told).toEqual([0, 10]);
});

it("tells nothing any more once it has been stopped", () => {
  const { news, told } = newsThatTake(10);
  news.changed();
  news.changed();
  news.stop();
  pass(1_000);
  expect(told).toEqual([0]);
});
