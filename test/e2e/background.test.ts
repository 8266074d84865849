/** `netlabd --detach`, a second lab on one machine, a daemon that does not answer, and `reload` at the prompt. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { launch, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-ports.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
const detached: number[] = [];
afterAll(() => {
  for (const pid of detached.filter(isAlive)) process.kill(pid, "SIGKILL");
  return scene.end();
});

const lab = (port: number) => JSON.stringify({ roles: [{ role: "calculator", port, host: "127.0.0.1" }] });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("netlabd --detach", () => {
  const places = ["--data", scene.path("bg.data"), "--socket", scene.path("bg.sock")];
  const ctl = (...words: string[]) =>
    scene.node("netlabctl", ["--socket", scene.path("bg.sock"), ...words]).ended;

  it("ends when every role listens; the lab goes on, is shown by status, and is stopped by shutdown", async () => {
    const file = scene.file("bg.yaml", lab(0));
    const { stdout, stderr, exit } = await scene.node("netlabd", [...places, "--lab", file, "--detach"])
      .ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout).toMatch(/^netlabd runs in the background, pid \d+: 1 roles? running\n/);
    expect(stdout).toContain(`its log is ${scene.path("bg.data/netlabd.log")}\n`);
    const pid = Number(/pid (\d+)/.exec(stdout)?.[1]);
    detached.push(pid);
    const status = await ctl("status");
    expect(status).toMatchObject({ exit: 0, stdout: expect.stringContaining(`pid ${pid}\n`) });
    expect(status.stdout).toMatch(/^roles +1 running; 0 peers$/m);
    expect((await ctl("shutdown", "--yes")).exit).toBe(0);
    await eventually(() => expect(isAlive(pid)).toBe(false));
    expect(await ctl("status")).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining("no daemon answers"),
    });
    expect(readFileSync(scene.path("bg.data/netlabd.log"), "utf8")).toContain(
      "calculator-1 listens on 127.0.0.1",
    );
  });

  it("tells why it did not come up, with the exit status of that", async () => {
    const file = scene.file("wrong.yaml", "roles: nothing");
    const { stdout, stderr, exit } = await scene.node("netlabd", [...places, "--lab", file, "--detach"])
      .ended;
    expect({ stdout, exit }).toEqual({ stdout: "", exit: 2 });
    expect(stderr).toMatch(/^netlabd: \S*wrong\.yaml:1: roles: must be a list\n$/);
  });
});

describe("a second lab on one machine", () => {
  it("is told of --port-offset where its ports are taken", async () => {
    const port = await freePort();
    const first = await TestDaemon.start(scene, { name: "first", lab: lab(port) });
    const second = await TestDaemon.start(scene, { name: "second", lab: lab(port) });
    const advice = /a port of this lab is taken: .*netlabd --port-offset 1000/;
    expect((await second.ctl("logs")).stdout).toMatch(advice);
    expect((await first.ctl("logs")).stdout).not.toMatch(advice);
    await Promise.all([first.stop(), second.stop()]);
  });

  it("is told of all that it needs where the socket is another's", async () => {
    const first = await TestDaemon.start(scene, { name: "one" });
    const { stderr, exit } = await launch(scene, { name: "two", args: ["--socket", first.socket] }).ended;
    expect(stderr).toContain("a second lab needs its own --socket, --data and --port-offset");
    expect(exit).toBe(5);
    await first.stop();
  });
});

describe("a daemon that does not answer", () => {
  it("is told of after 3 s, and answers when it goes on", async () => {
    const daemon = await TestDaemon.start(scene, { name: "stopped" });
    daemon.program.signal("SIGSTOP");
    const asking = daemon.startCtl("ls");
    await asking.says(/^the daemon at \S+ has not answered for 3 s: .*Ctrl-C twice gives up\n/);
    daemon.program.signal("SIGCONT");
    expect(await asking.ended).toMatchObject({ exit: 0, stdout: expect.stringContaining("no role runs") });
    await daemon.stop();
  });
});

describe("reload at the prompt", () => {
  it("starts what the lab file newly names, and changes nothing where it is wrong", async () => {
    const daemon = await TestDaemon.start(scene, { name: "again", lab: lab(0) });
    scene.file("again.yaml", JSON.stringify({ roles: [{ role: "echo", port: 0 }] }));
    expect(await daemon.ctl("reload")).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/: added echo-1; removed calculator-1\n$/),
    });
    scene.file("again.yaml", JSON.stringify({ roles: [{ role: "ecko" }] }));
    const { stderr, exit } = await daemon.ctl("reload", "--json");
    expect(JSON.parse(stderr)).toMatchObject({
      code: "bad-lab-file",
      message: expect.stringContaining("did you mean echo?"),
    });
    expect(exit).toBe(2);
    expect((await daemon.document<{ id: string }[]>("ls")).map(({ id }) => id)).toEqual(["echo-1"]);
    await daemon.stop();
  });
});
