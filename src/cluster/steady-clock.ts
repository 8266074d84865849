/** Clocks of durations: what waits, is sent again or is given up must not hang on the clock of the day, which is set forwards and back. */
import type { Clock } from "../machines/_world.ts";

/** Milliseconds that never go back; where a clock has no other, those of the day. */
export const steadyNow = (clock: Clock) => (clock.monotonic ? clock.monotonic() / 1_000 : clock.now());

export const steadyClock = (clock: Clock): Clock => ({
  now: () => steadyNow(clock),
  setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
  clearTimeout: (id) => clock.clearTimeout(id),
});
