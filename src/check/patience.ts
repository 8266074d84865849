/** How much longer everything may take on a machine that has more to do than it has processors: a late answer is no wrong one. */
import { availableParallelism, loadavg } from "node:os";

const MOST = 3;
const processors = availableParallelism();

export function patience(): number {
  const [load = 0] = loadavg();
  return Math.min(MOST, Math.max(1, load / processors));
}
