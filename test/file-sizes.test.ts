/** Files of the source are short; one that is longer says in its banner why, and none is very long. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { filesIn, folders, src } from "./source-text.ts";

const WANTS_A_REASON = 250;
const MAX_LINES = 400;

const files = [".", ...folders()].flatMap(filesIn).map((file) => {
  const text = readFileSync(path.join(src, file), "utf8");
  const [banner = ""] = /^\/\*\*[\s\S]*?\*\//.exec(text) ?? [];
  return { file, lines: text.split("\n").length - 1, banner };
});

it(`no file of the source has more than ${MAX_LINES} lines`, () => {
  expect(files.filter(({ lines }) => lines > MAX_LINES).map(({ file }) => file)).toEqual([]);
});

it(`a file of more than ${WANTS_A_REASON} lines says why`, () => {
  const unexplained = files.filter(
    ({ lines, banner }) => lines > WANTS_A_REASON && !/\bLong, because\b/.test(banner),
  );
  expect(unexplained.map(({ file }) => file)).toEqual([]);
});
