/** Processor time of a program in which nothing comes. */
import { patience } from "../patience.ts";
import type { Program } from "../program.ts";
import type { ClientTester, ServerTester } from "../tester.ts";

/** Spans, for a program that still starts, or tidies up, is through with it some time; a loop goes on. */
const LOOKS = 3;
/** Part of the limit that ends the looks: a loop that has to wait for a processor may stay under the limit itself in one span. */
const QUIET_SHARE = 1 / 3;

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
  for (let look = 0; look < LOOKS; look += 1) {
    const before = await program?.sample();
    if (!before) t.skip("the system does not tell how much processor time a program uses");
    await t.pause(spanMs);
    const after = await program?.sample();
    usedMs = (after?.cpuMs ?? 0) - before.cpuMs;
    if (usedMs <= mostCpuMs * QUIET_SHARE) return;
  }
  if (usedMs <= mostCpuMs) return;
  t.fail(`the program used ${usedMs} ms of processor time in ${spanMs} ms in which nothing came`);
}
