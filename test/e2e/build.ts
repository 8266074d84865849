/** What these tests start is the built daemon: it is built first where it is older than its source, by one of them. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";

const checkout = join(import.meta.dirname, "../..");
const outputs = join(checkout, "dist");
const inputs = [
  ...["src", "scripts", "data/labs", "data/books"],
  ...["package.json", "tsconfig.json", "tsconfig.build.json"],
].map((name) => join(checkout, name));
/** Test files run in several processes: whoever has made this folder builds. */
const lock = join(checkout, "node_modules/.netlabd-build");
const MAX_BUILD_MS = 30_000;
const LOOK_AGAIN_MS = 50;

export function buildWhereStale(): void {
  // While somebody builds, what is there is not whole.
  takeLock();
  try {
    if (isStale()) execFileSync("npm", ["run", "--silent", "build"], { cwd: checkout, stdio: "inherit" });
  } finally {
    rmdirSync(lock);
  }
}

function isStale(): boolean {
  return (
    !existsSync(join(outputs, "netlabd.js")) ||
    Math.max(...inputs.flatMap(changeTimes)) > Math.min(...changeTimes(outputs))
  );
}

/** Of a file, or of a folder and all that is in it: a file that was deleted shows in its folder's. */
function changeTimes(path: string): number[] {
  const stat = statSync(path);
  if (!stat.isDirectory()) return [stat.mtimeMs];
  return [stat.mtimeMs, ...readdirSync(path).flatMap((name) => changeTimes(join(path, name)))];
}

/** A lock that was left behind by a run that was killed is taken over in the end. */
function takeLock(): void {
  const until = Date.now() + MAX_BUILD_MS;
  while (!madeLock()) {
    if (Date.now() > until) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
  }
}

function madeLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
