/** Identity of a log: random words in an entry of its own, by which its readers agree that it is the one that they have read. */
import { randomBytes } from "node:crypto";
import { type BusLog, OutpacedError } from "./bus.ts";
import { HEADER, IDENTITY_KEY, textOf } from "./log-keys.ts";

/**
 * Of the log as it is now; a new one is given one, and one that lost entries another, so that all others read it anew too. Of two that
 * two nodes give a new log at once, the later is taken by both; of two that find the same loss, the later takes the other's.
 */
export async function identityOf(log: BusLog, lost: string | undefined): Promise<string> {
  const found = await log.newest(IDENTITY_KEY);
  if (found && textOf(found) !== lost) return textOf(found);
  const given = randomBytes(16).toString("hex");
  // Named as a write too, so that another identity at the same sequence is not taken for it.
  const headers = new Map([[HEADER.write, given]]);
  await log
    .append(IDENTITY_KEY, Buffer.from(given), { headers, after: found?.sequence })
    .catch((error: unknown) => {
      if (!(error instanceof OutpacedError)) throw error;
    });
  const newest = await log.newest(IDENTITY_KEY);
  if (!newest) throw new Error("the log does not keep what is written to it");
  return textOf(newest);
}
