/**
 * Descriptors that the daemon's parent left open in it, and that every program it starts would get too. Node opens
 * its own so that they close in a child; it marks inherited ones only up to a number. Elsewhere than on Linux the system
 * closes them itself.
 */
import { openSync, readdirSync, readFileSync } from "node:fs";

/** O_CLOEXEC as Linux tells it in octal. */
const CLOSES_IN_CHILDREN = 0o2000000;

let spared: (number | "ignore")[] | undefined;

/** For `stdio` behind the first three: each descriptor that would be inherited leads nowhere in the child. */
export function instead(): readonly (number | "ignore")[] {
  spared ??= allBut(inherited());
  return spared;
}

function allBut(descriptors: readonly number[]): (number | "ignore")[] {
  if (descriptors.length === 0) return [];
  const nowhere = openSync("/dev/null", "r");
  const length = Math.max(...descriptors) - 2;
  return Array.from({ length }, (_, index) => (descriptors.includes(index + 3) ? nowhere : "ignore"));
}

function inherited(): number[] {
  try {
    const open = readdirSync("/proc/self/fd").map(Number);
    return open.filter((descriptor) => descriptor > 2 && goesOn(descriptor));
  } catch {
    return [];
  }
}

function goesOn(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
    const flags = /^flags:\s+([0-7]+)$/m.exec(info)?.[1] ?? "";
    return (Number.parseInt(flags, 8) & CLOSES_IN_CHILDREN) === 0;
  } catch {
    return false; // it was that of the listing itself
  }
}
