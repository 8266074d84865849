import type { Clock } from "../machines/_world.ts";

/** Node makes a global of it that is asked for anew each time. */
const { performance } = globalThis;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Math.round(performance.now() * 1_000),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout),
};
