/** Vitest's global setup: what these tests start is the built daemon, so it is built first where it is older than its source. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const checkout = join(import.meta.dirname, "../..");
const outputs = join(checkout, "dist");
const inputs = ["src", "package.json", "tsconfig.json", "tsconfig.build.json"].map((name) =>
  join(checkout, name),
);

export default function buildWhereStale(): void {
  if (existsSync(outputs) && Math.max(...inputs.flatMap(changeTimes)) < Math.min(...changeTimes(outputs)))
    return;
  execFileSync("npm", ["run", "--silent", "build"], { cwd: checkout, stdio: "inherit" });
}

/** Of a file, or of a folder and all that is in it: a file that was deleted shows in its folder's. */
function changeTimes(path: string): number[] {
  const stat = statSync(path);
  const own = stat.mtimeMs;
  if (!stat.isDirectory()) return [own];
  return [own, ...readdirSync(path).flatMap((name) => changeTimes(join(path, name)))];
}
