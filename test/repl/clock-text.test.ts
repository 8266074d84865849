/** Moments as screens tell them, over the weeks of a term: of another day than today with their day. */
import { expect, it } from "vitest";
import { minuteText, secondText } from "../../src/repl/clock-text.ts";

const at = (text: string) => Date.parse(text);

it.each([
  ["2026-12-01T09:05:07", "2026-12-01T23:59:59", "09:05", "09:05:07"],
  ["2026-12-01T23:59:59", "2026-12-02T00:00:00", "23:59 on 2026-12-01", "2026-12-01 23:59:59"],
  ["2026-12-02T01:00:00", "2026-12-01T09:00:00", "01:00 on 2026-12-02", "2026-12-02 01:00:00"],
  ["2025-12-01T09:05:07", "2026-12-01T09:05:07", "09:05 on 2025-12-01", "2025-12-01 09:05:07"],
])("%s, told at %s, is %s, or %s", (moment, now, minute, second) => {
  expect([minuteText(at(moment), at(now)), secondText(at(moment), at(now))]).toEqual([minute, second]);
});
