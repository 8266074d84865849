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

/** Milliseconds that these processes took over it, without those in which the machine kept them waiting. */
export async function takenMs(act: () => Promise<unknown>, ...pids: number[]): Promise<number> {
  const all = [process.pid, ...pids];
  const before = all.map(waitedMs);
  const startedAt = performance.now();
  await act();
  const tookMs = performance.now() - startedAt;
  const waited = all.map((pid, index) => Math.max(0, waitedMs(pid) - (before[index] ?? 0)));
  return tookMs - waited.reduce((sum, one) => sum + one, 0);
}
