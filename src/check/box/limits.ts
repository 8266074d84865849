/** Limits of a program under test: as typed (`cpu=10s,mem=512M`), as they are by default, and what of them the kernel holds by itself. */
import { NetlabError } from "../../errors.ts";
import type { Limits } from "../program.ts";

const MiB = 1024 * 1024;

/**
 * Threads count as processes: a Java program has thirty before its first line, and more on a machine of many cores. What these hold off
 * is a program that goes wrong, not one that is large.
 */
export const DEFAULT_LIMITS: Limits = {
  cpuMs: 10_000,
  memoryBytes: 512 * MiB,
  processes: 256,
  timeMs: 120_000,
  files: 256,
  outputBytes: 64 * 1024,
  diskBytes: 16 * MiB,
};

interface Kind {
  readonly key: keyof Limits;
  readonly is: "time" | "size" | "count";
}

const KINDS: Readonly<Record<string, Kind>> = {
  cpu: { key: "cpuMs", is: "time" },
  mem: { key: "memoryBytes", is: "size" },
  procs: { key: "processes", is: "count" },
  time: { key: "timeMs", is: "time" },
  files: { key: "files", is: "count" },
  out: { key: "outputBytes", is: "size" },
  disk: { key: "diskBytes", is: "size" },
};

const UNITS: Readonly<Record<Kind["is"], Readonly<Record<string, number>>>> = {
  time: { ms: 1, s: 1000, m: 60_000, "": 1000 },
  size: { "": 1, k: 1024, m: MiB, g: 1024 * MiB },
  count: { "": 1 },
};

/** `cpu=10s,mem=512M,procs=64`: those that are named, the others as they are in `from`. */
export function parseLimits(text: string, from: Limits = DEFAULT_LIMITS): Limits {
  const limits = { ...from };
  for (const part of text.split(",").filter((piece) => piece.trim() !== "")) {
    const [name = "", value = ""] = part.split("=").map((piece) => piece.trim());
    const kind = KINDS[name];
    if (!kind) throw new NetlabError("usage/unknown-limit", { name, known: Object.keys(KINDS) });
    const amount = amountOf(value, UNITS[kind.is]);
    if (amount === undefined)
      throw new NetlabError("usage/bad-limit", { name, value, example: EXAMPLES[kind.is] });
    limits[kind.key] = amount;
  }
  return limits;
}

const EXAMPLES = { time: "10s", size: "512M", count: "64" } as const;

function amountOf(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = units[unit.toLowerCase()] ?? units[unit.toLowerCase().replace(/b$/, "")];
  const amount = Math.round(Number(number) * (factor ?? Number.NaN));
  return number !== "" && amount > 0 ? amount : undefined;
}

/**
 * Command that starts another one with the limits that the kernel holds, as words before it. Memory is watched and never limited as an
 * address space: threads and virtual machines reserve far more than they use.
 */
export function limitedCommand(
  { cpuMs, processes, files, diskBytes }: Limits,
  hasOwnUser: boolean,
): string[] {
  const cpu = Math.ceil(cpuMs / 1000);
  // Elsewhere than on Linux there is no prlimit; the watcher holds what it can.
  if (process.platform !== "linux") return [];
  const own = [`--cpu=${cpu}:${cpu + 1}`, `--fsize=${diskBytes}`, `--nofile=${files}`, "--core=0"];
  // The number of processes counts by user: among the other programs of a person it would count those too.
  return ["prlimit", ...own, ...(hasOwnUser ? [`--nproc=${processes}`] : []), "--"];
}
