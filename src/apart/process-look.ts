/** Looks at a process, as the system tells of it: its memory, and what it had of the processors. */
import { openSync, readFileSync, readSync } from "node:fs";

const PAGE_BYTES = 4_096;

/** Memory of a process; 0 where the system does not tell it of another. */
export function residentBytes(pid: number | undefined): number {
  try {
    const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ");
    return Number(pages) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

export interface ProcessorShare {
  readonly ranMs: number;
  /** Ready to run, with no processor free. */
  readonly waitedMs: number;
}

/** Of a process's main thread; undefined where the system does not tell. */
export function processorShare(pid: number | undefined): ProcessorShare | undefined {
  try {
    const [ran = "", waited = ""] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "latin1").split(" ");
    return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 };
  } catch {
    return undefined;
  }
}

/** Reader of the time for which this process's main thread was ready to run and had no processor: of a file that stays open, for it is asked ten times a second. */
export function ownWaiting(): () => number {
  const text = Buffer.alloc(64);
  try {
    const file = openSync(`/proc/${process.pid}/task/${process.pid}/schedstat`, "r");
    return () => {
      const size = readSync(file, text, 0, text.length, 0);
      const [, waited = ""] = text.toString("latin1", 0, size).split(" ");
      return Number(waited) / 1e6;
    };
  } catch {
    return () => 0;
  }
}
