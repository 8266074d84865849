/** How a daemon ends: it finishes what is under way, or at once when it is told twice. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takenMs } from "../processor-time.ts";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { SlowFileClient } from "./file-client.ts";
import { freePort } from "./free-ports.ts";
import { Scene } from "./scene.ts";

/** More than the kernel's buffers take while nobody reads. */
const big = randomBytes(20_000_000);
/** As `src/actors/instance.ts` has it. */
const DRAIN_MS = 5_000;

const scene = new Scene();

beforeAll(() => void scene.file("served/big.bin", big));
afterAll(() => scene.end());

async function startServing(name: string): Promise<{ daemon: TestDaemon; port: number }> {
  const port = await freePort();
  const role = { role: "file-server", port, service: "bin", token: "secret", root: scene.path("served") };
  const daemon = await TestDaemon.start(scene, { name, lab: JSON.stringify({ roles: [role] }) });
  return { daemon, port };
}

async function startFetching(port: number): Promise<SlowFileClient> {
  const client = new SlowFileClient(port);
  expect(await client.ask("secret", "big.bin")).toBe(big.length);
  return client;
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const late = connect(port, "127.0.0.1", () => {
      late.destroy();
      resolve(false);
    }).once("error", () => resolve(true));
  });
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

describe.concurrent("SIGTERM", () => {
  it("lets no one in, lets a slow transfer finish, and exits 0", async () => {
    const { daemon, port } = await startServing("drains");
    const client = await startFetching(port);
    const attached = daemon.startCtl("logs", "--follow");
    await attached.says("listens on");
    daemon.program.signal("SIGTERM");
    await daemon.program.says("SIGTERM: stopping; send it again to stop at once");
    await eventually(async () => expect(await isRefused(port)).toBe(true));
    const received = await client.readOn(big.length);
    expect(received.equals(big)).toBe(true);
    // Its transfer over, it is not waited for.
    expect(await takenMs(() => daemon.program.ended, daemon.ready.pid)).toBeLessThan(DRAIN_MS / 2);
    expect(await daemon.program.ended).toMatchObject({ exit: 0, signal: null });
    expect(existsSync(daemon.socket)).toBe(false);
    expect(await attached.ended).toMatchObject({ exit: 3, stderr: expect.stringContaining("went away") });
    client.close();
  });

  it("ends at once when it comes a second time", async () => {
    const { daemon, port } = await startServing("hurries");
    const client = await startFetching(port);
    daemon.program.signal("SIGTERM");
    await daemon.program.says("SIGTERM: stopping");
    expect(await takenMs(() => daemon.stop(), daemon.ready.pid)).toBeLessThan(DRAIN_MS / 2);
    expect(await daemon.program.ended).toMatchObject({ exit: 143, signal: null });
    expect((await client.readOn(big.length)).length).toBeLessThan(big.length);
    client.close();
  });

  it("does not wait for ever for a peer that does not read", async () => {
    const { daemon, port } = await startServing("gives-up");
    const client = await startFetching(port);
    let ms = 0;
    const taken = takenMs(async () => {
      ms = await timeOf(() => daemon.stop());
    }, daemon.ready.pid);
    expect(await taken).toBeLessThan(DRAIN_MS * 2);
    expect(ms).toBeGreaterThan(DRAIN_MS * 0.9);
    expect(await daemon.program.ended).toMatchObject({ exit: 0 });
    client.close();
  });

  it("is the same as SIGINT", async () => {
    const { daemon } = await startServing("interrupted");
    daemon.program.signal("SIGINT");
    expect(await daemon.program.ended).toMatchObject({ exit: 0, signal: null });
  });
});

describe.concurrent("shutdown", () => {
  it("without an answer stops nothing; with --yes it stops the daemon, and both exit 0", async () => {
    const { daemon } = await startServing("told");
    expect(await daemon.ctl("shutdown")).toMatchObject({
      exit: 5,
      stdout: "",
      stderr: "not stopped: answer y, or use shutdown --yes\n",
    });
    expect(await daemon.ctl("shutdown", "--yes")).toMatchObject({
      exit: 0,
      stdout: "stopping\n",
      stderr: "",
    });
    expect(await daemon.program.ended).toMatchObject({ exit: 0 });
    expect(await daemon.ctl("ls")).toMatchObject({
      exit: 3,
      stdout: "",
      stderr: `no daemon answers at ${daemon.socket}: start one with netlabd, or name its socket with --socket\n`,
    });
  });
});
