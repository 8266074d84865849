/**
 * Programs that peers may run [ECHO-1]: never a shell, in a root, with little of everything.
 *
 * 1. The program becomes the leader of a process group of its own; what it starts belongs to the group.
 * 2. Both of its outputs are collected in the order they come.
 * 3. Its own end, the time limit, too much output or a caller who has gone: each ends the whole group, by SIGKILL.
 * 4. The answer is given when no process holds the outputs any more, so no process of the group outlives it.
 *
 * The root is where it starts, not a jail: no argument may name what lies outside, not through a link either, but what
 * an allowed program does by itself is for its own rights to say.
 */
import type { ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { messageOf } from "../errors.ts";
import type { Clock, ProgramAnswer, ProgramLimits, Programs } from "../machines/_world.ts";
import { childProcess } from "../node-modules.ts";
import { osCode } from "../os/os-errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { systemClock } from "./clock.ts";
import { isWithin } from "./files.ts";
import { instead } from "./inherited-descriptors.ts";

/** All that a program is told; nothing of the daemon's own is inherited. */
const ENVIRONMENT = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" };
/** The others wait their turn: a whole class that runs `ls` is not as many processes at once. */
const MAX_AT_ONCE = 32;
/** Each is looked at before the program starts. */
const MAX_ARGUMENTS = 256;

type Program = ChildProcessByStdio<null, Readable, Readable>;

export function localPrograms(rootOf: (root: string) => string, clock: Clock = systemClock): Programs {
  const turns = new Turns(MAX_AT_ONCE);
  return {
    run: async (root, argv, limits) => {
      await turns.take();
      try {
        if (limits.signal?.aborted) return { output: Buffer.alloc(0), remark: GONE };
        return await runProgram(rootOf(root), argv, limits, clock);
      } finally {
        turns.give();
      }
    },
  };
}

const GONE = cause("program-gone", {});

async function runProgram(
  folder: string,
  argv: readonly string[],
  limits: ProgramLimits,
  clock: Clock,
): Promise<ProgramAnswer> {
  const [name = "", ...args] = argv;
  try {
    const refusal = await whyNotAllowed(args, folder);
    if (refusal !== undefined)
      return { output: Buffer.from(refusal), remark: cause("program-not-run", { why: refusal }) };
    const program = childProcess().spawn(name, args, {
      cwd: folder,
      env: ENVIRONMENT,
      stdio: ["ignore", "pipe", "pipe", ...instead()],
      detached: true,
    }) as Program;
    return await answerOf(program, limits, clock);
  } catch (error) {
    return notRun(name, error, folder);
  }
}

/** [ECHO-1] A path in an argument may lie outside although it does not look so: a link in the root leads there. */
async function whyNotAllowed(args: readonly string[], folder: string): Promise<string | undefined> {
  if (args.length > MAX_ARGUMENTS)
    return `${args.length} arguments are not allowed: at most ${MAX_ARGUMENTS} [ECHO-1]`;
  const root = await realpath(folder);
  for (const argument of args) {
    // `--file=name` names a file too.
    for (const name of new Set([argument, argument.slice(argument.indexOf("=") + 1)])) {
      const place = await realpath(path.join(root, name)).catch(() => root);
      if (!isWithin(place, root))
        return `${argument} is not allowed: a symbolic link leads out of the root [ECHO-1]`;
    }
  }
  return undefined;
}

/** How long the outputs of an ended program may stay open. */
const LAST_WORDS_MS = 250;

/** Rejects where the system could not start it. */
function answerOf(program: Program, limits: ProgramLimits, clock: Clock): Promise<ProgramAnswer> {
  const { timeoutMs, maxBytes, signal } = limits;
  const { promise, resolve, reject } = Promise.withResolvers<ProgramAnswer>();
  const output: Buffer[] = [];
  let room = maxBytes;
  let remark: Cause | undefined;
  let lastWords: NodeJS.Timeout | undefined;
  const group = groupOf(program);

  function end(why: Cause): void {
    remark ??= why;
    group.kill();
    // Output from before is still in the pipes, and is read; but a process that left the group may hold them
    // open, and is not waited for.
    lastWords ??= setTimeout(() => {
      program.stdout?.destroy();
      program.stderr?.destroy();
    }, LAST_WORDS_MS);
  }
  function collect(bytes: Buffer): void {
    output.push(bytes.subarray(0, room));
    if (bytes.length > room) end(cause("program-cut", { limit: maxBytes }));
    room -= Math.min(room, bytes.length);
  }
  const leave = () => end(GONE);
  const timer = clock.setTimeout(() => end(cause("program-timed-out", { afterMs: timeoutMs })), timeoutMs);
  signal?.addEventListener("abort", leave);
  const settle = () => {
    clock.clearTimeout(timer);
    clearTimeout(lastWords);
    signal?.removeEventListener("abort", leave);
  };
  program.stdout?.on("data", collect);
  program.stderr?.on("data", collect);
  program.once("error", (error) => {
    settle();
    reject(error);
  });
  program.once("close", () => {
    settle();
    resolve({ output: Buffer.concat(output), ...(remark === undefined ? {} : { remark }) });
  });
  return promise;
}

const live = new Set<{ kill(): void }>();

/** The daemon's end, however it comes to it, is the end of what it started. */
function killAll(): void {
  for (const group of live) group.kill();
}

/** The program's process group, killed as a whole at the latest when its leader ends: nothing stays behind it. */
function groupOf(program: Program) {
  const { pid } = program;
  const group = {
    kill(): void {
      // Once the leader is gone and its group killed, the number may be another's.
      if (pid === undefined || !live.delete(group)) return;
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // ESRCH: the whole group has ended by itself.
      }
      if (live.size === 0) process.off("exit", killAll);
    },
  };
  if (pid === undefined) return group;
  if (live.size === 0) process.on("exit", killAll);
  live.add(group);
  program.once("exit", group.kill);
  return group;
}

/** Why it could not be started, for the peer: in words, and without our folders. */
function notRun(name: string, error: unknown, folder: string): ProgramAnswer {
  return {
    output: Buffer.from(`cannot run ${name}: ${whyNotRun(error, folder)}`),
    remark: cause("program-trouble", { error: messageOf(error) }),
  };
}

function whyNotRun(error: unknown, folder: string): string {
  switch (osCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      // The system says the same of a program and of the folder to run it in.
      return existsSync(folder) ? "there is no such program here" : "its folder is missing";
    case "EACCES":
      return "it may not be run";
    case "E2BIG":
      return "its arguments are too long";
    case "EAGAIN":
    case "EMFILE":
    case "ENFILE":
    case "ENOMEM":
      return `too much is under way (${osCode(error)}); try again`;
    default:
      return "the system refuses it";
  }
}

/** So many at once; the others in the order they came. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  take(): Promise<void> {
    if (this.#free === 0) return new Promise((go) => this.#waiting.push(go));
    this.#free -= 1;
    return Promise.resolve();
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
