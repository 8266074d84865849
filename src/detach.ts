/**
 * `netlabd --detach`: the daemon in the background, in a session of its own, with its log in a file.
 *
 * Life: 1. the same command line is started again, without --detach → 2. its ready line is awaited → 3. what runs is told, and
 * this process ends; or the child has ended first, and what it said is told with its exit status.
 */
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Config } from "./config.ts";
import { exitCodes, messageOf } from "./errors.ts";
import { harmless } from "./printable.ts";

const LOG_FILE = "netlabd.log";

interface Ready {
  readonly pid: number;
  readonly instances: readonly { readonly id: string; readonly state: string }[];
}

/** Resolves to the exit status. */
export async function detach(config: Config, argv: readonly string[]): Promise<number> {
  const logFile = path.join(config.dataFolder, LOG_FILE);
  const log = openLog(logFile);
  if (log === undefined) return exitCodes.checkFailed;
  const words = [...argv.filter((word) => word !== "--detach" && word !== "--ready-json"), "--no-repl"];
  const program = [...process.execArgv, process.argv[1] ?? "", ...words, "--ready-json"];
  const child = spawn(process.execPath, program, {
    detached: true,
    stdio: ["ignore", "pipe", log.descriptor],
  });
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(exitCodes.checkFailed));
    child.once("exit", (code) => resolve(code ?? exitCodes.checkFailed));
  });
  const output = child.stdout as Readable;
  const ready = new Promise<string>((resolve) => createInterface({ input: output }).once("line", resolve));
  const first = await Promise.race([ready, ended]);
  if (typeof first === "number") {
    process.stderr.write(harmless(readFileSync(logFile).subarray(log.size).toString("utf8"), true));
    return first;
  }
  process.stdout.write(config.readyJson ? `${first}\n` : told(JSON.parse(first) as Ready, logFile));
  output.destroy();
  child.unref();
  return exitCodes.done;
}

/** Opens the log, and tells how much of it is of earlier runs; undefined where it cannot be made, which is said. */
function openLog(file: string): { descriptor: number; size: number } | undefined {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const descriptor = openSync(file, "a", 0o600);
    return { descriptor, size: statSync(file).size };
  } catch (error) {
    process.stderr.write(`netlabd: cannot write the log ${file}: ${messageOf(error)}\n`);
    return undefined;
  }
}

function told({ pid, instances }: Ready, logFile: string): string {
  const running = instances.filter(({ state }) => state === "running").length;
  const others = instances
    .filter(({ state }) => state !== "running")
    .map(({ id, state }) => `${id} ${state}`);
  return `netlabd runs in the background, pid ${pid}: ${[`${running} ${running === 1 ? "role" : "roles"} running`, ...others].join(", ")}
netlabctl attaches to it, netlabctl status shows it, netlabctl shutdown stops it; its log is ${logFile}
`;
}
