/** `netlabctl run`: a script of somebody's own, in a folder that knows nothing of netlabd. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { checkout, Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start(scene);
});
afterAll(() => scene.end());

const ATTACH = 'import { attach } from "netlabd/client";\n';
const run = (file: string, ...words: string[]) => daemon.ctl("run", file, ...words);

describe("netlabctl run", () => {
  it("gives a script the live lab, its own words, and a folder's other modules", async () => {
    scene.file("lib/port.ts", "export enum Port { any = 0 }\n");
    const script = scene.file(
      "lib/script.ts",
      `${ATTACH}import { Port } from "./port.js";
       const lab = await attach();
       const { type, state }: { type: string; state: string } = await lab.spawn("echo", { port: Port.any });
       console.log(type, state, process.argv.slice(2).join(" "), import.meta.filename);
       await lab.remove("echo");`,
    );
    expect(await run(script, "--port", "7", "--help")).toMatchObject({
      stdout: `echo running --port 7 --help ${script}\n`,
      stderr: "",
      exit: 0,
    });
  });

  it("plays the example", async () => {
    const { stdout, stderr, exit } = await run(join(checkout, "examples/students.ts"), "2");
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout).toMatch(
      /^calculator-1\/c\d+: computing, ok, \d+ entries\ncalculator-1\/c\d+: computing, ok/,
    );
    expect(await daemon.document("ls")).toEqual([]);
  });

  it("passes the exit status of the script on", async () => {
    expect((await run(scene.file("seven.ts", "process.exitCode = 7;\n"))).exit).toBe(7);
  });

  it.each([
    [
      "what it throws",
      `const least: number = 1;\n\nthrow new Error("too few");\n`,
      "thrown.ts:3:7: too few\n",
    ],
    [
      "what it throws later",
      `setTimeout(() => {\n  throw new Error("late");\n}, 1);\n`,
      "thrown.ts:2:9: late\n",
    ],
    [
      "what the lab says no to",
      `${ATTACH}const lab = await attach();\nawait lab.spawn("ecco");\n`,
      'thrown.ts:3:1: no role "ecco"; did you mean echo?\n',
    ],
  ])("tells %s with its place in the script, and ends with 1", async (_, text, told) => {
    const script = scene.file("thrown.ts", text);
    expect(await run(script)).toMatchObject({ stderr: told, stdout: "", exit: 1 });
  });

  it("tells where a script is no TypeScript", async () => {
    const script = scene.file("broken.ts", "const a = 1;\nconst b = {{;\n");
    expect(await run(script)).toMatchObject({ stderr: expect.stringContaining(`${script}:2:12: `), exit: 1 });
  });

  it("tells that a script waits for nothing, instead of ending as if it were done", async () => {
    const script = scene.file("stuck.ts", "await new Promise(() => {});\n");
    expect(await run(script)).toMatchObject({ stderr: expect.stringContaining("never comes"), exit: 1 });
  });

  it("ends at Ctrl-C, and leaves no command under way", async () => {
    const script = scene.file(
      "waits.ts",
      `${ATTACH}const lab = await attach();\nconsole.log("waiting");\nawait lab.waitFor("c99", "closed", { timeout: "1m" });\n`,
    );
    const program = daemon.startCtl("run", script);
    await program.says("waiting");
    program.signal("SIGINT");
    expect((await program.ended).exit).toBe(130);
  });

  it("goes on to its end, and removes its roles, where the reader of its output is gone", async () => {
    const script = scene.file(
      "unread.ts",
      `${ATTACH}const lab = await attach();
       const { id } = await lab.spawn("echo", { port: 0 });
       try {
         console.log("first");
         await lab.waitFor("go", { text: "on" }, { timeout: 1 }).catch(() => undefined);
         for (let line = 0; line < 100; line += 1) console.log("and on", await lab.ls());
       } finally { await lab.remove(id); lab.close(); }`,
    );
    const program = daemon.startCtl("run", script);
    await program.says("first");
    program.stopReading();
    expect(await program.ended).toMatchObject({ exit: 0, signal: null });
    expect(await daemon.document("ls")).toEqual([]);
  });

  it("leaves Ctrl-C to a script that listens for it", async () => {
    const script = scene.file(
      "listens.ts",
      `process.once("SIGINT", () => process.exit(9));\nsetInterval(() => {}, 1e6);\nconsole.log("ready");\n`,
    );
    const program = daemon.startCtl("run", script);
    await program.says("ready");
    program.signal("SIGINT");
    expect((await program.ended).exit).toBe(9);
  });

  it("refuses what is no script, and what is not there", async () => {
    expect(await run("notes.txt")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("notes.txt is not a script"),
    });
    expect(await run("none.ts")).toMatchObject({ exit: 4, stderr: expect.stringContaining("no such file") });
  });
});
