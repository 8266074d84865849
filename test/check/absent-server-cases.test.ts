/** Each case of a server by HOST:PORT, alone, where nothing listens: none of them is a verdict. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { checkableOf } from "../../src/check/checkable.ts";
import { check, checkout } from "./checking.ts";

/** Nothing of anybody's listens there. */
const NOWHERE = { host: "127.0.0.1", port: 1 };

const roles = readdirSync(path.join(checkout, "src/check/cases"))
  .filter((name) => !name.startsWith("_"))
  .map((name) => path.basename(name, ".ts"));

it.each(roles)(
  "no case of %s alone judges a server that is not there",
  async (role) => {
    const { cases } = await checkableOf(role);
    const judged: string[] = [];
    for (const { id } of cases.filter(({ side }) => side === "server")) {
      const { results, ended } = await check(role, { at: NOWHERE, cases: [id] });
      if (ended?.code !== "not-reached" && results[0]?.status !== "skipped") judged.push(id);
    }
    expect(judged).toEqual([]);
  },
  120_000,
);
