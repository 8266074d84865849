/** Processor time of a program in which nothing comes. */
import { patience } from "../patience.ts";
import type { Program, Sample } from "../program.ts";
import type { ClientTester, ServerTester } from "../tester.ts";

/** Spans, for a program that still starts, or tidies up, is through with it some time; a loop goes on. */
const LOOKS = 3;
/** Beside them, such in which it had no processor: a virtual machine may have none for seconds. */
const MOST_LOOKS = 12;
/** Part of the limit that ends the looks: a loop that has to wait for a processor may stay under the limit itself in one span. */
const QUIET_SHARE = 1 / 3;
/** A machine that stands still takes away one of these pauses, however long it does: the program has the others of a span. */
const PAUSE_MS = 20;

export interface Idleness {
  readonly forMs: number;
  readonly mostCpuMs: number;
}

/** Fails where the program is at work in the last of several spans, too, and was quiet in none. */
export async function expectIdle(
  t: ClientTester | ServerTester,
  program: Program | undefined,
  { forMs, mostCpuMs }: Idleness,
): Promise<void> {
  // A loop has its share of a processor that others use, too.
  const spanMs = Math.round(forMs * patience());
  let usedMs = 0;
  for (let look = 0, seen = 0; seen < LOOKS && look < MOST_LOOKS; look += 1) {
    const before = await program?.sample();
    if (!before) t.skip("the system does not tell how much processor time a program uses");
    for (let passedMs = 0; passedMs < spanMs; passedMs += PAUSE_MS) await t.pause(PAUSE_MS);
    const after = await program?.sample();
    if (!after) return;
    usedMs = after.cpuMs - before.cpuMs;
    const wantedMs = wantedFrom(before, after);
    if (wantedMs <= mostCpuMs * QUIET_SHARE) return;
    if (usedMs > mostCpuMs || wantedMs <= mostCpuMs) seen += 1;
  }
  if (usedMs <= mostCpuMs) return;
  t.fail(`the program used ${usedMs} ms of processor time in ${spanMs} ms in which nothing came`);
}

/** Processor time that it used, and that it would have used: the wait that it is in, which no figure has yet, counts as one without end. */
function wantedFrom(before: Sample, after: Sample): number {
  if (after.isAwake) return Number.POSITIVE_INFINITY;
  // Threads that ended meanwhile take theirs with them.
  return after.cpuMs - before.cpuMs + Math.max(0, after.waitedMs - before.waitedMs);
}
