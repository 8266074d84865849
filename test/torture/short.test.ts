/** The short form of every ordeal, all of them in some twenty seconds, in the long tests; `npm run torture` runs the long ones. */
import { expect, it } from "vitest";
import { hasHeld, runOrdeal, scanOrdeals } from "./_run.ts";

/** A failure is repeated with `npm run torture -- NAME --short --seed N`. */
const SEED = Number(process.env.TORTURE_SEED ?? 20_261_121);

it.each((await scanOrdeals()).map((ordeal) => ({ name: ordeal.name, ordeal })))(
  "$name holds",
  async ({ ordeal }) => {
    const outcome = await runOrdeal(ordeal, { size: "short", seed: SEED });
    const broken = outcome.findings.filter(({ held }) => !held);
    expect(broken, `seed ${SEED}`).toEqual([]);
    expect(hasHeld(outcome)).toBe(true);
  },
  30_000,
);
