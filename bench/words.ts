/** Figures as people read them. */
import type { Result } from "./ask.ts";
import type { Question } from "./question.ts";

export function figure(value: number, { unit }: Pick<Question, "unit">): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}

export function ratioOf({ ratio, spread }: Result): string {
  if (ratio === undefined) return "-";
  return `${ratio.toFixed(2)} (${spread.map((one) => one.toFixed(2)).join(" - ")})`;
}

export const othersOf = ({ others, floors, question }: Result): string[] =>
  [...others, ...floors.map((one) => ({ ...one, name: `floor, ${one.name}` }))].map(
    (one) => `${one.name}: ${one.skipped ?? figure(one.median, question)}`,
  );

export function goalOf({ better, goal, unit }: Result["question"]): string {
  if (!goal) return "-";
  const limit = goal.is === "ratio" ? `${goal.limit}` : `${goal.limit} ${unit}`;
  return `${better === "more" ? "≥" : "≤"} ${goal.is === "more" ? "+" : ""}${limit}`;
}

export function metOf({ isMet }: Result): string {
  if (isMet === undefined) return "-";
  return isMet ? "yes" : "NO";
}

export function asMarkdown(results: readonly Result[]): string {
  const rows = results.map((result) =>
    [
      result.question.what,
      figure(result.ours.median, result.question),
      othersOf(result).join("; "),
      ratioOf(result),
      goalOf(result.question),
      metOf(result),
    ].join(" | "),
  );
  const head = "what | netlabd | the other | ratio (lowest - highest) | goal | met";
  return [`| ${head} |`, "|---|---|---|---|---|---|", ...rows.map((row) => `| ${row} |`)].join("\n");
}
