/**
 * Programs and sockets of this machine, as Linux tells them in /proc: the one reader of it. All of it is asynchronous, of
 * this user's processes alone, and never tells arguments. On another system, or where /proc is not mounted, it knows nothing.
 *
 * Long, because every file of /proc that is read has its form here.
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

/**
 * The program at the other end; undefined: it is on another machine, another user's, of this very process, or not found. `known`: the
 * sockets on its port, where they have been looked up.
 */
export async function programAt(
  { peer, ours }: ConnectionEnds,
  known?: readonly SocketRow[],
): Promise<ProgramSample | undefined> {
  const rows = known ?? (await socketsOn("tcp", peer.port));
  const end = rows.find((row) => isEnd(row, { peer, ours }));
  if (!end) return undefined;
  const isAccepted = end.inode !== 0;
  const owned = isAccepted ? end : rows.find((row) => isListening(row, peer));
  // A connection that is not accepted yet has no owner: its listener tells whose it is.
  if (!owned || owned.inode === 0 || owned.uid !== process.getuid?.()) return undefined;
  const seen = await programOf(owned.inode, isAccepted);
  if (!seen) return undefined;
  const { pid, name, doing, isCertain } = seen;
  const shown = await nameOf(pid, name);
  return { pid, name: shown, doing, isCertain, isAccepted, unreadBytes: end.rxQueue };
}

/** A program and what it does. */
export type Doer = Pick<ProgramSample, "pid" | "name" | "doing" | "isCertain">;

/** Program that has this socket, of a connection or a listener. Undefined: another user's, or none. */
export async function holderOf(inode: number, isAccepted: boolean): Promise<Doer | undefined> {
  const seen = await programOf(inode, isAccepted);
  return seen && { ...seen, name: await nameOf(seen.pid, seen.name) };
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

/** Processes that have one socket and are looked at: a server may have many children. */
const MAX_HOLDERS = 16;

/** All that have it, the newest first: after fork() the child does, and often its parent too, which serves no one here. */
async function holdersOf(inode: number): Promise<Holder[]> {
  const first = await firstHolderOf(inode);
  if (!first) return [];
  const parent = await heldBy(await parentOf(first.pid), inode);
  const pids = await childrenOf(first.pid);
  // Brothers are looked at where they have the socket from one parent: a shell's programs have not.
  if (parent) pids.push(...(await childrenOf(parent.pid)));
  const others = pids.filter((pid) => pid !== first.pid && pid !== process.pid).slice(0, MAX_HOLDERS);
  const found = await Promise.all(others.map((pid) => heldBy(pid, inode)));
  const holders = [first, ...found, parent].filter((holder) => holder !== undefined);
  return holders.sort((a, b) => b.pid - a.pid);
}

/** Programs in which a socket was found last: who has many connections is asked about each. */
const lastHolders: number[] = [];
const MAX_LAST_HOLDERS = 4;

/**
 * Holders of others come first, then the newest: a program that is being tried out was started a moment ago. Stops at the first that has it. To
 * list the descriptors of all processes takes a busy machine tens of milliseconds.
 */
async function firstHolderOf(inode: number): Promise<Holder | undefined> {
  for (const pid of [...lastHolders]) {
    const holder = await heldBy(pid, inode);
    if (holder) return rememberHolder(holder);
  }
  const names = await readdir(PROC).catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids.sort((a, b) => b - a)) {
    const holder = lastHolders.includes(pid) ? undefined : await heldBy(pid, inode);
    if (holder) return rememberHolder(holder);
  }
  return undefined;
}

function rememberHolder(holder: Holder): Holder {
  const place = lastHolders.indexOf(holder.pid);
  if (place >= 0) lastHolders.splice(place, 1);
  lastHolders.unshift(holder.pid);
  lastHolders.splice(MAX_LAST_HOLDERS);
  return holder;
}

async function heldBy(pid: number, inode: number): Promise<Holder | undefined> {
  const fd = pid === process.pid ? undefined : await descriptorOf(pid, inode);
  return fd === undefined ? undefined : { pid, fd };
}

const parentOf = async (pid: number) => processStat(await read(`${pid}/stat`))?.parent ?? 0;

/** Children of its first thread, which is the one that forks; none where the kernel does not tell. */
async function childrenOf(pid: number): Promise<number[]> {
  return (await read(`${pid}/task/${pid}/children`)).split(" ").map(Number).filter(Boolean);
}

/** Other users' descriptors cannot be listed, and are not asked for. */
async function descriptorOf(pid: number, inode: number): Promise<number | undefined> {
  const folder = `${PROC}/${pid}/fd`;
  const fds = await readdir(folder).catch(() => []);
  const links = await Promise.all(fds.map((fd) => readlink(`${folder}/${fd}`).catch(() => "")));
  const index = links.indexOf(`socket:[${inode}]`);
  return index < 0 ? undefined : Number(fds[index]);
}

/** Of several threads and processes the one that has to do with this connection is the one that counts. */
async function programOf(inode: number, isAccepted: boolean): Promise<Doer | undefined> {
  const seen = (await Promise.all((await holdersOf(inode)).map(threadsOf))).flat();
  const [newest] = seen;
  if (!newest || seen.length === 1) return newest && sampleOf(newest, newest.isCertain);
  const mayServe = isAccepted ? seen.filter(({ doing }) => !ELSEWHERE.has(doing)) : seen;
  const [most] = mayServe.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (!most) return { ...newest, doing: "otherwise", isCertain: false };
  // A thread on the descriptor is that of the connection; of the others it may be another one.
  return sampleOf(most, most.isCertain && ON_IT.has(most.doing));
}

const sampleOf = ({ pid, name, doing }: Thread, isCertain: boolean): Doer => ({
  pid,
  name,
  doing,
  isCertain,
});

/** A thread in these, beside others, serves someone else: it says nothing about a connection that was accepted. */
const ELSEWHERE: ReadonlySet<Doing> = new Set(["accepting", "servingAnother"]);
/** A thread in these has to do with this connection, whatever the others do. */
const ON_IT: ReadonlySet<Doing> = new Set(["receiving", "sending", "stopped"]);

/** From what says most about a connection to what says least. */
const ORDER: readonly Doing[] = [
  "receiving",
  "sending",
  "stopped",
  "computing",
  "servingAnother",
  "sleeping",
  "keyboard",
  "polling",
  "accepting",
  "otherwise",
  "ended",
];
const rankOf = ({ doing }: Thread) => ORDER.indexOf(doing);

async function threadsOf(holder: Holder): Promise<Thread[]> {
  const { pid } = holder;
  const stat = processStat(await read(`${pid}/stat`));
  if (!stat) return [];
  const { name, state } = stat;
  if (state === "T" || state === "t") return [{ pid, name, doing: "stopped", isCertain: true }];
  if (state === "Z" || state === "X") return [{ pid, name, doing: "ended", isCertain: true }];
  const threads = await readdir(`${PROC}/${pid}/task`).catch(() => [String(pid)]);
  const seen = await Promise.all(
    threads.slice(0, MAX_THREADS).map((thread) => callOf(`${pid}/task/${thread}`, holder)),
  );
  return seen.filter((call) => call !== undefined).map((call) => ({ pid, name, ...call }));
}

interface Call {
  readonly doing: Doing;
  readonly isCertain: boolean;
}

interface Thread extends Call {
  readonly pid: number;
  readonly name: string;
}

async function callOf(place: string, holder: Holder): Promise<Call | undefined> {
  const text = await read(`${place}/syscall`);
  if (text === "") return callFromWaitChannel(place);
  if (isComputing(text)) return { doing: "computing", isCertain: true };
  const call = systemCall(text, process.arch);
  return call ? callIn(call, holder) : { doing: "otherwise", isCertain: true };
}

async function callIn(call: SystemCall, { pid, fd }: Holder): Promise<Call> {
  const isCertain = true;
  const target = call.fd === undefined || call.fd === fd ? "" : await linkOf(pid, call.fd);
  switch (call.kind) {
    case "recv":
    case "read":
      if (call.fd === fd) return { doing: "receiving", isCertain };
      if (isTerminal(target)) return { doing: "keyboard", isCertain };
      if (call.fd === 0) return { doing: (await isHandedOn(pid)) ? "keyboard" : "otherwise", isCertain };
      return target.startsWith("socket:")
        ? { doing: "servingAnother", isCertain }
        : { doing: "otherwise", isCertain };
    case "send":
      return { doing: call.fd === fd ? "sending" : "otherwise", isCertain };
    case "accept":
      return { doing: "accepting", isCertain };
    case "poll":
      // select() that watches descriptor 0 alone is how a line is read from the keyboard.
      if (call.fd === 0) return { doing: "keyboard", isCertain };
      return { doing: "polling", isCertain };
    case "sleep":
      return { doing: "sleeping", isCertain };
    default:
      return { doing: "otherwise", isCertain };
  }
}

/** Whether its standard input is its parent's, and no pipe between the two: that is how `ncat --exec` talks to its program. */
async function isHandedOn(pid: number): Promise<boolean> {
  const parent = await parentOf(pid);
  if (parent === process.pid) return true;
  const [own, above] = await Promise.all([linkOf(pid, 0), linkOf(parent, 0)]);
  return own === above || above === "";
}

const BY_CHANNEL: Partial<Record<string, Doing>> = {
  recv: "receiving",
  send: "sending",
  accept: "accepting",
  read: "keyboard",
  poll: "polling",
  sleep: "sleeping",
};

/** If the call may not be seen, the kernel's own function may still be: enough for a likely. */
async function callFromWaitChannel(place: string): Promise<Call | undefined> {
  const [channel, stat] = await Promise.all([read(`${place}/wchan`), read(`${place}/stat`)]);
  if (processStat(stat)?.state === "R") return { doing: "computing", isCertain: false };
  const doing = BY_CHANNEL[callByWaitChannel(channel.trim()) ?? ""] ?? "otherwise";
  return { doing, isCertain: false };
}

const isTerminal = (target: string) => /^\/dev\/(tty|pts\/)/.test(target);
const read = (name: string) => readFile(`${PROC}/${name}`, "latin1").catch(() => "");
const linkOf = (pid: number, fd: number) => readlink(`${PROC}/${pid}/fd/${fd}`).catch(() => "");

export type { Doing, ProgramSample } from "../stories/program.ts";
