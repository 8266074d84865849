/** The short form of every ordeal, all of them in under a minute, in the long tests; `npm run torture` runs the long ones. */
import { describe, expect, it } from "vitest";
import { hasHeld, limitOf, runOrdeal, scanOrdeals } from "./_run.ts";

/** A failure is repeated with `npm run torture -- NAME --short --seed N`. */
const SEED = Number(process.env.TORTURE_SEED ?? 20_261_121);
/** What it takes to end what an ordeal started. */
const ENDING_MS = 10_000;

describe.each((await scanOrdeals()).map((ordeal) => ({ name: ordeal.name, ordeal })))(
  "$name",
  ({ ordeal }) => {
    it("holds", { timeout: limitOf(ordeal, "short") + ENDING_MS }, async () => {
      const outcome = await runOrdeal(ordeal, { size: "short", seed: SEED });
      const broken = outcome.findings.filter(({ held }) => !held);
      expect(broken, `seed ${SEED}`).toEqual([]);
      expect(hasHeld(outcome)).toBe(true);
    });
  },
);
