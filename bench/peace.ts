/** Other work on the machine, looked for while no run is under way: a figure that was made beside it is worth less. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Ticks of all processors together since the system started. */
export interface Ticks {
  readonly busy: number;
  readonly all: number;
}

const LOOK_MS = 100;
/** Below this it is the system's own. */
const QUIET = 0.1;

/** First line of /proc/stat: user nice system idle iowait irq softirq steal. */
export function ticksOf(stat: string): Ticks {
  const ticks = (/^cpu +(.*)/.exec(stat)?.[1] ?? "").split(" ").slice(0, 8).map(Number);
  const all = ticks.reduce((sum, one) => sum + one, 0);
  return { all, busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0) };
}

/** Share of the processors that was busy between two looks: 0 to 1. */
export const busyShare = (before: Ticks, after: Ticks) =>
  after.all > before.all ? (after.busy - before.busy) / (after.all - before.all) : 0;

/** Shares of the processors that others had, a look each. */
export type OtherWork = readonly number[];

const ticksNow = () => ticksOf(readFileSync("/proc/stat", "utf8"));

/** Our own servers do nothing meanwhile. */
export async function otherWorkNow(): Promise<number> {
  const before = ticksNow();
  await delay(LOOK_MS);
  return busyShare(before, ticksNow());
}

const highestOf = (work: OtherWork) => Math.max(0, ...work);
const medianOf = (work: OtherWork) => work.toSorted((a, b) => a - b)[work.length >> 1] ?? 0;
const percent = (share: number) => `${Math.round(share * 100)} %`;

export const isQuiet = (work: OtherWork) => highestOf(work) < QUIET;

/** A sentence for who reads the figures. */
export function peaceText(work: OtherWork): string {
  if (isQuiet(work)) return "the machine was quiet between the runs";
  return `other work had ${percent(medianOf(work))} of the processors between the runs, up to ${percent(highestOf(work))}: run it again on a quiet machine`;
}
