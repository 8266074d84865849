/** What a measure of another process leaves out: the time in which the one that measures could not look. */
import { expect, it } from "vitest";
import { Standstill, takenMs } from "./processor-time.ts";

const hold = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

it("counts as a standstill what held up this thread", () => {
  const standstill = new Standstill();
  const [before, awakeBefore] = [performance.now(), standstill.awakeMs];
  hold(400);
  expect(standstill.ms).toBeGreaterThanOrEqual(380);
  const awake = standstill.awakeMs - awakeBefore;
  expect(awake).toBeLessThanOrEqual(performance.now() - before - 380);
  standstill.end();
});

it("takes from the time of another process what held up this one", async () => {
  const taken = await takenMs(async () => hold(400), process.ppid);
  expect(taken).toBeLessThan(200);
});
