/** Doings of a server's program instead of answering, in words: seen in /proc, so certain or likely. */
import type { EntryOf } from "../stories/entry.ts";
import type { Finding } from "./_diagnosis.ts";
import { count } from "./_evidence.ts";

export type Program = EntryOf<"program">;

/** `python3 (pid 4711)`. */
export const nameOf = ({ name, pid }: Program) => `${name} (pid ${pid})`;
export const seems = ({ isCertain }: Program, certainly: string, probably: string) =>
  isCertain ? certainly : probably;

/** Behind a colon: what keeps it from accept(). */
export function busyWith(program: Program): string {
  switch (program.doing) {
    case "receiving":
    case "servingAnother":
    case "sending":
      return seems(program, ": it is busy", ": it seems to be busy").concat(" with another connection");
    case "keyboard":
      return ": it waits at its keyboard (standard input)";
    case "sleeping":
      return seems(program, ": it sleeps", ": it seems to sleep");
    case "computing":
      return seems(program, ": it computes", ": it seems to compute");
    case "stopped":
      return ": it is stopped (Ctrl-Z, or a debugger; fg continues it)";
    default:
      return "";
  }
}

/** Programs that are at something else than this connection. */
export function whileElsewhere(program: Program): Pick<Finding, "cause" | "advice"> | undefined {
  const name = nameOf(program);
  const unread =
    program.unreadBytes > 0 ? ` ${count(program.unreadBytes, "byte")} of the client's lie unread.` : "";
  switch (program.doing) {
    case "keyboard":
      return {
        cause: `${name} ${seems(program, "waits", "seems to wait")} at its keyboard (standard input): for input() or scanf(), not for the client.${unread}`,
        advice: [
          "Type what it asks for, or answer without asking: take input() out of the loop that serves clients.",
        ],
      };
    case "servingAnother":
    case "accepting":
      return {
        cause: `${name} is ${program.doing === "accepting" ? "in accept() and waits for another client" : "busy with another connection"}, and does not read from this one.${unread}`,
        advice: ["Serve each client in a thread or with fork(), or watch all sockets with select()."],
      };
    case "stopped":
      return {
        cause: `${name} is stopped (Ctrl-Z, or a debugger).${unread}`,
        advice: ["fg continues it; in gdb: continue."],
      };
    case "computing":
    case "sleeping":
      return {
        cause: `${name} ${atWork(program)}${unread === "" ? ": it has read all that the client sent, and says nothing" : ", and does not read from this connection"}.${unread}`,
        advice: ["Look for a loop without an end, or a sleep(), between recv() and send()."],
      };
    case "polling":
      return unread === "" ? undefined : pollingCause(program, unread);
    default:
      return undefined;
  }
}

const atWork = (program: Program) =>
  program.doing === "computing"
    ? seems(program, "computes", "seems to compute")
    : seems(program, "sleeps", "seems to sleep");

/** Watching descriptors, it may be about to read: which ones they are cannot be seen. */
function pollingCause(program: Program, unread: string): Pick<Finding, "cause" | "advice"> {
  return {
    cause: `${nameOf(program)} ${seems(program, "waits", "seems to wait")} in select(), poll() or epoll_wait().${unread} So it does not watch this connection, or does not read from it.`,
    advice: [
      "Add the socket that accept() returned to the set that is watched, before each select(): select() changes the set.",
    ],
  };
}
