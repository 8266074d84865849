/**
 * Whose mistake it is, through a proxy, for every role that has both sides: of right programs none is accused, whatever the other side is,
 * and of a wrong one what the conversation shows is told. `MUTANTS=all` plays all that there are.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mutant, mutants, partsOf } from "../conformance/mutants.ts";
import { hasPython } from "../doctor/hospital.ts";
import { endingScenes, rightScenes, sceneOf, WRONG_CLIENTS, WRONG_SERVERS } from "./pair-scenes.ts";
import { type Seen, Stage } from "./pairs.ts";

const TIMEOUT_MS = 120_000;
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

type Side = "server" | "client";

/** Sides of which a mistake is told, in all pairs of a scene. */
const accused = (seen: readonly Seen[]): readonly Side[] => [
  ...new Set(
    seen.flatMap(({ look }): readonly Side[] => {
      if (typeof look !== "object") return [];
      const { fault, cards, disagreements } = look.looked;
      const sides = cards.filter(({ level }) => level === "violation").map(({ side }) => side);
      return [
        ...sides,
        ...(fault ? [fault] : []),
        ...(disagreements.length > 0 ? (["server"] as const) : []),
      ];
    }),
  ),
];

/** What is told, for who reads that a test has failed. */
const told = (seen: readonly Seen[]) =>
  seen
    .map(({ look }) => {
      if (typeof look !== "object") return look;
      const { cards, disagreements, stopped } = look.looked;
      const others = disagreements.map(({ said, ours }) => `${said}/${ours}`);
      return `${stopped ?? "whole"} ${cards.map(({ side, id }) => `${side} ${id}`)} ${others}`;
    })
    .join("; ");

async function expectAccused(scene: Parameters<Stage["play"]>[0] | undefined, sides: readonly Side[]) {
  if (!scene) throw new Error("there is no such scene");
  const seen = await stage.play(scene);
  expect(seen.length, "no pair of connections").toBeGreaterThan(0);
  expect(accused(seen), told(seen)).toEqual(sides);
}

const mutantOf = (role: string, side: Side, name: string): Mutant => {
  const found = mutants.find((one) => one.of === `${role}-${side}` && one.name === name);
  if (!found) throw new Error(`no mutant of ${role}-${side} ${name}`);
  return found;
};
const rows = (all: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(all).flatMap(([role, names]) => names.map((name) => [role, name] as const));

describe.skipIf(!hasPython)("two right programs", () => {
  it.concurrent.each(rightScenes)("are not accused: %s", { timeout: TIMEOUT_MS }, (_, scene) =>
    expectAccused(scene, []),
  );
});

describe.skipIf(!hasPython)("a right server that ends it by itself", () => {
  it.concurrent.each(endingScenes)("is not accused: %s", { timeout: TIMEOUT_MS }, (_, scene) =>
    expectAccused(scene, []),
  );
});

describe.skipIf(!hasPython)("a wrong server", () => {
  it.concurrent.each(rows(WRONG_SERVERS))(
    "of %s that %s is accused, and its client is not",
    { timeout: TIMEOUT_MS },
    (role, name) => expectAccused(sceneOf(role, "server", mutantOf(role, "server", name)), ["server"]),
  );
});

describe.skipIf(!hasPython)("a wrong client", () => {
  it.concurrent.each(rows(WRONG_CLIENTS))(
    "of %s that %s is accused, and its server is not",
    { timeout: TIMEOUT_MS },
    (role, name) => expectAccused(sceneOf(role, "client", mutantOf(role, "client", name)), ["client"]),
  );
});

describe.skipIf(!hasPython || process.env.MUTANTS !== "all")("any mistake", () => {
  it.concurrent.each(mutants.map((mutant) => [mutant.of, mutant.name, mutant] as const))(
    "of %s that %s is never laid at the other side's door",
    { timeout: TIMEOUT_MS },
    async (of, _, mutant) => {
      const { role, side } = partsOf(of);
      const scene = sceneOf(role, side, mutant);
      const sides = scene ? accused(await stage.play(scene)) : [];
      expect(sides.filter((one) => one !== side)).toEqual([]);
    },
  );
});
