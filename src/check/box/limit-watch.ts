/**
 * Watch over the limits of a running program that the kernel does not hold by itself: memory, CPU time of the whole tree, processes.
 * Memory is what is really used, shared pages by their share: an address space says nothing about threads and virtual machines.
 */
import { isEnded, shareOfMemory, sum } from "../../os/process-tree.ts";
import type { Limits } from "../program.ts";
import type { StartedProgram } from "./started-program.ts";

const LOOK_EVERY_MS = 100;

/** Until it has ended. Answers when there is nothing more to watch. */
export async function watchLimits(program: StartedProgram, limits: Limits): Promise<void> {
  while (program.exit === undefined) {
    const limit = exceeded(program, limits);
    if (limit !== undefined) {
      program.endAt(limit);
      return;
    }
    await pause(program);
  }
}

/** A timer of its own would keep the checker alive, and an ended program is not waited for. */
async function pause(program: StartedProgram): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const look = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LOOK_EVERY_MS);
    timer.unref();
  });
  await Promise.race([look, program.ended]);
  clearTimeout(timer);
}

function exceeded(program: StartedProgram, limits: Limits): keyof Limits | undefined {
  const all = program.processes();
  const live = all.filter((figures) => !isEnded(figures));
  if (sum(all.map(({ cpuMs }) => cpuMs)) > limits.cpuMs) return "cpuMs";
  if (sum(live.map(({ threads }) => threads)) > limits.processes) return "processes";
  // Cheap first: pages that are shared are counted more than once, so that the true share is asked only above the limit.
  if (sum(live.map(({ rssBytes }) => rssBytes)) <= limits.memoryBytes) return undefined;
  const shares = live.map(({ pid, rssBytes }) => shareOfMemory(pid) ?? rssBytes);
  return sum(shares) > limits.memoryBytes ? "memoryBytes" : undefined;
}
