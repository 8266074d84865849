/** Whether processes that something else has started are still there. */
import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { eventually } from "./harness.ts";

/** One that has ended, and that nobody has asked for since, is no process any more. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)]);
  const state = stdout.toString().trim();
  return state !== "" && !state.startsWith("Z");
}

/** Soon, and not when a time limit of its own would have ended it. */
export const isGone = (pid: number) => eventually(() => expect(isAlive(pid)).toBe(false), 30_000);
