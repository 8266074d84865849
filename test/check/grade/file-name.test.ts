/** Students' words as names of files. */
import { expect, it } from "vitest";
import { fileName } from "../../../src/check/grade/file-name.ts";

it.each([
  ["s042", "s042"],
  ["Jörg Müßiggänger", "Jörg Müßiggänger"],
  ["李小龍", "李小龍"],
  ["ann@example.org", "ann@example.org"],
  ["../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"],
  ["100% of #1?", "100%25 of %231%3F"],
  ["\u202egnirts", "%E2%80%AEgnirts"],
  [" a ", "%20a%20"],
])("%j is a file's name %j", (words, name) => {
  expect(fileName(words)).toBe(name);
});

it("is short enough for every file system, and never the same for two", () => {
  const [one, other] = ["a", "b"].map((end) => fileName(`${"Константинопольский-".repeat(20)}${end}`));
  expect(Buffer.byteLength(one ?? "")).toBeLessThan(200);
  expect(one).not.toBe(other);
  expect(one).toMatch(/^Константинопольский-.*~[0-9a-f]{8}$/);
});
