/**
 * Programs and sockets of this machine, as Linux tells them in /proc: the one reader of it. All of it is asynchronous, of
 * this user's processes alone, and never tells arguments. On another system, or where /proc is not mounted, it knows nothing.
 */

import { readdir, readFile, readlink } from "node:fs/promises";
import type { Doing, ProgramSample } from "../stories/program.ts";
import {
  callByWaitChannel,
  isComputing,
  processStat,
  SOCKET_STATES,
  type SocketRow,
  type SystemCall,
  socketRows,
  systemCall,
} from "./proc-text.ts";

export interface ConnectionEnds {
  /** The other program's end, as we see it. */
  readonly peer: { readonly address: string; readonly port: number };
  /** Our end. */
  readonly ours: { readonly port: number };
}

const isLinux = process.platform === "linux";
const PROC = "/proc";
/** Threads of one program that are looked at. */
const MAX_THREADS = 64;

/** Every socket of which one end is on this port. */
export async function socketsOn(transport: "tcp" | "udp", port: number): Promise<SocketRow[]> {
  if (!isLinux) return [];
  const tables = [`${PROC}/net/${transport}`, `${PROC}/net/${transport}6`];
  const texts = await Promise.all(tables.map((table) => readFile(table, "latin1").catch(() => "")));
  return texts.flatMap((text) => socketRows(text, port));
}

/** Whether this port is held by nothing but what the kernel keeps of connections that are over. */
export async function isOnlyInTimeWait(port: number): Promise<boolean> {
  const rows = (await socketsOn("tcp", port)).filter(({ localPort }) => localPort === port);
  return rows.length > 0 && rows.every(({ state }) => state === SOCKET_STATES.timeWait);
}

/** The program at the other end; undefined: it is on another machine, another user's, of this very process, or not found. */
export async function programAt({ peer, ours }: ConnectionEnds): Promise<ProgramSample | undefined> {
  const rows = await socketsOn("tcp", peer.port);
  const end = rows.find((row) => isEnd(row, { peer, ours }));
  if (!end) return undefined;
  const isAccepted = end.inode !== 0;
  const owned = isAccepted ? end : rows.find((row) => isListening(row, peer));
  // A connection that is not accepted yet has no owner: its listener tells whose it is.
  if (!owned || owned.inode === 0 || owned.uid !== process.getuid?.()) return undefined;
  const holder = await holderOf(owned.inode);
  if (!holder) return undefined;
  const doing = await doingOf(holder);
  if (!doing) return undefined;
  const name = await nameOf(holder.pid, doing.name);
  return { pid: holder.pid, ...doing, name, isAccepted, unreadBytes: end.rxQueue };
}

function isEnd(row: SocketRow, { peer, ours }: ConnectionEnds): boolean {
  const isThere = row.localPort === peer.port && row.localAddress === peer.address;
  return isThere && row.remotePort === ours.port && row.state !== SOCKET_STATES.listening;
}

function isListening(
  { state, localPort, localAddress }: SocketRow,
  { address, port }: ConnectionEnds["peer"],
) {
  const isHere = localAddress === address || localAddress === "0.0.0.0" || localAddress === "::";
  return state === SOCKET_STATES.listening && localPort === port && isHere;
}

/** Node names the thread, and not the program. */
async function nameOf(pid: number, name: string): Promise<string> {
  if (name !== "MainThread") return name;
  return (await readlink(`${PROC}/${pid}/exe`).catch(() => name)).split("/").at(-1) ?? name;
}

interface Holder {
  readonly pid: number;
  /** Descriptor of the socket in that program. */
  readonly fd: number;
}

/** The newest first: a program that is being tried out was started a moment ago. Stops at the first that has it. */
async function holderOf(inode: number): Promise<Holder | undefined> {
  const names = await readdir(PROC).catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids.sort((a, b) => b - a)) {
    if (pid === process.pid) continue;
    const fd = await descriptorOf(pid, inode);
    if (fd !== undefined) return { pid, fd };
  }
  return undefined;
}

/** Other users' descriptors cannot be listed, and are not asked for. */
async function descriptorOf(pid: number, inode: number): Promise<number | undefined> {
  const folder = `${PROC}/${pid}/fd`;
  const fds = await readdir(folder).catch(() => []);
  const links = await Promise.all(fds.map((fd) => readlink(`${folder}/${fd}`).catch(() => "")));
  const index = links.indexOf(`socket:[${inode}]`);
  return index < 0 ? undefined : Number(fds[index]);
}

type Sample = Pick<ProgramSample, "name" | "doing" | "isCertain">;

async function doingOf(holder: Holder): Promise<Sample | undefined> {
  const stat = processStat(await read(`${holder.pid}/stat`));
  if (!stat) return undefined;
  const { name, state } = stat;
  if (state === "T" || state === "t") return { name, doing: "stopped", isCertain: true };
  if (state === "Z" || state === "X") return { name, doing: "ended", isCertain: true };
  const threads = await readdir(`${PROC}/${holder.pid}/task`).catch(() => [String(holder.pid)]);
  const seen = await Promise.all(
    threads.slice(0, MAX_THREADS).map((thread) => threadOf(`${holder.pid}/task/${thread}`, holder)),
  );
  // Of several threads the one that has to do with this connection is the one that counts.
  const [most] = seen.filter((one) => one !== undefined).sort((a, b) => a.rank - b.rank);
  return most
    ? { name, doing: most.doing, isCertain: most.isCertain }
    : { name, doing: "otherwise", isCertain: false };
}

interface Thread {
  readonly doing: Doing;
  readonly isCertain: boolean;
  /** The lower, the more it says about the connection. */
  readonly rank: number;
}

async function threadOf(place: string, holder: Holder): Promise<Thread | undefined> {
  const text = await read(`${place}/syscall`);
  if (text === "") return threadByWaitChannel(place);
  if (isComputing(text)) return { doing: "computing", isCertain: true, rank: 4 };
  const call = systemCall(text, process.arch);
  return call ? threadInCall(call, holder) : { doing: "otherwise", isCertain: true, rank: 9 };
}

async function threadInCall(call: SystemCall, { pid, fd }: Holder): Promise<Thread> {
  const isCertain = true;
  const target = call.fd === undefined || call.fd === fd ? "" : await linkOf(pid, call.fd);
  switch (call.kind) {
    case "recv":
    case "read":
      if (call.fd === fd) return { doing: "receiving", isCertain, rank: 0 };
      if (call.fd === 0 || isTerminal(target)) return { doing: "keyboard", isCertain, rank: 2 };
      return target.startsWith("socket:")
        ? { doing: "servingAnother", isCertain, rank: 5 }
        : { doing: "otherwise", isCertain, rank: 8 };
    case "send":
      return { doing: call.fd === fd ? "sending" : "otherwise", isCertain, rank: call.fd === fd ? 0 : 8 };
    case "accept":
      return { doing: "accepting", isCertain, rank: 1 };
    case "poll":
      // select() that watches descriptor 0 alone is how a line is read from the keyboard.
      if (call.fd === 0) return { doing: "keyboard", isCertain, rank: 2 };
      return { doing: "polling", isCertain, rank: 3 };
    case "sleep":
      return { doing: "sleeping", isCertain, rank: 6 };
    default:
      return { doing: "otherwise", isCertain, rank: 9 };
  }
}

const BY_CHANNEL: Partial<Record<string, readonly [Doing, number]>> = {
  recv: ["receiving", 0],
  send: ["sending", 0],
  accept: ["accepting", 1],
  read: ["keyboard", 2],
  poll: ["polling", 3],
  sleep: ["sleeping", 6],
};

/** If the call may not be seen, the kernel's own function may still be: enough for a likely. */
async function threadByWaitChannel(place: string): Promise<Thread | undefined> {
  const [channel, stat] = await Promise.all([read(`${place}/wchan`), read(`${place}/stat`)]);
  if (processStat(stat)?.state === "R") return { doing: "computing", isCertain: false, rank: 4 };
  const [doing, rank] = BY_CHANNEL[callByWaitChannel(channel.trim()) ?? ""] ?? ["otherwise", 9];
  return { doing, isCertain: false, rank };
}

const isTerminal = (target: string) => /^\/dev\/(tty|pts\/)/.test(target);
const read = (name: string) => readFile(`${PROC}/${name}`, "latin1").catch(() => "");
const linkOf = (pid: number, fd: number) => readlink(`${PROC}/${pid}/fd/${fd}`).catch(() => "");

export type { Doing, ProgramSample } from "../stories/program.ts";
