/**
 * A program and all that it started, as Linux tells of them in /proc: what they use, what they listen on, and whether all of them
 * wait for others. Elsewhere than on Linux a tree is empty, and nothing is known of it.
 *
 * All of it is read at once and blocks meanwhile: a look at a program in its box is a few files of a few lines, and waiting for each of them
 * in turn costs ten times as much. It is for the checker, which serves no peers.
 */
import { type Listening, listeningRows } from "./listening-rows.ts";
import { procLink, procNames, procText } from "./proc-files.ts";
import { isOpenEndedWait } from "./waiting-call.ts";

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
export function processTree(roots: readonly number[]): ProcessFigures[] {
  const all = allProcesses();
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
export function markedProcesses(mark: string): number[] {
  return allPids().filter((pid) => procText(`${pid}/environ`).split("\0").includes(mark));
}

export const isEnded = ({ state }: ProcessFigures) => state === "Z" || state === "X";
export const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0);

const allPids = (): number[] =>
  procNames("")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function allProcesses(): ProcessFigures[] {
  const all = allPids().map((pid) => processFigures(pid, procText(`${pid}/stat`)));
  return all.filter((figures) => figures !== undefined);
}

/** Descriptors that these processes have open. */
export const descriptorCount = (pids: readonly number[]): number =>
  sum(pids.map((pid) => procNames(`${pid}/fd`).length));

/** Bytes that are this process's own: of memory shared with others its share. Undefined: the kernel does not tell. */
export function shareOfMemory(pid: number): number | undefined {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(procText(`${pid}/smaps_rollup`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Ports on which these processes wait for clients or for datagrams: rows of the kernel's tables that one of them has open. */
export function listeningOf(pids: readonly number[]): Listening[] {
  const rows = listeningRows();
  if (rows.length === 0) return [];
  const inodes = socketsOf(pids);
  return rows.filter(({ inode }) => inodes.has(inode));
}

/**
 * Whether every thread of these processes waits for something that only others can give it: bytes, a client, another thread. A wait
 * with a time limit is none of these, for the program goes on by itself; a call that is not known is none either.
 */
export const isWaitingForOthers = (pids: readonly number[]): boolean =>
  pids.length > 0 && pids.every(isProcessWaiting);

function isProcessWaiting(pid: number): boolean {
  const threads = procNames(`${pid}/task`);
  if (threads.length === 0 || threads.length > MAX_THREADS) return false;
  return threads.every((thread) => isOpenEndedWait(procText(`${pid}/task/${thread}/syscall`), process.arch));
}

function socketsOf(pids: readonly number[]): ReadonlySet<number> {
  const links = pids.flatMap((pid) => procNames(`${pid}/fd`).map((fd) => procLink(`${pid}/fd/${fd}`)));
  const inodes = links.map((link) => Number(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? 0));
  return new Set(inodes.filter(Boolean));
}
