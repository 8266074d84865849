/** The harness of examples/gradescope, with a netlabctl that tells how it was called, or falls. */
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatTarget } from "../../src/check/report-files.ts";
import { checkOptions } from "../../src/standalone/check-options.ts";

const examples = path.join(import.meta.dirname, "../../examples");
const harness = path.join(examples, "gradescope");
const hasBash = spawnSync("bash", ["--version"]).status === 0;

let folder = "";
const at = (...names: string[]) => path.join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netlabd-gradescope-"));
  for (const name of ["source", "submission", "results", "netlabd/dist"])
    mkdirSync(at(name), { recursive: true });
  symlinkSync(process.execPath, at("netlabd/node"));
  writeFileSync(at("source/assignment.conf"), readFileSync(path.join(harness, "assignment.conf")));
  writeFileSync(at("submission/calculator.py"), "print('hello')\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `body` is all of the checker. */
function run(body: string) {
  writeFileSync(at("netlabd/dist/package.json"), '{"type":"module"}');
  writeFileSync(at("netlabd/dist/netlabctl.js"), body);
  const { stdout, status } = spawnSync("bash", [path.join(harness, "run_autograder")], {
    env: { PATH: process.env.PATH, AUTOGRADER: folder, NETLABD: at("netlabd") },
    encoding: "utf8",
  });
  return { stdout, status, results: JSON.parse(readFileSync(at("results/results.json"), "utf8")) };
}

/** Says its words, one a line. */
const telling = (status = 0) => `
import { appendFileSync } from "node:fs";
appendFileSync(import.meta.dirname + "/calls", JSON.stringify(process.argv.slice(2)) + "\\n");
process.exit(${status});
`;
const calls = (): string[][] =>
  readFileSync(at("netlabd/dist/calls"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe.skipIf(!hasBash)("the Gradescope harness", () => {
  it("leaves a result of zero, and whose fault it is, where the checker falls at once", () => {
    const { results, status } = run("process.kill(process.pid, 'SIGKILL');");
    expect(status).toBe(0);
    expect(results).toMatchObject({ score: 0, tests: [] });
    expect(results.output).toContain("This says nothing about your program");
  });

  it("names a file that a hand-in does not have, and checks nothing", () => {
    rmSync(at("submission/calculator.py"));
    writeFileSync(at("submission/calc.py"), "");
    const { results } = run(telling());
    expect(results.output).toBe("Your hand-in has no file calculator.py at its top. It has: calc.py ");
    expect(() => calls()).toThrow();
  });

  it("asks for a box first, with the student's seed and the points of the assignment", () => {
    const metadata = { users: [{ id: 4711 }], assignment: { total_points: "20.0" } };
    writeFileSync(at("submission_metadata.json"), JSON.stringify(metadata));
    run(telling(0));
    const [first = [], ...more] = calls();
    expect(more).toEqual([]);
    const value = (flag: string) => first[first.indexOf(flag) + 1];
    expect(first.slice(0, 3)).toEqual(["check", "server", "calculator"]);
    expect(first).toEqual(expect.arrayContaining(["--box", "--unsafe"]));
    expect(value("--run")).toBe("python3 calculator.py {port}");
    expect(value("--points")).toBe("20");
    expect(value("--seed")).toMatch(/^\d+$/);
    expect(value("--format")).toBe(`text,gradescope=${at("results/results.json")}`);
  });

  it("checks in the folder of the hand-in, so that a card has the command as its owner types it", () => {
    run(telling(0).replace("process.argv.slice(2)", "[process.cwd()]"));
    expect(calls()).toEqual([[realpathSync(at("submission"))]]);
  });

  it("sets the checker's Node up so that a hand-in's programs may start it and not look into it", () => {
    mkdirSync(at("pack"));
    writeFileSync(at("pack/node"), "");
    spawnSync("tar", ["-czf", at("source/netlabd.tgz"), "-C", at("pack"), "."]);
    const env = { PATH: process.env.PATH, NETLAB_SOURCE: at("source"), NETLAB_ROOT: at("root") };
    const { status, stderr } = spawnSync("bash", [path.join(harness, "setup.sh")], { env, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(statSync(at("root/opt/netlabd/node")).mode & 0o777).toBe(0o711);
  });
});

describe("examples of pipelines and graders", () => {
  const files = ["gradescope/run_autograder", "ci/github-actions.yml", "ci/gitlab-ci.yml"];

  it.each(files)("%s uses options of check that there are, and formats that there are", (name) => {
    const text = readFileSync(path.join(examples, name), "utf8").replaceAll(/\\\n\s*/g, " ");
    const lines = text
      .split("\n")
      .filter((line) => /\bcheck .*--|--format/.test(line) && !/^\s*#/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    const known = [...Object.keys(checkOptions.shape)];
    for (const line of lines) {
      const flags = [...line.slice(line.indexOf("check")).matchAll(/\s--([a-z][a-z-]*)/g)].map(
        ([, flag]) => flag,
      );
      expect(known).toEqual(expect.arrayContaining(flags));
      const words = /--format "?([^\s"]+)/.exec(line)?.[1]?.split(",") ?? [];
      for (const word of words) expect([word, formatTarget(word)?.format]).not.toContain(undefined);
    }
  });
});
