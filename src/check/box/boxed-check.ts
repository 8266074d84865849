/**
 * A check of a hand-in in its box, seen from outside.
 *
 * 1. The hand-in is copied to where the box's user may read it; links in it stay links, and lead nowhere in the box.
 * 2. A tester of ours is started in the outer box; it hears its job on standard input, and tells what it finds in lines of JSON on
 *    standard output, which no program under test has.
 * 3. The tester builds and checks, each program in an inner box.
 * 4. Over the time, at an interruption, or when this process ends: the tester ends, and so does the box with all in it.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chown, cp, lstat, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { codeFile } from "../../places.ts";
import type { Limits } from "../program.ts";
import type { BoxReport, Report, Result } from "../report.ts";
import type { CheckRequest } from "../run-check.ts";
import { isRoot, userOfSlot } from "./box-user.ts";
import { GIVEN, outerBox, WORK } from "./bubblewrap.ts";
import { installationsOf, SYSTEM_PATH } from "./installations.ts";
import {
  droppedTo,
  isOpenToAll,
  reachable,
  scratchFolder,
  withSmallTables,
  writeNames,
} from "./outer-command.ts";
import { ownCode } from "./own-code.ts";
import { SPEAKING } from "./programs-here.ts";
import type { Rung } from "./rung.ts";

export interface BoxedCheck {
  readonly rung: Rung;
  /** Folder of the hand-in; it is not changed. */
  readonly folder: string;
  readonly build: string | undefined;
  readonly request: CheckRequest;
  readonly limits: Limits;
  /** Number of this box among those that run at the same time. */
  readonly slot: number;
  readonly signal: AbortSignal;
  readonly onResult?: (result: Result, nth: number, of: number) => void;
}

/** Job of the tester in the box. */
export interface TesterJob {
  readonly box: BoxReport;
  readonly given: string;
  readonly work: string;
  readonly build: string | undefined;
  readonly request: CheckRequest;
  readonly limits: Limits;
}

/** News of the tester in the box. */
export type TesterNews =
  | { readonly result: Result; readonly nth: number; readonly of: number }
  | { readonly report: Report }
  /** A fault of ours. */
  | { readonly fault: string };

/** Beside the time of the check: for the box, Node and the build. */
const OVERHEAD_MS = 10_000;

/** Answers the report; undefined: the tester came to none, and why. */
export async function boxedCheck(check: BoxedCheck): Promise<{ report: Report } | { fault: string }> {
  const scratch = await scratchFolder("netlabd-box-");
  try {
    const job = await jobIn(scratch, check);
    return await answerOf(job, check);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface BoxJob {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly job: TesterJob;
}

async function jobIn(scratch: string, check: BoxedCheck): Promise<BoxJob> {
  const { rung, folder, build, request, limits, slot } = check;
  const user = userOfSlot(slot);
  await writeNames(scratch, user);
  const given = path.join(scratch, "given");
  const sizeBytes = await copyHandIn(folder, given, user);
  const commands = [build, request.run].filter((command) => command !== undefined);
  const programs = await installationsOf(commands, { folder });
  const tester = [process.execPath, codeFile("check/box/tester-process")];
  const box: BoxReport = rung.report;
  const rest = { box, build, request, limits };
  const env = { ...SPEAKING, PATH: [...programs.path, ...SYSTEM_PATH].join(":"), HOME: "/tmp" };
  if (box.kind === "limits") return unboxedJob(scratch, tester, user, { ...rest, given });
  const view = path.join(scratch, "view");
  await mkdir(view);
  const { shown, before } = await reachable([...new Set([...ownCode(), ...programs.places])], view);
  const argv = outerBox({
    handIn: { source: given, at: GIVEN },
    shown,
    names: scratch,
    env,
    diskBytes: sizeBytes + limits.diskBytes,
    argv: tester,
  });
  return {
    argv: before(droppedTo(user, rung.hasSmallTables ? withSmallTables(argv) : argv)),
    env: { PATH: process.env.PATH },
    job: { ...rest, given: GIVEN, work: WORK },
  };
}

/** Without a box root's tester is another user where that one may read our code; a person's is that person. */
async function unboxedJob(
  scratch: string,
  tester: readonly string[],
  user: number,
  job: Omit<TesterJob, "work">,
): Promise<BoxJob> {
  const work = path.join(scratch, "hand-in");
  await mkdir(work);
  const mayDrop = isRoot() && (await Promise.all(tester.map(isOpenToAll))).every(Boolean);
  if (mayDrop) await chown(work, user, user);
  const note = `the program runs as user ${mayDrop ? user : "root"}`;
  const box = isRoot() ? { ...job.box, notes: [...job.box.notes, note] } : job.box;
  const env = { ...process.env, ...SPEAKING, ...(mayDrop ? { HOME: work } : {}) };
  return { argv: mayDrop ? droppedTo(user, tester) : tester, env, job: { ...job, box, work } };
}

const run = promisify(execFile);

/** Answers how many bytes it has. Devices, sockets and pipes are no part of a hand-in, and stay behind. */
async function copyHandIn(from: string, to: string, user: number): Promise<number> {
  let sizeBytes = 0;
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (source) => {
      const about = await lstat(source);
      sizeBytes += about.isFile() ? about.size : 0;
      return about.isFile() || about.isDirectory() || about.isSymbolicLink();
    },
  });
  if (isRoot()) await run("chown", ["--recursive", "--no-dereference", `${user}:${user}`, to]);
  return sizeBytes;
}

async function answerOf({ argv, env, job }: BoxJob, check: BoxedCheck) {
  const { limits, signal, onResult } = check;
  const child = spawn(argv[0] ?? "", argv.slice(1), { env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  const end = () => endGroup(child);
  process.on("exit", end);
  signal.addEventListener("abort", end);
  const timer = setTimeout(end, 2 * limits.timeMs + OVERHEAD_MS);
  let report: Report | undefined;
  let fault: string | undefined;
  try {
    // Left open: its end is the tester's, also where this process is killed.
    child.stdin.on("error", () => undefined).write(`${JSON.stringify(job)}\n`);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-4096);
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, how) => resolve(`the tester ended with ${how ?? code}: ${stderr.trim()}`));
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const news = JSON.parse(line) as TesterNews;
      if ("result" in news) onResult?.(news.result, news.nth, news.of);
      else if ("report" in news) report = news.report;
      else fault = news.fault;
    }
    const why = await ended;
    return report ? { report } : { fault: fault ?? why };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    process.off("exit", end);
    end();
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // ESRCH: it has ended by itself.
  }
}
