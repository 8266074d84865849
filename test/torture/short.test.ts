/** The short form of every ordeal, all of them in under a minute, in the long tests; `npm run torture` runs the long ones. */
import { describe, expect, it } from "vitest";
import { hasHeld, runOrdeal, scanOrdeals } from "./_run.ts";

/** A failure is repeated with `npm run torture -- NAME --short --seed N`. */
const SEED = Number(process.env.TORTURE_SEED ?? 20_261_121);
/** With what it takes to end what an ordeal started. */
const LEAST_MS = 30_000;

describe.each((await scanOrdeals()).map((ordeal) => ({ name: ordeal.name, ordeal })))(
  "$name",
  ({ ordeal }) => {
    const limitMs = Math.max(LEAST_MS, (ordeal.limitMs?.short ?? 0) + 5_000);
    it("holds", { timeout: limitMs }, async () => {
      const outcome = await runOrdeal(ordeal, { size: "short", seed: SEED });
      const broken = outcome.findings.filter(({ held }) => !held);
      expect(broken, `seed ${SEED}`).toEqual([]);
      expect(hasHeld(outcome)).toBe(true);
    });
  },
);
