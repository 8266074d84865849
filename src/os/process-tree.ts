/**
 * A program and all that it started, as Linux tells of them in /proc: what they use, what they listen on, and whether all of them
 * wait for others. Elsewhere than on Linux a tree is empty, and nothing is known of it.
 */
import { readdir, readFile, readlink } from "node:fs/promises";
import { type Listening, listeningRows } from "./listening-rows.ts";
import { isOpenEndedWait } from "./waiting-call.ts";

const PROC = "/proc";
/** Linux' clock of CPU time, the same on every architecture that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;
/** Threads of one process that are looked at. */
const MAX_THREADS = 128;

export interface ProcessFigures {
  readonly pid: number;
  readonly parent: number;
  /** R running, S sleeping, D waiting for a disk, T stopped, Z ended. */
  readonly state: string;
  /** CPU time of its own, and of its children that have ended. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly threads: number;
}

/** /proc/PID/stat: the name stands in brackets, and may hold brackets and blanks of its own. */
export function processFigures(pid: number, text: string): ProcessFigures | undefined {
  const close = text.lastIndexOf(")");
  if (close < 0) return undefined;
  const fields = text.slice(close + 2).split(" ");
  const number = (place: number) => Number(fields[place]) || 0;
  // Field 3 of proc(5) is the first behind the name.
  const cpuTicks = number(11) + number(12) + number(13) + number(14);
  return {
    pid,
    state: fields[0] ?? "",
    parent: number(1),
    cpuMs: cpuTicks * TICK_MS,
    threads: number(17),
    rssBytes: number(21) * PAGE_BYTES,
  };
}

/** Figures of these processes and of all below them, zombies too. A daughter whose parent has ended belongs to another one by then. */
export async function processTree(roots: readonly number[]): Promise<ProcessFigures[]> {
  const all = await allProcesses();
  const within = new Set(roots);
  // A child may have a smaller number than its parent, for numbers begin again: looked through until nothing is new.
  for (let before = -1; before !== within.size; ) {
    before = within.size;
    for (const { pid, parent } of all) if (within.has(parent)) within.add(pid);
  }
  return all.filter(({ pid }) => within.has(pid));
}

/**
 * Processes of this user that were started with this piece of environment, `NAME=value`: how a daughter is found again that left its
 * parent and its group.
 */
export async function markedProcesses(mark: string): Promise<number[]> {
  const pids = await allPids();
  const marked = await Promise.all(
    pids.map(async (pid) => ((await read(`${pid}/environ`)).split("\0").includes(mark) ? [pid] : [])),
  );
  return marked.flat();
}

export const isEnded = ({ state }: ProcessFigures) => state === "Z" || state === "X";
export const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0);

async function allPids(): Promise<number[]> {
  const names = await readdir(PROC).catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function allProcesses(): Promise<ProcessFigures[]> {
  const pids = await allPids();
  const all = await Promise.all(pids.map(async (pid) => processFigures(pid, await read(`${pid}/stat`))));
  return all.filter((figures) => figures !== undefined);
}

/** Descriptors that these processes have open. */
export async function descriptorCount(pids: readonly number[]): Promise<number> {
  const counts = await Promise.all(pids.map(async (pid) => (await fdsOf(pid)).length));
  return sum(counts);
}

/** Bytes that are this process's own: of memory shared with others its share. Undefined: the kernel does not tell. */
export async function shareOfMemory(pid: number): Promise<number | undefined> {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(await read(`${pid}/smaps_rollup`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Ports on which these processes wait for clients or for datagrams: rows of the kernel's tables that one of them has open. */
export async function listeningOf(pids: readonly number[]): Promise<Listening[]> {
  const [rows, inodes] = await Promise.all([listeningRows(), socketsOf(pids)]);
  return rows.filter(({ inode }) => inodes.has(inode));
}

/**
 * Whether every thread of these processes waits for something that only others can give it: bytes, a client, another thread. A wait
 * with a time limit is none of these, for the program goes on by itself; a call that is not known is none either.
 */
export async function isWaitingForOthers(pids: readonly number[]): Promise<boolean> {
  if (pids.length === 0) return false;
  const waits = await Promise.all(pids.map(isProcessWaiting));
  return waits.every(Boolean);
}

async function isProcessWaiting(pid: number): Promise<boolean> {
  const threads = await readdir(`${PROC}/${pid}/task`).catch(() => []);
  if (threads.length === 0 || threads.length > MAX_THREADS) return false;
  const calls = await Promise.all(threads.map((thread) => read(`${pid}/task/${thread}/syscall`)));
  return calls.every((call) => isOpenEndedWait(call, process.arch));
}

const fdsOf = (pid: number) => readdir(`${PROC}/${pid}/fd`).catch(() => []);

async function socketsOf(pids: readonly number[]): Promise<ReadonlySet<number>> {
  const links = await Promise.all(pids.map(linksOf));
  const inodes = links.flat().map((link) => Number(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? 0));
  return new Set(inodes.filter(Boolean));
}

async function linksOf(pid: number): Promise<string[]> {
  const fds = await fdsOf(pid);
  return Promise.all(fds.map((fd) => readlink(`${PROC}/${pid}/fd/${fd}`).catch(() => "")));
}

const read = (name: string) => readFile(`${PROC}/${name}`, "latin1").catch(() => "");
