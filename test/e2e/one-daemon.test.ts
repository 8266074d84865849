/** One data folder, one socket, one daemon; and what is left of a killed one is in nobody's way. */
import { existsSync, readdirSync } from "node:fs";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, TestDaemon } from "./daemon.ts";
import { freePort } from "./free-ports.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  const lab = JSON.stringify({ roles: [{ role: "bootstrap", port: await freePort() }] });
  daemon = await TestDaemon.start(scene, { name: "first", lab });
});
afterAll(() => scene.end());

/** It still answers, on its socket, and its data can be changed. */
async function expectFirstToServe(): Promise<void> {
  expect(await daemon.plain("register 10.0.0.9 4000 gif secret")).toBe(
    "registered: 10.0.0.9:4000 serves gif\n",
  );
}

describe("a second daemon", () => {
  it("on the same data folder is refused, and told the first one's pid", async () => {
    const second = launch(scene, { name: "second", args: ["--data", daemon.dataFolder] });
    expect(await second.ended).toMatchObject({
      exit: 5,
      stdout: "",
      stderr: `netlabd: the data folder ${daemon.dataFolder} is used by another netlabd, pid ${daemon.program.pid}: attach to it with netlabctl; a second lab needs its own --data, --socket and --port-offset\n`,
    });
    await expectFirstToServe();
  });

  it("on the same socket is refused, and told the first one's pid", async () => {
    const second = launch(scene, { name: "second", args: ["--socket", daemon.socket] });
    expect(await second.ended).toMatchObject({
      exit: 5,
      stdout: "",
      stderr: `netlabd: another netlabd, pid ${daemon.program.pid}, answers on ${daemon.socket}: attach to it with netlabctl; a second lab needs its own --socket, --data and --port-offset\n`,
    });
    await expectFirstToServe();
  });

  it("takes over what a killed one left: folder, lock, database and socket", async () => {
    const { pid } = daemon.program;
    await daemon.kill();
    expect(existsSync(daemon.socket)).toBe(true);
    daemon = await daemon.again();
    expect(daemon.program.pid).not.toBe(pid);
    await expectFirstToServe();
  });

  it("finds nothing in its way after an orderly end", async () => {
    expect(await daemon.stop()).toMatchObject({ exit: 0 });
    expect(existsSync(daemon.socket)).toBe(false);
    expect(readdirSync(daemon.dataFolder).filter((name) => name.endsWith("-wal"))).toEqual([]);
  });

  it("refuses a database that a newer one wrote, and leaves it as it is", async () => {
    const file = scene.path("first.data/netlab.db");
    const newer = new Database(file);
    newer.pragma("user_version = 999");
    newer.close();
    expect(await launch(scene, { name: "first" }).ended).toMatchObject({
      exit: 5,
      stdout: "",
      stderr: expect.stringMatching(
        /^netlabd: .*netlab\.db has schema version 999, but this netlabd knows only \d+: use the newer netlabd, or another folder with --data\n$/,
      ),
    });
    const same = new Database(file, { readonly: true });
    expect(same.pragma("user_version", { simple: true })).toBe(999);
    expect(same.prepare("SELECT service FROM registrations").all()).toEqual([{ service: "gif" }]);
    same.close();
  });
});
