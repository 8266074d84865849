/** One question: its contestants side by side, measured in turn, so that what disturbs one run disturbs its neighbour too. */
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type OtherWork, otherWorkNow } from "./peace.ts";
import type { Contestant, Question, Running } from "./question.ts";

export interface Figures {
  readonly name: string;
  readonly figures: readonly number[];
  readonly median: number;
  /** Why there are none. */
  readonly skipped?: string;
}

export interface Result {
  readonly question: Omit<Question, "ours" | "others" | "floors">;
  readonly ours: Figures;
  readonly others: readonly Figures[];
  readonly floors: readonly Figures[];
  /** Ours to the best of the others; undefined where none was there. */
  readonly ratio: number | undefined;
  /** The lowest and the highest ratio of single runs. */
  readonly spread: readonly number[];
  /** Undefined where there is no goal, or nobody to hold ours against. */
  readonly isMet: boolean | undefined;
  readonly otherWork: OtherWork;
}

export async function ask(question: Question, runs: number): Promise<Result> {
  const { ours, others, floors = [], ...asked } = question;
  const contestants = [ours, ...others, ...floors].filter(isPresent);
  const otherWork: number[] = [];
  const measured = await measureInTurn(
    contestants,
    { runs: Math.min(runs, question.runs ?? runs), isWarmed: question.runs === undefined },
    async () => otherWork.push(await otherWorkNow()),
  );
  const figures = (one: Contestant) =>
    isPresent(one)
      ? figuresOf(one.name, measured[contestants.indexOf(one)] ?? [])
      : { name: one.name, figures: [], median: Number.NaN, skipped: `no ${one.needs} here` };
  return {
    ...compared(asked, figures(ours), others.map(figures)),
    floors: floors.map(figures),
    otherWork,
  };
}

const isPresent = ({ needs }: Contestant) => needs === undefined || isOnPath(needs);

function compared(
  question: Result["question"],
  ours: Figures,
  others: Figures[],
): Omit<Result, "floors" | "otherWork"> {
  const { better, goal } = question;
  const sign = better === "more" ? -1 : 1;
  const best = others
    .filter(({ skipped }) => skipped === undefined)
    .sort((a, b) => sign * (a.median - b.median))[0];
  const ratio = best && ours.median / best.median;
  const value = valueFor(goal, ours.median, best?.median);
  const ratios = best ? ours.figures.map((one, run) => one / (best.figures[run] ?? Number.NaN)) : [];
  return {
    question,
    ours,
    others,
    ratio,
    spread: ratios.length > 0 ? [Math.min(...ratios), Math.max(...ratios)] : [],
    isMet: goal && value !== undefined ? isWithin(value, goal.limit, better) : undefined,
  };
}

/** Figure that a goal is for; undefined where the other is not there. */
function valueFor(goal: Question["goal"], ours: number, other: number | undefined): number | undefined {
  if (goal?.is === "figure") return ours;
  if (other === undefined) return undefined;
  return goal?.is === "more" ? ours - other : ours / other;
}

const isWithin = (value: number, limit: number, better: Question["better"]) =>
  better === "more" ? value >= limit : value <= limit;

/** A run of each to warm up where wanted, then `runs` rounds, each the other way round than the one before. */
async function measureInTurn(
  contestants: readonly Contestant[],
  { runs, isWarmed }: { readonly runs: number; readonly isWarmed: boolean },
  look: () => Promise<unknown>,
): Promise<number[][]> {
  const running: Running[] = [];
  try {
    for (const contestant of contestants) running.push(await contestant.start());
    const figures: number[][] = running.map(() => []);
    if (isWarmed) for (const one of running) await one.measure();
    for (let run = 0; run < runs; run += 1) {
      const order = [...running.keys()];
      for (const index of run % 2 === 0 ? order : order.reverse()) {
        await look();
        figures[index]?.push((await running[index]?.measure()) ?? Number.NaN);
      }
    }
    return figures;
  } finally {
    for (const one of running) await one.stop();
  }
}

const figuresOf = (name: string, figures: readonly number[]): Figures => ({
  name,
  figures,
  median: figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? Number.NaN,
});

function isOnPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
