/**
 * A job in a box, seen from outside.
 *
 * 1. Hand-ins are copied to where the box's user may read them; links in them stay links, and lead nowhere in the box.
 * 2. A tester of ours is started in the outer box; it hears its job in the first line of standard input - what it is asked later, in
 *    further ones - and tells what it finds in lines of JSON on standard output, which no program under test has.
 * 3. The tester builds and starts, each program in an inner box.
 * 4. Over the time, at an interruption, or when this process ends: the tester ends, and so does the box with all in it.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chown, cp, lstat, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { builtFile, codeFile } from "../../places.ts";
import type { BoxReport } from "../report.ts";
import { isRoot, userOfSlot } from "./box-user.ts";
import { GIVEN, outerBox, WORK } from "./bubblewrap.ts";
import { exitOf } from "./exit-status.ts";
import { installationsOf, SYSTEM_PATH } from "./installations.ts";
import {
  droppedTo,
  mayDrop,
  reachable,
  scratchFolder,
  withSmallTables,
  writeNames,
} from "./outer-command.ts";
import { ownCode } from "./own-code.ts";
import { SPEAKING } from "./programs-here.ts";
import type { Rung } from "./rung.ts";
import { outerUnshare } from "./unshare.ts";

/** Places of a job, as its tester sees them. */
export interface JobPlaces {
  readonly box: BoxReport;
  /** Copy of the hand-in; of several, a folder with a folder for each. */
  readonly given: string;
  /** Empty folder for programs to work in. */
  readonly work: string;
}

export interface BoxedJob<News> {
  readonly rung: Rung;
  /** They are not changed. One has the name "". */
  readonly handIns: readonly { readonly folder: string; readonly name: string }[];
  /** Commands of the instructor's, whose programs are to be seen. */
  readonly commands: readonly string[];
  /** Module of the tester. */
  readonly tester: string;
  /** The tester runs as built, also where this process runs from source: it starts in a third of the time. */
  readonly isBuilt?: boolean;
  /** Plain JSON; the tester is told its places beside it. */
  readonly job: object;
  /** Beside what is handed in. */
  readonly diskBytes: number;
  readonly timeMs: number;
  /** Number of this box among those that run at the same time. */
  readonly slot: number;
  readonly signal: AbortSignal;
  /** Takes what says further lines to the tester, once it has its job. */
  readonly onOpen?: (say: (line: object) => void) => void;
  readonly onNews: (news: News) => void;
}

/** Answers how the tester ended, and what it said last. */
export async function boxedJob<News>(asked: BoxedJob<News>): Promise<string> {
  const scratch = await scratchFolder("netlabd-box-");
  try {
    return await runBox(await startOf(scratch, asked as BoxedJob<unknown>), asked as BoxedJob<unknown>);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Start {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly places: JobPlaces;
}

async function startOf(
  scratch: string,
  { rung, handIns, commands, tester, isBuilt = false, diskBytes, slot }: BoxedJob<unknown>,
): Promise<Start> {
  const user = userOfSlot(slot);
  await writeNames(scratch, user);
  const given = path.join(scratch, "given");
  let sizeBytes = 0;
  for (const { folder, name } of handIns) sizeBytes += await copyHandIn(folder, path.join(given, name));
  if (isRoot()) await run("chown", ["--recursive", "--no-dereference", `${user}:${user}`, given]);
  const installed = await Promise.all(handIns.map(({ folder }) => installationsOf(commands, { folder })));
  const program = [process.execPath, isBuilt ? builtFile(tester) : codeFile(tester)];
  const box: BoxReport = rung.report;
  const needed = [...new Set([...ownCode(), ...installed.flatMap((one) => one.places)])];
  if (box.kind !== "bwrap") {
    // Hand-ins of others lie beside this one, and grades, by default, in the folder where grading began.
    const hidden = [...handIns.map(({ folder }) => path.dirname(path.resolve(folder))), process.cwd()];
    return amongFiles({ scratch, needed, hidden, sizeBytes, diskBytes }, program, user, { box, given });
  }
  const folders = [...new Set(installed.flatMap((one) => one.path))];
  const env = { ...SPEAKING, PATH: [...folders, ...SYSTEM_PATH].join(":"), HOME: "/tmp" };
  const view = path.join(scratch, "view");
  await mkdir(view);
  const { shown, before } = await reachable(needed, view);
  const handIn = { source: given, at: GIVEN };
  const argv = outerBox({
    handIn,
    shown,
    names: scratch,
    env,
    diskBytes: sizeBytes + diskBytes,
    argv: program,
  });
  return {
    argv: before(droppedTo(user, rung.hasSmallTables ? withSmallTables(argv) : argv)),
    env: { PATH: process.env.PATH },
    places: { box, given: GIVEN, work: WORK },
  };
}

interface AmongFiles {
  readonly scratch: string;
  readonly needed: readonly string[];
  readonly hidden: readonly string[];
  /** Of the hand-ins. */
  readonly sizeBytes: number;
  readonly diskBytes: number;
}

/**
 * A tester among all files of the machine, in `unshare`'s box or in none. Root's tester is another user where that one may read
 * our code; a person's is that person.
 */
async function amongFiles(
  { scratch, needed, hidden, sizeBytes, diskBytes }: AmongFiles,
  tester: readonly string[],
  user: number,
  { box: chosen, given }: Omit<JobPlaces, "work">,
): Promise<Start> {
  const work = path.join(scratch, "hand-in");
  await mkdir(work);
  const drops = isRoot() && (await mayDrop(tester));
  if (drops) await chown(work, user, user);
  const note = `the program runs as user ${drops ? user : "root"}`;
  const box = isRoot() ? { ...chosen, notes: [...chosen.notes, note] } : chosen;
  const isApart = box.kind === "unshare";
  const env = { ...process.env, ...SPEAKING, ...(drops || isApart ? { HOME: work } : {}) };
  if (!isApart) {
    // Programs of setpriv start with what root may read, and a process whose program could be read can be looked into: env is between.
    const argv = drops ? droppedTo(user, ["/usr/bin/env", ...tester]) : tester;
    return { argv, env, places: { box, given, work } };
  }
  const [view, keep] = [path.join(scratch, "view"), path.join(scratch, "keep")];
  await Promise.all([mkdir(view), mkdir(keep)]);
  const { shown, before } = await reachable(needed, view);
  const [uid, gid] = drops ? [user, user] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  // First, so that it is kept without what the others are kept by.
  const places = [{ source: scratch, at: scratch }, ...shown];
  const argv = outerUnshare({
    user: uid,
    group: gid,
    shown: places,
    keep,
    hidden,
    work: { at: work, sizeBytes: sizeBytes + diskBytes },
    diskBytes,
    argv: tester,
  });
  return { argv: before(drops ? droppedTo(user, argv) : argv), env, places: { box, given, work } };
}

const run = promisify(execFile);

/** Answers how many bytes it has. Devices, sockets and pipes are no part of a hand-in, and stay behind. */
async function copyHandIn(from: string, to: string): Promise<number> {
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
  return sizeBytes;
}

/** Words of an ended tester are read to their end, as fast as this machine is. */
const LAST_WORDS_MS = 5_000;

async function runBox(
  { argv, env, places }: Start,
  { job, timeMs, signal, onOpen, onNews }: BoxedJob<unknown>,
): Promise<string> {
  if (signal.aborted) return "the tester was stopped before it began";
  const child = spawn(argv[0] ?? "", argv.slice(1), { env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  const end = () => endGroup(child);
  process.on("exit", end);
  signal.addEventListener("abort", end);
  const timer = setTimeout(end, timeMs);
  try {
    // Left open: its end is the tester's, also where this process is killed.
    const say = (line: object) => void child.stdin.write(`${JSON.stringify(line)}\n`);
    child.stdin.on("error", () => undefined);
    say({ ...job, ...places });
    onOpen?.(say);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-4096);
    });
    let lastWords: NodeJS.Timeout | undefined;
    // Killed in its first moments, a box leaves processes behind that wait for it, and hold our pipe open.
    child.once("exit", () => {
      killGroup(child);
      lastWords = setTimeout(() => child.stdout.destroy(), LAST_WORDS_MS);
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, how) => {
        clearTimeout(lastWords);
        const { signal: by } = exitOf(code, how);
        const end = by === undefined ? `with exit status ${code}` : `by ${by}`;
        resolve([`the tester ended ${end}`, stderr.trim()].filter((part) => part !== "").join(": "));
      });
    });
    for await (const line of createInterface({ input: child.stdout })) onNews(JSON.parse(line));
    return await ended;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    process.off("exit", end);
    end();
  }
}

function endGroup(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) killGroup(child);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // ESRCH: it has ended by itself.
  }
}
