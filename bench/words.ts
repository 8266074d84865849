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
