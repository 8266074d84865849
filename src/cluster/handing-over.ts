/**
 * An owner gives its hub to another node while both live: it takes no more calls, waits until all has been heard and answered, tells how
 * far it has got with each node, and lets go. What is said meanwhile waits where it is said.
 */
import type { Clock } from "../machines/_world.ts";
import type { HubHost } from "./hub-host.ts";
import type { HubParts } from "./hub-parts.ts";
import type { Taken } from "./hub-wire.ts";

const LOOK_MS = 20;

export interface HandingOver {
  /** Own visit, as a guest of the next owner. */
  readonly visit: string;
  readonly release: (to: string) => Promise<void>;
}

/** Answers whether it was given away; where not, all goes on as before. */
export async function handOver(
  host: HubHost,
  to: string,
  { own, clock, nodes }: HubParts,
  { visit, release }: HandingOver,
): Promise<boolean> {
  const limitMs = 2 * nodes.leaseMs;
  const isHeard = () => host.isClosed || host.streams.isSettledWith(to);
  // No node is asked by the next owner who is there.
  if (!host.isWhole && !(await until(clock, () => host.isClosed || host.isWhole, limitMs))) return false;
  host.freeze();
  await until(clock, () => host.isClosed || host.streams.isSettled, limitMs);
  const taken: Record<string, Taken> = { [own]: [visit, 0, 0] };
  for (const stream of host.streams.all)
    taken[stream.node] = [stream.visit, stream.calls.last, stream.lastCall];
  host.tell(to, ["h", taken]);
  const isTold = await until(clock, isHeard, limitMs);
  // Meanwhile it may have become another's, who has fenced this node.
  if (host.isClosed) return false;
  if (isTold && host.streams.get(to)) {
    try {
      await release(to);
      return true;
    } catch {
      // The promise is taken back before calls are taken again.
    }
  }
  host.tell(to, ["h", 0]);
  await until(clock, isHeard, Number.POSITIVE_INFINITY);
  host.thaw();
  return false;
}

async function until(clock: Clock, isSo: () => boolean, limitMs: number): Promise<boolean> {
  const end = clock.now() + limitMs;
  while (!isSo()) {
    if (clock.now() >= end) return false;
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, LOOK_MS));
  }
  return true;
}
