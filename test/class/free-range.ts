/** Ports for a class of a test: below those of clients, and used by no program now. */
import { listeningRows } from "../../src/os/listening-rows.ts";

const FIRST = 21_000;
const PLACES = 300;

export function freeRange(count = 30): number {
  const taken = new Set(listeningRows().map(({ port }) => port));
  // Runs side by side look in different places first.
  const places = Array.from({ length: PLACES }, (_, index) => FIRST + 30 * ((index + process.pid) % PLACES));
  for (const base of places)
    if (Array.from({ length: count }, (_, index) => base + index).every((port) => !taken.has(port)))
      return base;
  throw new Error("no free ports below 31000");
}
