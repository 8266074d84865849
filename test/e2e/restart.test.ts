/** What a kill -9 leaves: everything that was stored, on the ports it had, and nothing that was not meant to last. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstanceDocument, type RegistrationDocument, TestDaemon } from "./daemon.ts";
import { freePorts } from "./free-ports.ts";
import { discover, tell } from "./registry-client.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;
let registry: number;
let chosen: number;
const spawned = new Map<string, InstanceDocument>();

const spawn = async (name: string, ...options: string[]) => {
  const common = ["--service", "pdf", "--token", "secret"];
  const document = await daemon.document<InstanceDocument>("spawn file-server", name, ...common, ...options);
  spawned.set(name, document);
};
const instances = async () => {
  const all = await daemon.document<InstanceDocument[]>("ls --show-tokens");
  return new Map(all.map((one) => [one.name ?? one.id, one]));
};

beforeAll(async () => {
  [registry = 0, chosen = 0] = await freePorts(2);
  daemon = await TestDaemon.start(scene, { lab: `roles: [{ role: bootstrap, port: ${registry} }]` });
  await spawn("first-of-all", "--port 0");
  await spawn("chosen", `--port ${chosen}`, "--max-connections 7", "--label s042");
  await spawn("stopped", "--port 0");
  await spawn("removed", "--port 0");
  await spawn("passing", "--port 0", "--restart temporary");
  await spawn("last", "--port 0");
  await daemon.plain("stop stopped\nremove removed\nremove first-of-all");
});
afterAll(() => scene.end());

describe("a daemon that was killed", () => {
  it("has lost no registration that DISCOVERY had shown", async () => {
    const ports = Array.from({ length: 200 }, (_, index) => 1_000 + index);
    await tell(registry, ...ports.map((port) => `REGISTRN,10.0.0.1,${port},pdf,server2`));
    const shown = await discover(registry);
    await daemon.kill();
    daemon = await daemon.again();
    expect(await discover(registry)).toEqual(shown);
    const rows = await daemon.document<RegistrationDocument[]>("registry");
    expect(rows.map(({ port }) => port)).toEqual(ports);
  });

  it("brings its instances back under the same ids, on the same ports, with the same options", async () => {
    const now = await instances();
    for (const name of ["chosen", "last"]) {
      const { startedAt, options, ...before } = spawned.get(name) as InstanceDocument;
      expect(now.get(name)).toMatchObject(before);
      expect(now.get(name)?.options).toEqual({ ...options, token: "secret" });
    }
    expect(now.get("chosen")).toMatchObject({ port: chosen, label: "s042", options: { maxConnections: 7 } });
    expect(now.get("last")?.port).toBeGreaterThan(0);
  });

  it("leaves stopped what was stopped, and starts it on its old port when it is told to", async () => {
    const { port } = spawned.get("stopped") as InstanceDocument;
    // The port that it had is shown while it is stopped, too.
    expect((await instances()).get("stopped")).toMatchObject({ state: "stopped", startedAt: null, port });
    expect(await daemon.document<InstanceDocument>("start stopped")).toMatchObject({ port });
  });

  it("does not bring back what was removed, or is temporary", async () => {
    expect([...(await instances()).keys()].sort()).toEqual(["bootstrap-1", "chosen", "last", "stopped"]);
  });

  it("plays on after a second time", async () => {
    await daemon.kill();
    daemon = await daemon.again();
    const now = await instances();
    expect([...now.keys()].sort()).toEqual(["bootstrap-1", "chosen", "last", "stopped"]);
    for (const [name, { state, port }] of now) {
      expect({ name, state }).toEqual({ name, state: "running" });
      if (spawned.has(name)) expect(port).toBe(spawned.get(name)?.port);
    }
    const next = await daemon.document<InstanceDocument>(
      "spawn file-server",
      "--service pdf --token x --port 0",
    );
    expect([...now.values()].map(({ id }) => id)).not.toContain(next.id);
  });
});
