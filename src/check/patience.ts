/** How much longer everything may take on a machine that has more to do than it has processors: a late answer is no wrong one. */
import { availableParallelism, loadavg } from "node:os";

export const MOST_PATIENCE = 3;
const processors = availableParallelism();

export function patience(): number {
  const [load = 0] = loadavg();
  return Math.min(MOST_PATIENCE, Math.max(1, load / processors));
}
