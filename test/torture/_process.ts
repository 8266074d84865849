/** What the system says of a process; where it has no /proc, nothing is known and nothing can be held against it. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Linux counts processor time in hundredths of a second, whatever its clock does. */
const TICK_MS = 10;
const KIB = 1_024;

const hasProc = existsSync("/proc/self/stat");

/** Milliseconds on a processor so far, in user code and in the kernel. */
export function processorMs(pid: number): number {
  if (!hasProc) return Number.NaN;
  // The program's name may have blanks in it: what follows is counted from its closing parenthesis.
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = rest.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The share of one processor that it uses over this time: 0.02 is two hundredths. */
export async function processorShare(pid: number, overMs: number): Promise<number> {
  const before = processorMs(pid);
  await delay(overMs);
  return (processorMs(pid) - before) / overMs;
}

export function residentBytes(pid: number): number {
  if (!hasProc) return Number.NaN;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * KIB;
}

export function openDescriptors(pid: number): number {
  return hasProc ? readdirSync(`/proc/${pid}/fd`).length : Number.NaN;
}

/** How many files in these folders it has open. */
export function filesOpenIn(pid: number, folders: readonly string[]): number {
  if (!hasProc) return Number.NaN;
  const targets = readdirSync(`/proc/${pid}/fd`).map((name) => targetOf(`/proc/${pid}/fd/${name}`));
  return targets.filter((target) => folders.some((folder) => target.startsWith(`${folder}/`))).length;
}

/** One that was closed since the listing leads nowhere. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
