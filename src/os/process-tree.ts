/**
 * A program and all that it started, as Linux tells of them in /proc: what they use, what they listen on, and whether all of them
 * wait for others. Elsewhere than on Linux a tree is empty, and nothing is known of it.
 *
 * All of it is read at once and blocks meanwhile: a look at a program in its box is a few files of a few lines, and waiting for each of them
 * in turn costs ten times as much. It is for the checker, which serves no peers.
 */
import { type Listening, listeningRows } from "./listening-rows.ts";
import { procLink, procNames, procText } from "./proc-files.ts";

/** Linux' clock of CPU time, the same on every architecture that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

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
  return tellsDaughters() ? grownTree(roots) : foundTree(roots);
}

/** From each process to its daughters: a handful of files, where a look at every process of a machine is hundreds. */
function grownTree(roots: readonly number[]): ProcessFigures[] {
  const within = new Set(roots);
  const all: ProcessFigures[] = [];
  // A set is walked through to what was added meanwhile.
  for (const pid of within) {
    const figures = processFigures(pid, procText(`${pid}/stat`));
    if (!figures) continue;
    all.push(figures);
    for (const daughter of daughtersOf(pid)) within.add(daughter);
  }
  return all;
}

const daughtersOf = (pid: number): number[] =>
  procNames(`${pid}/task`).flatMap((thread) =>
    procText(`${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );

/** Not every kernel is built to tell them. */
let isTold: boolean | undefined;
function tellsDaughters(): boolean {
  isTold ??= procNames(`${process.pid}/task/${process.pid}`).includes("children");
  return isTold;
}

function foundTree(roots: readonly number[]): ProcessFigures[] {
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
 * parent and its group. `older`: they were there before, and are not looked at.
 */
export function markedProcesses(mark: string, older: ReadonlySet<number>): number[] {
  return allPids().filter((pid) => !older.has(pid) && isMarked(pid, mark));
}

export const isMarked = (pid: number, mark: string): boolean =>
  procText(`${pid}/environ`).split("\0").includes(mark);

export const isEnded = ({ state }: ProcessFigures) => state === "Z" || state === "X";
export const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0);

/** Numbers of all processes that there are. */
export const allPids = (): number[] =>
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
export function listeningOf(pids: readonly number[], transport: Listening["transport"]): Listening[] {
  const inodes = socketsOf(pids);
  if (inodes.size === 0) return [];
  return listeningRows(transport).filter(({ inode }) => inodes.has(inode));
}

/** Inodes of the sockets that these processes have open. */
export function socketsOf(pids: readonly number[]): ReadonlySet<number> {
  const links = pids.flatMap((pid) => procNames(`${pid}/fd`).map((fd) => procLink(`${pid}/fd/${fd}`)));
  const inodes = links.map((link) => Number(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? 0));
  return new Set(inodes.filter(Boolean));
}
