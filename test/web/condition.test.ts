/** The one word of a tile. */
import { describe, expect, it } from "vitest";
import {
  age,
  byNeed,
  type Condition,
  conditionOf,
  countedWord,
  lastingOf,
  wordOf,
} from "../../src/page/condition.ts";
import type { Tile } from "../../src/web/protocol.ts";

const NOW = 1_000_000;
const tile = (given: Partial<Tile>): Tile => ({
  id: "s001",
  kind: "student",
  group: null,
  connected: 0,
  connection: null,
  role: null,
  state: null,
  waitingSince: null,
  stuckSince: null,
  furthest: null,
  card: null,
  checks: null,
  isDone: false,
  trouble: null,
  ...given,
});
const card = { id: "D17", title: "…", connection: "calculator-1/c1" };

describe("a tile's word", () => {
  it.each<[string, Partial<Tile>, Condition, string]>([
    ["nothing has come", {}, "away", "not here"],
    ["it is connected", { connected: 1 }, "working", "working"],
    ["a mistake was found", { connected: 1, card }, "mistake", "D17"],
    ["it has to speak", { connected: 1, card, waitingSince: NOW - 61_000 }, "waiting", "waits 1 min"],
    ["bytes lie unread", { connected: 1, waitingSince: 0, stuckSince: NOW - 5_000 }, "stuck", "stuck 5 s"],
    ["its role failed", { trouble: "port taken" }, "trouble", "failed"],
    ["all is done", { connected: 1, card, stuckSince: 0, isDone: true }, "done", "done"],
  ])("where %s", (_, given, condition, word) => {
    const told = `${wordOf(tile(given))} ${lastingOf(tile(given), NOW)}`.trim();
    expect([conditionOf(tile(given)), told]).toEqual([condition, word]);
  });

  it("is counted in words", () => {
    const words = [0, 1, 2].map((count) => `${count} ${countedWord("mistake", count)}`);
    expect([...words, countedWord("stuck", 2)]).toEqual(["0 mistakes", "1 mistake", "2 mistakes", "stuck"]);
  });

  it("tells a time as people do", () => {
    expect([0, 59_999, 60_000, 3_599_999, 7_200_000, -5].map(age)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "59 min",
      "2 h",
      "0 s",
    ]);
  });
});

it("the order by need puts first who has been stuck longest, and last who is done", () => {
  const tiles = [
    tile({ id: "done", isDone: true }),
    tile({ id: "works", connected: 1 }),
    tile({ id: "stuck 5 s", stuckSince: NOW - 5_000 }),
    tile({ id: "waits", waitingSince: NOW - 90_000 }),
    tile({ id: "stuck 1 min", stuckSince: NOW - 60_000 }),
  ];
  expect(tiles.sort(byNeed).map(({ id }) => id)).toEqual([
    "stuck 1 min",
    "stuck 5 s",
    "waits",
    "works",
    "done",
  ]);
});
