/** Time as the processor counts it: what a test costs, or waits, by itself, however much else the machine does. */
import { readFileSync } from "node:fs";

/** Milliseconds that this process has computed meanwhile. */
export async function processorMsOf(act: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** For how many milliseconds so far a process was ready to run and had no processor; nothing where that is not told. */
export function waitedMs(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ");
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}

/** Of a process that ends meanwhile, what it waited is known from the last look. */
const LOOK_MS = 20;

/** Milliseconds that these processes took over it, without those in which the machine kept them waiting. */
export async function takenMs(act: () => Promise<unknown>, ...pids: number[]): Promise<number> {
  const all = [process.pid, ...pids];
  const before = all.map(waitedMs);
  const last = [...before];
  const look = () => {
    for (const [index, pid] of all.entries()) last[index] = Math.max(last[index] ?? 0, waitedMs(pid));
  };
  const looks = setInterval(look, LOOK_MS);
  const startedAt = performance.now();
  try {
    await act();
  } finally {
    clearInterval(looks);
  }
  const tookMs = performance.now() - startedAt;
  look();
  const waited = last.map((now, index) => now - (before[index] ?? 0));
  return tookMs - waited.reduce((sum, one) => sum + one, 0);
}
