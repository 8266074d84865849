/** Proof that the cases judge: a right peer fails none of them, and each mutant exactly those that are about its mistake. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Report } from "../../src/check/report.ts";
import { hasPython } from "../roles/python-peer.ts";
import { casesFor, known, type Mutant, mutants, peers, timesFound } from "./mutants.ts";
import { casesToTry, failedOf, mistakes, tried, triedMistake } from "./trials.ts";

/** `npm run mutants`: all of them, and the right peers with three seeds. */
const isWhole = process.env.MUTANTS === "all";
const only = process.env.MUTANT;
const SEEDS = isWhole ? [1, 2, 3] : [1];
const TIMEOUT_MS = 300_000;
const QUICK_MISTAKES = 3;

/** Why no mutant fails it: peer, case, reason. */
const reasons = parse(readFileSync(path.join(import.meta.dirname, "unkilled.yaml"), "utf8")) as Record<
  string,
  Record<string, string>
>;
const musts = new Map(
  await Promise.all(
    peers.map(async (peer) => {
      const cases = (await casesFor(peer)).filter(({ grade }) => grade === "MUST");
      return [peer, cases.map(({ id }) => id)] as const;
    }),
  ),
);

const checked = peers.filter((peer) => (known.get(peer) ?? []).length > 0);
const killersOf = (peer: string, id: string) =>
  mutants.filter(({ of, kills }) => of === peer && kills.includes(id));

it("each mutant has a name of its own, and changes one place of its peer", () => {
  const names = mutants.map(({ of, name }) => `${of}/${name}`);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  for (const mutant of mutants) expect(timesFound(mutant), mutant.name).toBe(1);
});

it("each mutant fails cases that there are", () => {
  const unknown = mutants.flatMap(({ of, kills }) =>
    kills.filter((id) => !known.get(of)?.includes(id)).map((id) => `${of} ${id}`),
  );
  expect(unknown).toEqual([]);
});

it.each(checked)("each case of %s is failed by a mutant, or a line says why none can", (peer) => {
  const unkilled = (known.get(peer) ?? []).filter((id) => killersOf(peer, id).length === 0);
  expect(unkilled).toEqual(Object.keys(reasons[peer] ?? {}));
});

it.each(checked)(
  "each MUST of %s is failed by a mutant that fails no other, or that says why not",
  (peer) => {
    const all = new Set(musts.get(peer));
    const isAlone = ({ kills, why }: Mutant) =>
      why !== undefined || kills.filter((id) => all.has(id)).length === 1;
    expect(
      [...all].filter((id) => killersOf(peer, id).length > 0 && !killersOf(peer, id).some(isAlone)),
    ).toEqual([]);
  },
);

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
      const cases = isWhole || only !== undefined ? await casesToTry(mutant) : sampleOf(mutant);
      const report = await tried({ peer, mutant, seed: 1, cases });
      expect(otherwise(report, mutant.kills)).toEqual([]);
    },
  );
});

describe.skipIf(!hasPython || only !== undefined)("a program of the corpus of mistakes", () => {
  it.concurrent.each(isWhole ? mistakes : mistakes.slice(0, QUICK_MISTAKES))(
    "$program fails $fails",
    { timeout: TIMEOUT_MS },
    async (mistake) => {
      expect(otherwise(await triedMistake(mistake), [mistake.fails])).toEqual([]);
    },
  );
});

/** What failed and is not declared, with its message, and what is declared and did not fail: which of the two is wrong is read in it. */
function otherwise(report: Report, declared: readonly string[]): readonly string[] {
  const failed = failedOf(report);
  const messageOf = (id: string) => report.results.find((one) => one.id === id)?.message ?? "";
  return [
    ...failed.filter((id) => !declared.includes(id)).map((id) => `fails too: ${id}: ${messageOf(id)}`),
    ...declared.filter((id) => !failed.includes(id)).map((id) => `does not fail: ${id} ${messageOf(id)}`),
  ];
}

/** All, or one a peer. */
function chosen(): readonly Mutant[] {
  if (only !== undefined) return mutants.filter(({ of, name }) => `${of}/${name}`.includes(only));
  if (isWhole) return mutants;
  return checked.flatMap(
    (peer) => mutants.find(({ of, kills, isShared }) => of === peer && kills.length === 1 && !isShared) ?? [],
  );
}

/** Cases that it has to fail, and one that it has to pass. */
function sampleOf({ of, kills }: Mutant): readonly string[] {
  const other = known.get(of)?.find((id) => !kills.includes(id));
  return [...kills, ...(other === undefined ? [] : [other])];
}
