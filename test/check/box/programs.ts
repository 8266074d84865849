/** Programs under test, started for one test and ended with it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/check/box/limits.ts";
import { type ProgramPlace, StartedPrograms } from "../../../src/check/box/started-programs.ts";
import type { Limits, StartRequest } from "../../../src/check/program.ts";

export const onLinux = process.platform === "linux";

export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-box-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Without a box, as `check --run` starts the user's own program. */
export function programsHere(
  limits: Partial<Limits> = {},
  place: Partial<ProgramPlace> = {},
): StartedPrograms {
  const programs = new StartedPrograms({
    box: { kind: "limits", notes: [] },
    folder: scratchFolder(),
    env: process.env,
    limits: { ...DEFAULT_LIMITS, ...limits },
    enter: [],
    hasOwnNetwork: false,
    hasOwnPids: false,
    hasOwnUser: false,
    ...place,
  });
  onTestFinished(() => programs.close());
  return programs;
}

export const request = (command: string, more: Partial<StartRequest> = {}): StartRequest => ({
  command,
  host: "127.0.0.1",
  port: 0,
  onTerminal: false,
  ...more,
});

/** A command that runs this Python. */
export const python = (code: string) => `exec python3 -c '${code.replaceAll("'", "'\\''")}'`;
