/** A data folder between two processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { SimulatedClock } from "xstate";
import { schemaFile } from "../../src/config.ts";
import { openRegistry } from "../../src/stores/registry.ts";
import { LabFolder } from "./lab-folder.ts";

const PROGRAM = path.join(import.meta.dirname, "holds-folder.ts");

/** Resolves when its registration is answered. */
async function hold(lab: LabFolder): Promise<ChildProcess> {
  const flags = ["--experimental-strip-types", "--no-warnings"];
  const child = spawn(process.execPath, [...flags, PROGRAM, lab.path, schemaFile], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  expect(String(said)).toBe("stored\n");
  return child;
}

it("[BOOT-1] what a daemon answered survives its kill -9, and its folder is free at once", async () => {
  const lab = new LabFolder();
  const child = await hold(lab);
  expect(() => lab.open()).toThrow(`is used by another netlabd, pid ${child.pid}: `);
  child.kill("SIGKILL");
  await once(child, "exit");
  const registry = openRegistry(lab.open(), new SimulatedClock());
  expect(registry.list()).toEqual([
    {
      ip: "10.0.0.1",
      port: 1_236,
      service: "pdf",
      token: "server1",
      registeredAt: 7_000,
      lastSeenAt: 7_000,
      expiresAt: undefined,
    },
  ]);
});
