/** The program at the other end of a connection of this machine, as a fact of its story: name and number, never arguments. */

/** Activity of a program as of now. */
export type Doing =
  | "receiving"
  /** Reads, but from another connection than this. */
  | "servingAnother"
  | "sending"
  | "accepting"
  | "keyboard"
  | "polling"
  | "sleeping"
  | "computing"
  | "stopped"
  | "ended"
  | "otherwise";

export interface ProgramSample {
  readonly name: string;
  readonly pid: number;
  readonly doing: Doing;
  /** From the system call itself; otherwise concluded from where the kernel lets it sleep. */
  readonly isCertain: boolean;
  /** The kernel took the connection; the program has not called accept() for it. */
  readonly isAccepted: boolean;
  /** Bytes of ours that lie unread in its socket. */
  readonly unreadBytes: number;
}
