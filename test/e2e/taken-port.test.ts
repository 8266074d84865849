/** A port that another program has: its role says so, the others play. */
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstanceDocument, TestDaemon } from "./daemon.ts";
import { type FileLab, fileLab } from "./file-lab.ts";
import { freePort } from "./free-ports.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
const others: Server[] = [];
let lab: FileLab;
let daemon: TestDaemon;

function occupy(port: number): Promise<void> {
  const other = createServer();
  others.push(other);
  return new Promise((resolve, reject) => other.once("error", reject).listen(port, "127.0.0.1", resolve));
}

function freeAll(): Promise<unknown> {
  return Promise.all(others.splice(0).map((other) => new Promise((resolve) => other.close(resolve))));
}

beforeAll(async () => {
  lab = await fileLab();
  await occupy(lab.ports.pdf);
  daemon = await TestDaemon.start(scene, { lab: lab.text });
});
afterAll(async () => {
  await freeAll();
  await scene.end();
});

const sentence = (port: number) => `port ${port} is taken (EADDRINUSE): stop the other program or use --port`;

describe("a port that is taken", () => {
  it("fails its role with a sentence that says what to do, and the others run", async () => {
    const states = daemon.ready.instances.map(({ id, state, lastError }) => ({ id, state, lastError }));
    expect(states).toEqual([
      { id: "bootstrap-1", state: "running", lastError: null },
      { id: "file-server-1", state: "running", lastError: null },
      { id: "file-server-2", state: "failed", lastError: sentence(lab.ports.pdf) },
      { id: "file-server-3", state: "running", lastError: null },
      { id: "file-server-4", state: "running", lastError: null },
    ]);
    expect(daemon.program.stderr).toContain(
      `ERROR: file-server-2 failed: ${sentence(lab.ports.pdf)} - then: restart file-server-2\n`,
    );
  });

  it("shows in ls, and selects with state=failed", async () => {
    const failed = await daemon.document<InstanceDocument[]>("ls state=failed");
    expect(failed).toMatchObject([{ id: "file-server-2", startedAt: null, connections: 0 }]);
    expect(await daemon.plain("ls state=failed")).toMatch(
      new RegExp(
        `^file-server-2 +failed +\\(localhost:${lab.ports.pdf}\\) +port ${lab.ports.pdf} is taken`,
        "m",
      ),
    );
  });

  it("lets spawn and restart exit 5, and a role without a failure 0", async () => {
    const taken = await freePort();
    await occupy(taken);
    const spawn = ["spawn", "file-server", "--service", "txt", "--token", "x", "--port"];
    const [refused, asJson, again, free] = await Promise.all([
      daemon.ctl(...spawn, `${taken}`),
      daemon.ctl(...spawn, `${taken}`, "--json"),
      daemon.ctl("restart", "file-server-2"),
      daemon.ctl(...spawn, "0"),
    ]);
    expect(refused).toMatchObject({ exit: 5, stdout: "", stderr: expect.stringContaining(sentence(taken)) });
    expect(asJson).toMatchObject({ exit: 5 });
    expect(JSON.parse(asJson.stdout)).toMatchObject({ state: "failed", lastError: sentence(taken) });
    expect(again).toMatchObject({ exit: 5 });
    expect(free).toMatchObject({ exit: 0, stderr: "" });
  });

  it("is the role's again once it is free and the role is restarted", async () => {
    await freeAll();
    const { stdout, exit } = await daemon.ctl("restart", "file-server-2", "--json");
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: "running", port: lab.ports.pdf, lastError: null });
  });
});
