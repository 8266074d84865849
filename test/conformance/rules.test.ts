/** Every rule of the wire is judged by a case, or a line says why it cannot be. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { ruleOf, type WholeCase } from "../../src/check/case.ts";
import { casesFor, peers } from "./mutants.ts";

const read = (...place: string[]) => readFileSync(path.join(import.meta.dirname, ...place), "utf8");

const rules = [...read("../../docs/wire.md").matchAll(/^- \[([A-Z]+-\d+)\]/gm)].map(([, rule = ""]) => rule);
const untestable = parse(read("untestable.yaml")) as Record<string, string>;
const cases: readonly WholeCase[] = (await Promise.all(peers.map(casesFor))).flat();
const judged = new Set(cases.map(({ id }) => ruleOf(id)));

it("each rule has a case, or a reason why it has none", () => {
  expect(rules.filter((rule) => !judged.has(rule) && !(rule in untestable))).toEqual([]);
});

it("a rule that has a case needs no reason", () => {
  expect(Object.keys(untestable).filter((rule) => judged.has(rule) || !rules.includes(rule))).toEqual([]);
});

it("each case is about a rule that there is, or about what every program needs", () => {
  expect([...judged].filter((rule) => !rules.includes(rule) && rule !== "ROBUST")).toEqual([]);
});

it("each case has an id of its own", async () => {
  for (const peer of peers) {
    const ids = (await casesFor(peer)).map(({ id }) => id);
    expect(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      peer,
    ).toEqual([]);
  }
});
