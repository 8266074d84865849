/** A daemon of a test file's own, in its own process and folder, with these roles and nothing that plays. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach } from "vitest";
import { Daemon } from "../../src/daemon.ts";
import type { Role } from "../../src/machines/_role.ts";

export let daemon: Daemon;

/** To be called once in a test file; a new one for each test. */
export function useDaemon(roles: readonly Role[]): void {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "netlab-own-"));
    const config = {
      lab: "none",
      dataFolder: path.join(folder, "data"),
      socketPath: path.join(folder, "run", "lab.sock"),
      host: undefined,
      portOffset: 0,
      repl: false,
      log: "pretty",
      logLevel: "info",
      journal: false,
      eval: false,
      readyJson: false,
    } as const;
    daemon = await Daemon.start(config, {
      roles: new Map(roles.map((role) => [role.name, role])),
      isLogShown: false,
    });
    await daemon.prepare();
  });
  afterEach(async () => {
    await daemon.close(0);
    rmSync(folder, { recursive: true, force: true });
  });
}
