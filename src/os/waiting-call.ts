/** Call of the system in which a thread waits, from /proc/PID/syscall: whether it can go on by itself, and when. Pure. */
import { systemCall } from "./proc-text.ts";

type Limit =
  | { readonly place: number; readonly is: "milliseconds" }
  /** Of a struct timespec, or an old timeval; a pointer of 0 waits for ever. */
  | { readonly place: number; readonly is: "timespec" | "timeval" };

/** Argument that is the time limit, of these calls. */
const LIMIT_OF: Readonly<Record<string, Limit>> = {
  poll: { place: 2, is: "milliseconds" },
  epoll_wait: { place: 3, is: "milliseconds" },
  epoll_pwait: { place: 3, is: "milliseconds" },
  ppoll: { place: 2, is: "timespec" },
  select: { place: 4, is: "timeval" },
  pselect6: { place: 4, is: "timespec" },
  futex: { place: 3, is: "timespec" },
  nanosleep: { place: 0, is: "timespec" },
  clock_nanosleep: { place: 2, is: "timespec" },
};

/** Flags of the kernel's. */
const TIMER_ABSTIME = 1n;
const CLOCK_REALTIME = 0n;
const FUTEX_COMMAND = 0x7fn;
const FUTEX_WAIT_BITSET = 9n;
const FUTEX_CLOCK_REALTIME = 0x100n;

/** Time limit of a wait. */
export type WaitLimit =
  | "none"
  | { readonly ms: number }
  /** Stands in the program's memory: 16 bytes, of which the second eight count nanoseconds, or microseconds. */
  | {
      readonly address: bigint;
      readonly is: "timespec" | "timeval";
      /** A time of this clock, and not a span. */
      readonly until: "monotonic" | "realtime" | undefined;
    };

/** Undefined: it computes, or is in a call that says nothing here. */
export function limitOfWait(text: string, architecture: string): WaitLimit | undefined {
  const call = systemCall(text, architecture);
  if (!call || call.kind === "connect") return undefined;
  const limit = LIMIT_OF[call.name];
  if (!limit) return call.kind === "sleep" ? undefined : "none";
  const args = argumentsOf(text);
  const given = args[limit.place] ?? 1n;
  if (limit.is === "milliseconds") {
    // A C int in a register: what stands above its 32 bits is no part of it.
    const ms = Number(BigInt.asIntN(32, given));
    return ms < 0 ? "none" : { ms };
  }
  return given === 0n ? "none" : { address: given, is: limit.is, until: clockOf(call.name, args) };
}

function clockOf(name: string, [first = 0n, second = 0n]: readonly bigint[]) {
  if (name === "clock_nanosleep" && (second & TIMER_ABSTIME) !== 0n)
    return first === CLOCK_REALTIME ? "realtime" : "monotonic";
  if (name === "futex" && (second & FUTEX_COMMAND) === FUTEX_WAIT_BITSET)
    return (second & FUTEX_CLOCK_REALTIME) === 0n ? "monotonic" : "realtime";
  return undefined;
}

export function argumentsOf(text: string): bigint[] {
  const [, ...args] = text.trim().split(" ");
  return args.map((arg) => (/^0x[\da-f]+$/.test(arg) ? BigInt(arg) : 0n));
}

/** Descriptors that a wait for any of several watches: where their list stands in the program's memory, or which epoll has it. */
export type Watched =
  | { readonly is: "pollfds"; readonly address: bigint; readonly count: number }
  | { readonly is: "sets"; readonly addresses: readonly bigint[]; readonly count: number }
  | { readonly is: "epoll"; readonly fd: number };

export function watchedBy(text: string, architecture: string): Watched | undefined {
  const name = systemCall(text, architecture)?.name;
  const [first = 0n, second = 0n, third = 0n, fourth = 0n] = argumentsOf(text);
  if (name === "poll" || name === "ppoll") return { is: "pollfds", address: first, count: Number(second) };
  if (name === "select" || name === "pselect6")
    return { is: "sets", addresses: [second, third, fourth].filter(Boolean), count: Number(first) };
  return name === "epoll_wait" || name === "epoll_pwait" ? { is: "epoll", fd: Number(first) } : undefined;
}
