/** The glossary of CONTRIBUTING points at files that are there, and explains no word twice. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.join(import.meta.dirname, "..");
const [, behind = ""] = readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8").split("\n## Words\n");
const [glossary = ""] = behind.split("\n## ");
const rows = [...glossary.matchAll(/^\| ([^|]+) \|.*\| `([^`|]+)` \|$/gm)].map(
  ([, word = "", place = ""]) => ({
    word,
    place,
  }),
);

it("the glossary has its words, each explained once", () => {
  const words = rows.flatMap(({ word }) => word.split(", "));
  expect(words).toEqual(expect.arrayContaining(["story", "recorder", "journal", "telemetry", "log", "link"]));
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
});

it.each(rows.map(({ word, place }) => [word, place] as const))("%s stands in %s", (_, place) => {
  expect(existsSync(path.join(root, place))).toBe(true);
});
