/** A peer's program as a story keeps it: what /proc showed of it in a silence. Never its arguments. */
import { printable } from "../printable.ts";

export interface ProgramFacts {
  readonly name: string;
  readonly pid: number;
  readonly doing: keyof typeof DOING;
  /** From the system call itself; otherwise concluded from where the kernel lets it sleep. */
  readonly isCertain: boolean;
  /** False: the kernel took the connection, and the program has not called accept() for it. */
  readonly isAccepted: boolean;
  /** Bytes of ours that lie unread in its socket. */
  readonly unreadBytes: number;
}

const DOING = {
  receiving: "waits in recv() on this connection",
  servingAnother: "reads from another connection",
  sending: "is in send()",
  accepting: "waits in accept()",
  keyboard: "waits at the keyboard",
  polling: "waits in select() or poll()",
  sleeping: "sleeps",
  computing: "computes",
  stopped: "is stopped (Ctrl-Z or a debugger)",
  ended: "has ended",
  otherwise: "does something else",
} as const;

/** `python3 (4711) waits in recv() on this connection; 3 bytes of ours lie unread`. */
export function programText(program: ProgramFacts): string {
  const { name, pid, doing, isCertain, isAccepted, unreadBytes } = program;
  const bytes = unreadBytes === 1 ? "byte" : "bytes";
  const unread = unreadBytes > 0 ? `; ${unreadBytes} ${bytes} of ours lie unread` : "";
  const accepted = isAccepted ? "" : "; it has not called accept() for this connection";
  return `${printable(name)} (${pid}) ${isCertain ? "" : "probably "}${DOING[doing]}${accepted}${unread}`;
}
