/** A card says what to change: the likely cause does, or else the case itself. */
import { expect, it } from "vitest";
import { shippedRoles } from "../../src/catalogue/shipped-roles.ts";
import { checkableOf } from "../../src/check/checkable.ts";

it("has an advice in every case, a sentence that begins with a capital and has an end", async () => {
  const without: string[] = [];
  for (const { name, side } of (await shippedRoles()).values()) {
    if (side !== "server") continue;
    const { cases } = await checkableOf(name);
    for (const { id, advice = "" } of cases)
      if (!/^[A-Z].*[.!?]$/.test(advice)) without.push(`${name} ${id}`);
  }
  expect(without).toEqual([]);
});
