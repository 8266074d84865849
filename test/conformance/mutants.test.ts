/** Proof that the cases judge: a right peer fails none of them, and each mutant exactly those that are about its mistake. */
import { describe, expect, it } from "vitest";
import { hasPython } from "../roles/python-peer.ts";
import {
  casesFor,
  failedOf,
  type Mutant,
  mistakes,
  mutants,
  ownIds,
  peers,
  textOf,
  tried,
  triedMistake,
} from "./mutants.ts";

/** `npm run mutants`: all of them, and the right peers with three seeds. */
const isWhole = process.env.MUTANTS === "all";
const only = process.env.MUTANT;
const SEEDS = isWhole ? [1, 2, 3] : [1];
const TIMEOUT_MS = 300_000;
const QUICK_MISTAKES = 3;

const known = new Map(
  await Promise.all(peers.map(async (peer) => [peer, (await casesFor(peer)).map(({ id }) => id)] as const)),
);
/** Of which mutants prove all cases; of the others, those of their role's own. */
const FAMILIES_OF = new Set(["calculator-server", "calculator-client"]);
const toProve = new Map(
  await Promise.all(
    peers.map(
      async (peer) => [peer, FAMILIES_OF.has(peer) ? (known.get(peer) ?? []) : await ownIds(peer)] as const,
    ),
  ),
);
const checked = peers.filter((peer) => (known.get(peer) ?? []).length > 0);
const proved = checked.filter((peer) => mutants.some(({ of, kills }) => of === peer && kills !== "*"));
const killersOf = (peer: string, id: string) =>
  mutants.filter(({ of, kills }) => of === peer && kills !== "*" && kills.includes(id));

it("each mutant has a name of its own, and changes one place of its peer", () => {
  const names = mutants.map(({ of, name }) => `${of}/${name}`);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  for (const mutant of mutants) expect(textOf(mutant).split(mutant.find).length - 1, mutant.name).toBe(1);
});

it("each mutant fails cases that there are", () => {
  const unknown = mutants.flatMap(({ of, kills }) =>
    kills === "*" ? [] : kills.filter((id) => !known.get(of)?.includes(id)).map((id) => `${of} ${id}`),
  );
  expect(unknown).toEqual([]);
});

it.each(proved)("each case of %s is failed by a mutant", (peer) => {
  const safe = toProve.get(peer)?.filter((id) => killersOf(peer, id).length === 0);
  expect(safe).toEqual([]);
});

describe.skipIf(!hasPython)("the right peer", () => {
  it.concurrent.each(checked.flatMap((peer) => SEEDS.map((seed) => [peer, seed] as const)))(
    "%s fails nothing with seed %i",
    { timeout: TIMEOUT_MS, skip: !isWhole },
    async (peer, seed) => {
      const report = await tried({ peer, seed });
      const faults = report.results.filter(({ status }) => status !== "passed");
      expect(faults.map(({ id, status, message }) => `${id} ${status}: ${message}`)).toEqual([]);
    },
  );
});

describe.skipIf(!hasPython)("a mutant", () => {
  it.concurrent.each(chosen().map((mutant) => [mutant.of, mutant.name, mutant] as const))(
    "%s that %s fails just that",
    { timeout: TIMEOUT_MS },
    async (peer, _name, mutant) => {
      const cases = isWhole ? toProve.get(peer) : sampleOf(mutant);
      const failed = failedOf(await tried({ peer, mutant, seed: 1, ...(cases ? { cases } : {}) }));
      if (mutant.kills === "*") expect(failed).not.toEqual([]);
      else expect([...failed].sort()).toEqual([...mutant.kills].sort());
    },
  );
});

describe.skipIf(!hasPython || only !== undefined)("a program of the corpus of mistakes", () => {
  it.concurrent.each(isWhole ? mistakes : mistakes.slice(0, QUICK_MISTAKES))(
    "$program fails $fails",
    { timeout: TIMEOUT_MS },
    async (mistake) => {
      expect(failedOf(await triedMistake(mistake))).toEqual([mistake.fails]);
    },
  );
});

/** All, or one a peer. */
function chosen(): readonly Mutant[] {
  const all = only === undefined ? mutants : mutants.filter(({ of, name }) => `${of}/${name}`.includes(only));
  if (isWhole || only !== undefined) return all;
  return checked.flatMap(
    (peer) => all.find(({ of, kills }) => of === peer && kills !== "*" && kills.length === 1) ?? [],
  );
}

/** Cases that it has to fail, and one that it has to pass. */
function sampleOf({ of, kills }: Mutant): readonly string[] {
  const other = known.get(of)?.find((id) => !kills.includes(id));
  return [...(kills === "*" ? [] : kills), ...(other === undefined ? [] : [other])];
}
