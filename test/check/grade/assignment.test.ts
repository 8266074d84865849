/** Assignments as instructors write them: read whole, and each mistake told with its line. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/check/box/limits.ts";
import { parseAssignment } from "../../../src/check/grade/assignment.ts";
import { scratchFolder } from "../box/programs.ts";

const RIGHT = "role: calculator\nrun: python3 calculator.py {port}\n";
const read = (text: string) => parseAssignment(text, "/somewhere/assignment.yaml");

describe("an assignment", () => {
  it("needs a role and a command, and has a default for all else", () => {
    expect(read(RIGHT)).toMatchObject({
      title: "calculator server",
      side: "server",
      run: "python3 calculator.py {port}",
      limits: DEFAULT_LIMITS,
      cases: [],
      files: [],
      max: 100,
      repeat: 1,
      visibility: "all",
    });
  });

  it("takes limits as a line and as a map", () => {
    const limits = { ...DEFAULT_LIMITS, memoryBytes: 256 * 1024 * 1024, timeMs: 60_000 };
    expect(read(`${RIGHT}limits: mem=256M,time=60s`).limits).toEqual(limits);
    expect(read(`${RIGHT}limits:\n  mem: 256M\n  time: 60\n`).limits).toEqual(limits);
  });

  it("takes the lines that are typed as a list, or from a file beside it", () => {
    const folder = scratchFolder();
    writeFileSync(path.join(folder, "typed.txt"), "ann\n1 + 2\nq\n");
    expect(read(`${RIGHT}stdin: [ann, q]`).script).toEqual(["ann", "q"]);
    const file = path.join(folder, "assignment.yaml");
    expect(parseAssignment(`${RIGHT}stdin: typed.txt`, file).script).toEqual(["ann", "1 + 2", "q"]);
  });

  it.each([
    [
      "a key that is none",
      `${RIGHT}wieghts: {}`,
      "assignment.yaml:3: unknown key wieghts; did you mean weights?",
    ],
    ["a role that is left out", "run: x", "assignment.yaml: role: is needed"],
    ["a side that is none", `${RIGHT}side: serve`, /^assignment\.yaml:3: side: .*"server"\|"client"/],
    [
      "a weight that is no number",
      `${RIGHT}weights:\n  CALC-1.sum: many`,
      /^assignment\.yaml:4: weights\.CALC-1\.sum: expected number/,
    ],
    [
      "a limit that is none",
      `${RIGHT}\nlimits: { memory: 1G }`,
      /^assignment\.yaml:4: unknown limit "memory"; choose from cpu, mem/,
    ],
    [
      "a size that is none",
      `${RIGHT}limits: mem=lots`,
      "assignment.yaml:3: mem=lots is not a limit: write e.g. mem=512M",
    ],
    ["text that is no YAML", `${RIGHT}cases: [`, /^assignment\.yaml:\d: /],
    ["a list", "- role", /^assignment\.yaml: an assignment is/],
    [
      "a script that is not there",
      `${RIGHT}stdin: gone.txt`,
      /^assignment\.yaml:3: cannot read the file .*gone\.txt/,
    ],
  ])("tells %s with its line", (_what, text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
  });
});
