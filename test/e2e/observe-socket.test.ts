/** The observe socket as assistants have it: who may come to it, and that no client of ours gets further by it than it may. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, TestDaemon } from "./daemon.ts";
import { freePort } from "./free-ports.ts";
import { checkout, dist, Scene } from "./scene.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const asNobody = { uid: NOBODY, gid: NOBODY };
/** Another user is at hand, and may run the Node and the programs that run this. */
const hasNobody =
  isRoot &&
  spawnSync(
    process.execPath,
    ["-e", `require("node:fs").readFileSync(${JSON.stringify(path.join(dist, "netlabctl.js"))})`],
    asNobody,
  ).status === 0;

const scene = new Scene();
const REFUSED = /needs the level (operate|own), and you have the level observe/;
const TOKEN = "t0k3n-of-the-class";
let daemon: TestDaemon;
let observe: string;

beforeAll(async () => {
  chmodSync(scene.folder, 0o755);
  const lab = JSON.stringify({
    roles: [
      { role: "calculator", port: await freePort() },
      { role: "file-server", service: "txt", token: TOKEN, port: 0 },
    ],
  });
  daemon = await TestDaemon.start(scene, { lab, args: ["--observe-socket"] });
  observe = `${daemon.socket}.observe`;
});
afterAll(() => scene.end());

const modeOf = (name: string) => (statSync(name).mode & 0o777).toString(8);
const ctl = (...argv: string[]) => scene.node("netlabctl", ["--socket", observe, ...argv]).ended;

describe("the observe socket", { timeout: 60_000 }, () => {
  it("is beside the control socket, and its user's alone, where no group is named", () => {
    expect(modeOf(observe)).toBe("600");
  });

  it("is not there unless it is asked for", async () => {
    const plain = await TestDaemon.start(scene, { name: "plain" });
    expect(existsSync(`${plain.socket}.observe`)).toBe(false);
    await plain.stop();
  });

  it("shows, and says in what its user sees first which level that is", async () => {
    expect(await ctl("ls")).toMatchObject({ exit: 0, stdout: expect.stringContaining("calculator-1") });
    const { stdout } = await ctl("-c", "help");
    expect(stdout).toContain("explain");
    expect(stdout).not.toContain("shutdown");
  });

  it.each([
    ["one command", ["stop", "calculator-1"]],
    ["tokens of a capture", ["capture", "--show-tokens", "--out", "x.pcapng"]],
    ["a command behind watch", ["watch", "1s", "--n", "1", "kill", "calculator"]],
  ])("refuses netlabctl what is beyond it with exit status 5: %s", async (_, argv) => {
    const { exit, stdout, stderr } = await ctl(...argv);
    expect(stdout + stderr).toMatch(REFUSED);
    expect(exit).toBe(5);
  });

  it("refuses the same to plain lines", async () => {
    const lines = ["ls --show-tokens", "= 1 + 1", "sql select * from registrations", "shutdown --yes"];
    const answers = (await text(connect(observe).end(lines.join("\n")))).trim().split("\n");
    expect(answers).toEqual(lines.map(() => expect.stringMatching(REFUSED)));
  });

  it("refuses the same to a script file, to a sheet and to a program", async () => {
    const script = scene.file("s.netlab", "ls\nspawn calculator --port 0\n");
    expect(await ctl("-f", script)).toMatchObject({ exit: 5 });
    const sheet = scene.file("s.md", "```netlab\nspawn calculator --port 0\n```\n");
    const played = await ctl("play", sheet, "--check");
    expect(`${played.stdout}${played.stderr}`).toContain("needs the level operate");
    expect(played.exit).not.toBe(0);
    const program = scene.file(
      "s.ts",
      `import { attach } from "netlabd/client";
       const lab = await attach({ socket: process.argv[2] });
       try { await lab.spawn("calculator", { port: 0 }); } catch ({ code, exitCode }) { console.log(code, exitCode); }
       lab.close();`,
    );
    const { stdout } = await ctl("run", program, observe);
    expect(stdout).toBe("needs-level 5\n");
    const all = await daemon.document<unknown[]>("ls");
    expect(all).toHaveLength(2);
  });

  it("refuses a group without a folder of its own to go to, and one in which more lies", async () => {
    const without = launch(scene, { name: "without", args: ["--observe-group", String(process.getgid?.())] });
    expect(await without.ended).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("--observe-socket PATH"),
    });
    const folder = scene.path("shared");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "notes.txt"), "");
    const shared = launch(scene, {
      name: "shared",
      args: [
        "--observe-group",
        String(process.getgid?.()),
        "--observe-socket",
        path.join(folder, "lab.sock"),
      ],
    });
    expect(await shared.ended).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("notes.txt is in it too"),
    });
    const unknown = launch(scene, {
      name: "unknown",
      args: ["--observe-group", "no-such-group", "--observe-socket", scene.path("for", "lab.sock")],
    });
    expect(await unknown.ended).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("there is no such group"),
    });
  });

  it.skipIf(!hasNobody)(
    "lets in the members of its group, who see and change nothing (skipped unless root)",
    async () => {
      const socket = scene.path("assist", "lab.sock");
      const given = await TestDaemon.start(scene, {
        name: "given",
        args: ["--observe-group", String(NOBODY), "--observe-socket", socket],
      });
      expect([modeOf(path.dirname(socket)), modeOf(socket)]).toEqual(["750", "660"]);
      expect([statSync(path.dirname(socket)).gid, statSync(socket).gid]).toEqual([NOBODY, NOBODY]);
      const as = (user: { uid: number; gid: number }, at: string, ...argv: string[]) =>
        spawnSync(process.execPath, [path.join(dist, "netlabctl.js"), "--socket", at, ...argv], {
          ...user,
          cwd: checkout,
          encoding: "utf8",
        });
      expect(as(asNobody, socket, "info", "--json")).toMatchObject({ status: 0 });
      expect(as(asNobody, socket, "shutdown", "--yes")).toMatchObject({ status: 5 });
      expect(as(asNobody, given.socket, "info").status).toBe(5);
      const another = `require("node:net").connect(${JSON.stringify(socket)}).on("error", ({ code }) => console.log(code))`;
      expect(
        spawnSync(process.execPath, ["-e", another], { uid: NOBODY, gid: NOBODY - 1, encoding: "utf8" })
          .stdout,
      ).toBe("EACCES\n");
      // One that was killed leaves its socket there; the next one takes its place.
      await given.kill();
      await (await given.again()).stop();
    },
  );
});
