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

/** The share of one processor that it uses over this time: 0.02 is two hundredths. A busy machine takes longer over it. */
export async function processorShare(pid: number, overMs: number): Promise<number> {
  const [startedAt, before] = [performance.now(), processorMs(pid)];
  await delay(overMs);
  return (processorMs(pid) - before) / (performance.now() - startedAt);
}

export function residentBytes(pid: number): number {
  if (!hasProc) return Number.NaN;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * KIB;
}

/** Datagrams to this port of IPv4 that found their socket's queue full. */
export function datagramsDropped(port: number): number {
  if (!hasProc) return 0;
  const rows = readFileSync("/proc/net/udp", "utf8")
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return rows.filter(([, local]) => local?.endsWith(hex)).reduce((sum, row) => sum + Number(row.at(-1)), 0);
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
