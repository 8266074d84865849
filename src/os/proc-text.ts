/** Texts of /proc, as values. Pure, and bounded: these files are text that a kernel of another version wrote. */
import { plainAddress } from "./addresses.ts";

/** Row of /proc/net/tcp, tcp6, udp or udp6. */
export interface SocketRow {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly state: number;
  /** Bytes that were sent and that the other end's system has not acknowledged. */
  readonly txQueue: number;
  /** Of a listening socket: connections that wait for accept(); of others: bytes that wait to be read. */
  readonly rxQueue: number;
  readonly uid: number;
  /** 0: no process has it; a connection that was not accepted yet, or TIME_WAIT. */
  readonly inode: number;
}

export const SOCKET_STATES = {
  established: 1,
  timeWait: 6,
  unconnected: 7,
  closeWait: 8,
  listening: 10,
} as const;

/** The rows of which one end is on this port. A machine may have thousands: the others are not taken apart. */
export function socketRows(text: string, port: number): SocketRow[] {
  const mark = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  return text
    .split("\n")
    .filter((line) => line.includes(mark))
    .map(socketRow)
    .filter((row) => row !== undefined);
}

/** Rows in this state. Those of a machine's connections may be many, and are not taken apart. */
export function rowsInState(text: string, state: number): SocketRow[] {
  const mark = ` ${state.toString(16).toUpperCase().padStart(2, "0")} `;
  return text
    .split("\n")
    .filter((line) => line.includes(mark))
    .map(socketRow)
    .filter((row) => row !== undefined && row.state === state) as SocketRow[];
}

const ROW =
  /^\s*\d+: ([\dA-F]+):([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) ([\dA-F]{2}) ([\dA-F]+):([\dA-F]+) \S+ \S+\s+(\d+)\s+\d+ (\d+)/;

function socketRow(line: string): SocketRow | undefined {
  const parts = ROW.exec(line);
  if (!parts) return undefined;
  const [, local = "", localPort = "", remote = "", remotePort = "", state = "", tx = "", rx = ""] = parts;
  const [uid, inode] = parts.slice(8);
  return {
    localAddress: addressOf(local),
    localPort: Number.parseInt(localPort, 16),
    remoteAddress: addressOf(remote),
    remotePort: Number.parseInt(remotePort, 16),
    state: Number.parseInt(state, 16),
    txQueue: Number.parseInt(tx, 16),
    rxQueue: Number.parseInt(rx, 16),
    uid: Number(uid),
    inode: Number(inode),
  };
}

/** Words of 32 bits, each in this machine's byte order: little-endian wherever Node runs. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  if (bytes.length === 4) return bytes.join(".");
  const isMapped = bytes.subarray(0, 12).equals(Buffer.from("00000000000000000000ffff", "hex"));
  if (isMapped) return plainAddress(`::ffff:${bytes.subarray(12).join(".")}`);
  const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
  // URL parsing shortens an address the way everybody writes it.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

export interface ProcessStat {
  readonly name: string;
  /** R running, S sleeping, D waiting for a disk, T stopped, t traced, Z ended. */
  readonly state: string;
  /** Process that started it. */
  readonly parent: number;
}

/** /proc/PID/stat: a name may hold blanks and brackets of its own. */
export function processStat(text: string): ProcessStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const [state = "", parent = ""] = text.slice(close + 2).split(" ");
  if (!/^[A-Za-z]$/.test(state)) return undefined;
  return { name: text.slice(open + 1, close), state, parent: Number.parseInt(parent, 10) || 0 };
}

/** A call in which a thread waits, as far as the call itself tells. */
export type CallKind = "read" | "recv" | "send" | "accept" | "connect" | "poll" | "sleep" | "wait" | "lock";

export interface SystemCall {
  readonly kind: CallKind;
  /** Of calls on one descriptor; of select(): the highest that it watches. */
  readonly fd?: number;
  readonly name: string;
}

type Table = Readonly<Record<number, readonly [CallKind, string]>>;

const CALLS: Readonly<Record<string, Table>> = {
  x64: {
    0: ["read", "read"],
    1: ["send", "write"],
    7: ["poll", "poll"],
    19: ["read", "readv"],
    20: ["send", "writev"],
    23: ["poll", "select"],
    34: ["wait", "pause"],
    35: ["sleep", "nanosleep"],
    42: ["connect", "connect"],
    43: ["accept", "accept"],
    44: ["send", "sendto"],
    45: ["recv", "recvfrom"],
    46: ["send", "sendmsg"],
    47: ["recv", "recvmsg"],
    61: ["wait", "wait4"],
    130: ["wait", "rt_sigsuspend"],
    202: ["lock", "futex"],
    230: ["sleep", "clock_nanosleep"],
    232: ["poll", "epoll_wait"],
    247: ["wait", "waitid"],
    270: ["poll", "pselect6"],
    271: ["poll", "ppoll"],
    281: ["poll", "epoll_pwait"],
    288: ["accept", "accept4"],
  },
  arm64: {
    22: ["poll", "epoll_pwait"],
    63: ["read", "read"],
    64: ["send", "write"],
    65: ["read", "readv"],
    66: ["send", "writev"],
    72: ["poll", "pselect6"],
    73: ["poll", "ppoll"],
    95: ["wait", "waitid"],
    98: ["lock", "futex"],
    101: ["sleep", "nanosleep"],
    115: ["sleep", "clock_nanosleep"],
    133: ["wait", "rt_sigsuspend"],
    202: ["accept", "accept"],
    203: ["connect", "connect"],
    206: ["send", "sendto"],
    207: ["recv", "recvfrom"],
    211: ["send", "sendmsg"],
    212: ["recv", "recvmsg"],
    242: ["accept", "accept4"],
    260: ["wait", "wait4"],
  },
};
const ON_ONE_DESCRIPTOR: readonly CallKind[] = ["read", "recv", "send", "accept", "connect"];

/** /proc/PID/syscall; undefined: it computes, or waits in a call that says nothing here. */
export function systemCall(text: string, architecture: string): SystemCall | undefined {
  const [number = "", first = ""] = text.trim().split(" ");
  const known = /^\d+$/.test(number) ? CALLS[architecture]?.[Number(number)] : undefined;
  if (!known) return undefined;
  const [kind, name] = known;
  const argument = Number(first);
  if (ON_ONE_DESCRIPTOR.includes(kind)) return { kind, name, fd: argument };
  // select() is told one more than the highest descriptor that it watches; of none, it is how old programs sleep.
  if (name.includes("select") && argument === 0) return { kind: "sleep", name };
  return name.includes("select") && argument > 0 ? { kind, name, fd: argument - 1 } : { kind, name };
}

export const isComputing = (syscall: string) => syscall.trim() === "running";

/** The kernel's function in which it sleeps: what may be read where the call itself may not. */
export function callByWaitChannel(channel: string): CallKind | undefined {
  return WAIT_CHANNELS.find(([pattern]) => pattern.test(channel))?.[1];
}

const WAIT_CHANNELS: readonly (readonly [RegExp, CallKind])[] = [
  [/accept/, "accept"],
  [/^n_tty_read|^pipe_(read|wait)|^anon_pipe_read|^wait_for_partner/, "read"],
  [/recv|^sk_wait_data|^unix_stream_read|^__skb_wait|^wait_woken/, "recv"],
  [/^sk_stream_wait_memory|sendmsg/, "send"],
  [/poll|select/, "poll"],
  [/nanosleep/, "sleep"],
  [/futex/, "lock"],
  [/^do_wait/, "wait"],
];
