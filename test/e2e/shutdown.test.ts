/** How a daemon ends: it finishes what is under way, or at once when it is told twice. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { SlowFileClient } from "./file-client.ts";
import { freePort } from "./free-ports.ts";
import { Scene } from "./scene.ts";

/** More than the kernel's buffers take while nobody reads. */
const big = randomBytes(40_000_000);

const scene = new Scene();
let port: number;

beforeAll(async () => {
  scene.file("served/big.bin", big);
});
afterAll(() => scene.end());

async function startServing(name: string): Promise<TestDaemon> {
  port = await freePort();
  const role = { role: "file-server", port, service: "bin", token: "secret", root: scene.path("served") };
  return TestDaemon.start(scene, { name, lab: JSON.stringify({ roles: [role] }) });
}

async function startFetching(): Promise<SlowFileClient> {
  const client = new SlowFileClient(port);
  expect(await client.ask("secret", "big.bin")).toBe(big.length);
  return client;
}

function isRefused(): Promise<boolean> {
  return new Promise((resolve) => {
    const late = connect(port, "127.0.0.1", () => {
      late.destroy();
      resolve(false);
    }).once("error", () => resolve(true));
  });
}

describe("SIGTERM", () => {
  it("lets no one in, lets a slow transfer finish, and exits 0", async () => {
    const daemon = await startServing("drains");
    const client = await startFetching();
    const attached = daemon.startCtl("logs", "--follow");
    await attached.says("listens on");
    daemon.program.signal("SIGTERM");
    await daemon.program.says("SIGTERM: draining; once more stops at once");
    await expect.poll(isRefused).toBe(true);
    expect(daemon.program.stderr).not.toContain("failed");
    const received = await client.readOn(big.length);
    expect(received.equals(big)).toBe(true);
    await client.ended();
    expect(await daemon.program.ended).toMatchObject({ exit: 0, signal: null });
    expect(existsSync(daemon.socket)).toBe(false);
    expect(await attached.ended).toMatchObject({ exit: 3, stderr: expect.stringContaining("went away") });
  });

  it("ends at once when it comes a second time", async () => {
    const daemon = await startServing("hurries");
    const client = await startFetching();
    daemon.program.signal("SIGTERM");
    await daemon.program.says("draining");
    const toldAt = performance.now();
    daemon.program.signal("SIGTERM");
    expect(await daemon.program.ended).toMatchObject({ exit: 143 });
    expect(performance.now() - toldAt).toBeLessThan(2_000);
    expect((await client.readOn(big.length)).length).toBeLessThan(big.length);
    client.close();
  });

  it("does not wait for ever for a peer that does not read", { timeout: 15_000 }, async () => {
    const daemon = await startServing("gives-up");
    const client = await startFetching();
    const toldAt = performance.now();
    expect(await daemon.stop()).toMatchObject({ exit: 0 });
    expect(performance.now() - toldAt).toBeLessThan(10_000);
    client.close();
  });
});

describe("shutdown", () => {
  it("without an answer stops nothing; with --yes it stops the daemon, and both exit 0", async () => {
    const daemon = await startServing("told");
    expect(await daemon.ctl("shutdown")).toMatchObject({
      exit: 5,
      stdout: "",
      stderr: "not stopped: say y, or shutdown --yes\n",
    });
    expect(await daemon.ctl("shutdown", "--yes")).toMatchObject({ exit: 0, stdout: "stopping\n", stderr: "" });
    expect(await daemon.program.ended).toMatchObject({ exit: 0 });
    expect(await daemon.ctl("ls")).toMatchObject({
      exit: 3,
      stdout: "",
      stderr: `no daemon answers at ${daemon.socket}: start one with netlabd, or name its socket with --socket\n`,
    });
  });

  it("by SIGINT is the same as by SIGTERM", async () => {
    const daemon = await startServing("interrupted");
    daemon.program.signal("SIGINT");
    expect(await daemon.program.ended).toMatchObject({ exit: 0, signal: null });
  });
});
