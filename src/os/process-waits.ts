/**
 * Waits of a program's threads, as far as Linux tells them: whether anything more comes of them by themselves, and within what time.
 * A call's arguments are the program's own addresses; a process that may see the call may read them.
 */
import { procBytes, procLink, procNames, procText } from "./proc-files.ts";
import { sum } from "./process-tree.ts";
import { limitOfWait, type WaitLimit, watchedBy } from "./waiting-call.ts";

/** Threads of one process that are looked at. */
const MAX_THREADS = 128;
/** Descriptors of one poll(). */
const MAX_WATCHED = 1_024;
/** A limit as long as this is for a peer that is gone: no answer comes of it in time. */
const LONG_MS = 10_000;
const TIME_BYTES = 16;
const POLLFD_BYTES = 8;

/** Time until a thread goes on by itself, in milliseconds. */
export interface ThreadWait {
  readonly pid: number;
  readonly thread: string;
  /** Infinity: it waits for others alone. 0: it computes, or nothing is known. */
  readonly ms: number;
}

/**
 * Of all threads of these processes; undefined: one cannot be looked at. A server that looks for new clients only, and now and then for
 * something of its own - `own` are the sockets that it had before the first one came - waits for others: its limit brings no answer.
 */
export function waitsOf(pids: readonly number[], own: ReadonlySet<number>): ThreadWait[] | undefined {
  const all: ThreadWait[] = [];
  for (const pid of pids) {
    const threads = procNames(`${pid}/task`);
    if (threads.length === 0 || threads.length > MAX_THREADS) return undefined;
    for (const thread of threads) {
      const ms = waitOf(pid, thread, own);
      // Names are read of those alone that do not wait for others.
      if (ms < Number.POSITIVE_INFINITY && isOfJava(pid, thread, ms)) continue;
      all.push({ pid, thread, ms });
    }
  }
  return all.length === 0 ? undefined : all;
}

/** Whether it sleeps as a wait does: one that a disk keeps, or that is stopped, is in the same call, and goes on by itself. */
export const isAsleep = ({ pid, thread }: Pick<ThreadWait, "pid" | "thread">): boolean =>
  /^State:\s+S/m.test(procText(`${pid}/task/${thread}/status`));

export interface Readiness {
  /** For how long the threads were ready to run so far and had no processor: told when they have one again. 0: not told. */
  readonly waitedMs: number;
  /** Whether one of them does not sleep. */
  readonly isAwake: boolean;
}

/** Of all threads of these processes. */
export function readinessOf(pids: readonly number[]): Readiness {
  const threads = pids.flatMap((pid) => procNames(`${pid}/task`).map((thread) => ({ pid, thread })));
  const waitedNs = threads.map(({ pid, thread }) => {
    const [, waited] = procText(`${pid}/task/${thread}/schedstat`).split(" ");
    return Number(waited) || 0;
  });
  return { waitedMs: sum(waitedNs) / 1e6, isAwake: !threads.every(isAsleep) };
}

/** Times that a thread has gone to sleep by itself since it began: two equal ones, and it has slept all the time between. */
export function sleepsOf({ pid, thread }: ThreadWait): number {
  return Number(
    /^voluntary_ctxt_switches:\s+(\d+)/m.exec(procText(`${pid}/task/${thread}/status`))?.[1] ?? Number.NaN,
  );
}

/** Java's own housekeeping, which compiles, cleans, stops all other threads and looks at its clock: nothing that a program says comes of it. */
const OF_JAVA =
  /^(?:VM Periodic|C[12] Compiler|Monitor Deflati|Sweeper thread|Common-Cleaner|Service Thread|VM Thread|G1 |GC Thread)/;

/** While one of them works, or has no processor, what the program would say may lie in a thread that waits for it, or for a lock that it holds. */
const isOfJava = (pid: number, thread: string, ms: number): boolean =>
  ms > 0 && OF_JAVA.test(procText(`${pid}/task/${thread}/comm`));

function waitOf(pid: number, thread: string, own: ReadonlySet<number>): number {
  const text = procText(`${pid}/task/${thread}/syscall`);
  const limit = limitOfWait(text, process.arch);
  if (limit === undefined) return 0;
  const ms = spanOf(limit, pid);
  return ms > 0 && (ms >= LONG_MS || watchesOnly(own, pid, text)) ? Number.POSITIVE_INFINITY : ms;
}

function spanOf(limit: WaitLimit, pid: number): number {
  if (limit === "none") return Number.POSITIVE_INFINITY;
  if ("ms" in limit) return limit.ms;
  const bytes = procBytes(`${pid}/mem`, limit.address, TIME_BYTES);
  if (!bytes) return 0;
  const parts = limit.is === "timespec" ? 1e6 : 1e3;
  const ms = Number(bytes.readBigInt64LE(0)) * 1_000 + Number(bytes.readBigInt64LE(8)) / parts;
  if (limit.until === undefined) return Math.max(0, ms);
  const now = limit.until === "realtime" ? Date.now() : Number(process.hrtime.bigint()) / 1e6;
  return Math.max(0, ms - now);
}

/** Whether nothing is watched but these sockets, and what is none. */
function watchesOnly(own: ReadonlySet<number>, pid: number, text: string): boolean {
  const fds = own.size === 0 ? undefined : watchedDescriptors(pid, text);
  return (
    fds?.every((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(procLink(`${pid}/fd/${fd}`))?.[1];
      return inode === undefined || own.has(Number(inode));
    }) ?? false
  );
}

function watchedDescriptors(pid: number, text: string): readonly number[] | undefined {
  const watched = watchedBy(text, process.arch);
  if (!watched) return undefined;
  if (watched.is === "epoll")
    return [...procText(`${pid}/fdinfo/${watched.fd}`).matchAll(/^tfd:\s*(\d+)/gm)].map(([, fd]) =>
      Number(fd),
    );
  const { count } = watched;
  if (count === 0 || count > MAX_WATCHED) return undefined;
  if (watched.is === "pollfds") {
    const bytes = procBytes(`${pid}/mem`, watched.address, count * POLLFD_BYTES);
    return bytes && Array.from({ length: count }, (_, at) => bytes.readInt32LE(at * POLLFD_BYTES));
  }
  const sets = watched.addresses.map((address) => procBytes(`${pid}/mem`, address, (count + 7) >> 3));
  if (sets.includes(undefined)) return undefined;
  const isSet = (fd: number) => sets.some((bytes) => ((bytes?.[fd >> 3] ?? 0) >> (fd & 7)) & 1);
  return Array.from({ length: count }, (_, fd) => fd).filter(isSet);
}
