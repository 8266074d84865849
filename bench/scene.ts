/** Programs that a bench starts, ends by their pids, and leaves no trace of. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export const benchFolder = import.meta.dirname;
export const checkout = path.join(benchFolder, "..");

/** Longer than any run: a bench that hangs ends. */
const MAX_LOAD_MS = 60_000;
const STOP_MS = 5_000;
const running = new Set<ChildProcess>();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface Server {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly said: string;
  stop(): Promise<void>;
}

/** Starts a program and waits for `ready` on its standard output, or for it to listen where it says nothing. */
export async function startServer(
  command: string,
  args: readonly string[],
  ready: RegExp = /\n/,
): Promise<Server> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const gone = once(child, "exit").then(() => running.delete(child));
  const said = await saysOf(child, ready, `${command} ${args.join(" ")}`);
  // Nobody reads on; a full pipe must not stop it.
  child.stdout.resume();
  child.stderr.resume();
  return {
    pid: child.pid ?? 0,
    said,
    stop: async () => {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await gone;
      clearTimeout(late);
    },
  };
}

/** A server of `baselines/`, which prints its port. */
export async function startBaseline(name: string, ...args: string[]): Promise<Server & { port: number }> {
  const server = await startServer(process.execPath, [
    path.join(benchFolder, "baselines", `${name}.ts`),
    ...args,
  ]);
  return { ...server, port: Number(server.said.trim()) };
}

/** Runs a program of `load/` to its end; what it prints is one JSON value. */
export async function runLoad<Answer>(name: string, options: unknown): Promise<Answer> {
  const load = startLoad(name, options);
  return (await load.answer) as Answer;
}

/** The same, while something else is measured. `ready` resolves with its first line, `answer` with its last. */
export function startLoad(name: string, options: unknown) {
  const file = path.join(benchFolder, "load", `${name}.ts`);
  const child = spawn(process.execPath, [file, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  running.add(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), MAX_LOAD_MS);
  let text = "";
  const ready = Promise.withResolvers<void>();
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk;
    if (text.includes("\n")) ready.resolve();
  });
  const answer = once(child, "close").then(([code]) => {
    running.delete(child);
    clearTimeout(timer);
    if (code !== 0) throw new Error(`the load ${name} ended with ${code}: ${text}`);
    return JSON.parse(text.trim().split("\n").at(-1) ?? "") as unknown;
  });
  return { ready: Promise.race([ready.promise, answer]), answer, end: () => child.stdin.end() };
}

function saysOf(child: ChildProcess, pattern: RegExp, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    let errors = "";
    child.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    child.stdout?.on("data", (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${what} ended with ${code}: ${errors}`)));
  });
}

export interface Folder {
  readonly path: string;
  remove(): void;
}

export function newFolder(): Folder {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-bench-"));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** For programs that cannot be asked to take any. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) * 1_024;
}
