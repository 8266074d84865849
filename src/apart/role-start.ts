/** The start of a process for a user's role: what it may, and what it is given. */
import type { ChildProcess } from "node:child_process";
import { childProcess } from "../node-modules.ts";
import { endingWithParent } from "../os/parent-death.ts";
import { codeFile } from "../places.ts";
import { usualVariables } from "../usual-variables.ts";

const script = codeFile("apart/role-process");
const MEGABYTE = 1_048_576;

interface Limits {
  readonly memoryBytes: number;
  /** The only folder in which it may write. */
  readonly writeFolder: string;
}

/** Pipes 3 and 4 are from it and to it; 5 is the file that outlives it. */
export function startRoleProcess({ memoryBytes, writeFolder }: Limits, blackBox?: number): ChildProcess {
  const flags = [
    "--permission",
    // Readable is what its user may read; writable and startable is next to nothing.
    "--allow-fs-read=*",
    `--allow-fs-write=${writeFolder}`,
    // Opened by a signal alone, to see where it is when it does not come back.
    "--allow-inspector",
    "--inspect-port=127.0.0.1:0",
    "--disable-warning=SecurityWarning",
    `--max-old-space-size=${Math.ceil(memoryBytes / MEGABYTE)}`,
    // Small young generation: one instance needs little.
    "--max-semi-space-size=2",
  ];
  const [command, args] = endingWithParent(process.execPath, [...flags, script]);
  return childProcess().spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", blackBox ?? "ignore"],
    env: usualVariables(),
  });
}
