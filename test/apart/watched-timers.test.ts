/** Timers of a role's process: they are what they were, and one that holds the loop is told. */
import { setTimeout as named } from "node:timers";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { WatchedTimers } from "../../src/apart/watched-timers.ts";

const usual = globalThis.setTimeout;
let now: number;
let held: number[];
let timers: WatchedTimers;

beforeEach(() => {
  now = 0;
  held = [];
  timers = new WatchedTimers(() => now);
  timers.onHeld = (ms) => held.push(ms);
  timers.watch();
  onTestFinished(() => timers.unwatch());
});

/** Begins a timer in some way, whose callback holds the loop for so long; resolves when it has. */
function hold(ms: number, begin: (callback: () => void) => unknown): Promise<void> {
  return new Promise((resolve) => {
    const timer = begin(() => {
      now += ms;
      clearInterval(timer as NodeJS.Timeout);
      queueMicrotask(resolve);
    });
  });
}

describe("a timer that holds the loop", () => {
  it.each<[string, (callback: () => void) => unknown]>([
    ["setTimeout", (callback) => setTimeout(callback, 1)],
    ["setInterval", (callback) => setInterval(callback, 1)],
    ["setImmediate", (callback) => setImmediate(callback)],
    ["setTimeout of node:timers", (callback) => named(callback, 1)],
  ])("by %s is told", async (_, begin) => {
    await hold(200, begin);
    expect(held).toEqual([]);
    await hold(201, begin);
    expect(held).toEqual([201]);
  });

  it("is not told where a step in it was", async () => {
    await hold(300, (callback) =>
      setTimeout(() => {
        callback();
        timers.told();
      }, 1),
    );
    now += 1;
    await hold(300, (callback) => setTimeout(callback, 1));
    expect(held).toEqual([300]);
  });
});

describe("a watched timer", () => {
  it("hands on arguments, is cleared, and has its promise", async () => {
    const heard = await new Promise((resolve) => setTimeout((...words) => resolve(words), 1, "a", "b"));
    expect(heard).toEqual(["a", "b"]);
    let hasRung = false;
    clearTimeout(setTimeout(() => (hasRung = true), 1));
    expect(await promisify(setTimeout)(5, "promised")).toBe("promised");
    expect(hasRung).toBe(false);
  });

  it("is the usual one again where nobody watches", () => {
    expect(globalThis.setTimeout).not.toBe(usual);
    timers.unwatch();
    expect(globalThis.setTimeout).toBe(usual);
  });
});
