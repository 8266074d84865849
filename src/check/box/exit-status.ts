/** How a program ended, from what the steps around it - a shell, a box, a terminal - make of it. */
import type { Exit, Limits } from "../program.ts";

/** A shell, a box and a terminal tell a signal as 128 and its number. */
const SIGNALS: Readonly<Record<number, string>> = {
  129: "SIGHUP",
  130: "SIGINT",
  132: "SIGILL",
  134: "SIGABRT",
  135: "SIGBUS",
  136: "SIGFPE",
  137: "SIGKILL",
  139: "SIGSEGV",
  141: "SIGPIPE",
  143: "SIGTERM",
  152: "SIGXCPU",
  153: "SIGXFSZ",
};

export function exitOf(code: number | null, signal: NodeJS.Signals | null): Pick<Exit, "code" | "signal"> {
  if (signal !== null) return { code: undefined, signal };
  const told = SIGNALS[code ?? 0];
  return told === undefined
    ? { code: code ?? undefined, signal: undefined }
    : { code: undefined, signal: told };
}

/** Limits that the kernel holds end a program by a signal of their own. */
export function limitOf(code: number | null, signal: NodeJS.Signals | null): keyof Limits | undefined {
  switch (exitOf(code, signal).signal) {
    case "SIGXCPU":
      return "cpuMs";
    case "SIGXFSZ":
      return "diskBytes";
    default:
      return undefined;
  }
}
