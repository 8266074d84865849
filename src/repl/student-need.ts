/** Order of a class by who needs help: stuck or waiting the longest, then a recognised mistake, then the others; done ones are last. Pure. */
import type { StudentRow } from "../lab/lab.ts";

/** How long a student has been getting nowhere; undefined: all moves. */
export function silentMs({ waitingMs, stuckMs }: StudentRow): number | undefined {
  if (waitingMs === undefined) return stuckMs;
  return Math.max(waitingMs, stuckMs ?? 0);
}

const placeOf = (row: StudentRow): number => {
  if (silentMs(row) !== undefined) return 0;
  if (row.done) return 4;
  if (row.card) return 1;
  if (row.connected > 0) return 2;
  return 3;
};

/** Of equal need in the order in which they came. */
export const byNeed = (rows: readonly StudentRow[]): StudentRow[] =>
  rows.toSorted((a, b) => placeOf(a) - placeOf(b) || (silentMs(b) ?? 0) - (silentMs(a) ?? 0));
