/** `play --format` and `netlabctl -f --format`: steps as tests, read by readers of these formats. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Parser } from "tap-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles: [{ role: "ack", port: 0 }] }) });
});
afterAll(() => scene.end());

const schema = path.join(import.meta.dirname, "../fixtures/junit-10.xsd");
const hasXmllint = spawnSync("xmllint", ["--version"]).status === 0;
const fence = (language: string, ...lines: string[]) => [`\`\`\`${language}`, ...lines, "```", ""];
const sheet = (...lines: string[]) => scene.file("sheet.md", lines.join("\n"));

function tests(tap: string): [string, string][] {
  const found: [string, string][] = [];
  const parser = new Parser({ strict: true });
  parser.on("assert", ({ ok, skip, todo, name }) =>
    found.push([skip ? "skip" : todo ? "todo" : ok ? "ok" : "not ok", name.replace(/^\S*\//, "")]),
  );
  parser.end(tap);
  expect(parser.results?.failures.filter((one) => "tapError" in one && one.tapError)).toEqual([]);
  return found;
}

describe("play --format", () => {
  const broken = () =>
    sheet(
      ...fence("netlab", "# a comment", "ls"),
      ...fence("expect", "ack-1", "no such # thing", "NOTE"),
      ...fence("netlab by-hand", "conns"),
      ...fence("netlab", "info"),
    );

  it("tap tells each line as a test, those after a failure as skipped, and prints nothing between", async () => {
    const { stdout, exit } = await daemon.ctl("play", broken(), "--format", "tap");
    expect(exit).toBe(1);
    expect(tests(stdout)).toEqual([
      ["ok", "sheet.md:3: ls"],
      ["ok", "sheet.md:7: expected: ack-1"],
      ["not ok", "sheet.md:8: expected: no such # thing"],
      ["skip", "sheet.md:9: expected: NOTE"],
      ["skip", "sheet.md:13: conns"],
      ["skip", "sheet.md:17: info"],
    ]);
  });

  it("junit=FILE is a file that Jenkins' schema takes, and the answer of --check stays", async () => {
    const file = scene.path("steps.xml");
    const whole = sheet(
      ...fence("netlab", "ls"),
      ...fence("expect", "ack-1"),
      ...fence("netlab by-hand", "conns"),
    );
    const { stdout, exit } = await daemon.ctl("play", whole, "--format", `junit=${file}`);
    expect({ stdout, exit }).toEqual({
      stdout: expect.stringContaining("1 command, 1 expected line, all as it says, 1 step by hand left out"),
      exit: 0,
    });
    const text = readFileSync(file, "utf8");
    expect(text).toContain('tests="3" failures="0" errors="0" skipped="1"');
    if (hasXmllint) expect(spawnSync("xmllint", ["--noout", "--schema", schema, file]).status).toBe(0);
  });

  it("names a format that there is none of", async () => {
    const { stderr, exit } = await daemon.ctl("play", broken(), "--format", "html");
    expect(stderr).toBe("--format html: choose junit or tap, each with =FILE or alone for standard output\n");
    expect(exit).toBe(2);
  });
});

describe("a script with --format", () => {
  it("tells its lines as tests, up to the first that fails, and what that one said", async () => {
    const file = scene.file("lab.nlab", "ls\n\nexpect ack-1\n! show nobody\nshow nobody\ninfo\n");
    const { stdout, exit } = await daemon.ctl("--format", "tap", "-f", file);
    expect(exit).toBe(4);
    expect(tests(stdout)).toEqual([
      ["ok", "lab.nlab:1: ls"],
      ["ok", "lab.nlab:3: expect ack-1"],
      ["ok", "lab.nlab:4: ! show nobody"],
      ["not ok", "lab.nlab:5: show nobody"],
    ]);
    expect(stdout).toContain('output: "no role \\"nobody\\" here; ls lists them"');
  });

  it("does not look whole where the daemon went away in its middle", async () => {
    const alone = new Scene();
    const own = await TestDaemon.start(alone, { lab: JSON.stringify({ roles: [] }) });
    const file = scene.path("cut.xml");
    const { exit } = await own.ctl("--format", `junit=${file}`, "-c", "ls\nshutdown --yes\nls");
    await alone.end();
    expect(exit).not.toBe(0);
    expect(readFileSync(file, "utf8")).toContain('<error type="unfinished"');
  });

  it("says where a file cannot be written, and runs nothing", async () => {
    const { stderr, exit } = await daemon.ctl("--format", "tap=/no/such/x.tap", "-c", "show nobody");
    expect(stderr).toContain("cannot write /no/such/x.tap: there is no such folder (ENOENT)");
    expect(exit).toBe(1);
  });
});
