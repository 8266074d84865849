/** Call of the system in which a thread waits, from /proc/PID/syscall: whether it can go on by itself. Pure. */
import { systemCall } from "./proc-text.ts";

/** Argument that is the time limit: of these calls by its place; a negative number waits for ever, or, as a pointer, 0 does. */
const LIMIT_OF: Readonly<
  Record<string, { readonly place: number; readonly is: "milliseconds" | "pointer" }>
> = {
  poll: { place: 2, is: "milliseconds" },
  epoll_wait: { place: 3, is: "milliseconds" },
  epoll_pwait: { place: 3, is: "milliseconds" },
  ppoll: { place: 2, is: "pointer" },
  select: { place: 4, is: "pointer" },
  pselect6: { place: 4, is: "pointer" },
  futex: { place: 3, is: "pointer" },
};

/** A limit as long as this is for a peer that is gone: no answer comes of it in time. */
const LONG_MS = 10_000n;

/** Whether this thread is in a call that only others end: bytes that come, a client, a lock, the end of a child. */
export function isOpenEndedWait(text: string, architecture: string): boolean {
  const call = systemCall(text, architecture);
  if (!call || call.kind === "sleep" || call.kind === "connect") return false;
  const limit = LIMIT_OF[call.name];
  if (!limit) return true;
  const [, ...args] = text.trim().split(" ");
  const given = BigInt(args[limit.place] ?? "0x1");
  // A C int in a register: what stands above its 32 bits is no part of it.
  if (limit.is === "pointer") return given === 0n;
  const ms = BigInt.asIntN(32, given);
  return ms < 0n || ms >= LONG_MS;
}
