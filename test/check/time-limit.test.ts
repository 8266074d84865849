/** Time of a whole check: stretched for as long as the machine is busy. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { timedOut } from "../../src/check/run-check.ts";
import { TimeLimit } from "../../src/check/time-limit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("is over after its limit on a machine that has time", () => {
  const limit = new TimeLimit(2_000, () => 1);
  vi.advanceTimersByTime(1_990);
  expect(limit.isOver).toBe(false);
  vi.advanceTimersByTime(20);
  expect(limit.isOver).toBe(true);
  expect(timedOut(limit).message).toBe("the check was ended after its time limit of 2 s");
});

it("is longer by as much as everything else for as long as the machine is busy, and says so", () => {
  let stretch = 3;
  const limit = new TimeLimit(2_000, () => stretch);
  vi.advanceTimersByTime(2_999);
  stretch = 1;
  vi.advanceTimersByTime(980);
  expect(limit.isOver).toBe(false);
  vi.advanceTimersByTime(30);
  expect(limit.isOver).toBe(true);
  expect(timedOut(limit).message).toBe(
    "the check was ended after its time limit of 2 s, which was 4 s on this busy machine",
  );
});

it("is never over once it is closed", () => {
  const limit = new TimeLimit(100, () => 1);
  limit.close();
  vi.advanceTimersByTime(1_000);
  expect(limit.isOver).toBe(false);
});
