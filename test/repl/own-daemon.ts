/** A daemon of a test file's own, in its own process and folder, with these roles and nothing that plays. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach } from "vitest";
import { Daemon } from "../../src/daemon.ts";
import type { Role } from "../../src/machines/_role.ts";
import { quietConfig } from "../quiet-config.ts";

export let daemon: Daemon;

/** To be called once in a test file; a new one for each test. */
export function useDaemon(roles: readonly Role[]): void {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "netlab-own-"));
    daemon = await Daemon.start(quietConfig(folder), {
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
