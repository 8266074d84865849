/** Order of what is found in one story: the root of it first, and what only follows from it not at all. */
import type { Diagnosis, Finding } from "./_diagnosis.ts";

/** From the root to the habit: a program at the wrong door says no wrong words there, whatever it says. */
const ranks = [
  "door",
  "dialect",
  "header",
  "record",
  "pieces",
  "words",
  "answers",
  "endings",
  "silence",
  "habits",
] as const;
export type Rank = (typeof ranks)[number];

export interface Found {
  readonly diagnosis: Diagnosis;
  readonly finding: Finding;
}

export const levelOf = ({ diagnosis, finding }: Found) => finding.level ?? diagnosis.level;

/** The first is the root cause. Of one rank, what came first comes first. */
export function inOrder(found: readonly Found[]): Found[] {
  const sorted = found.toSorted((a, b) => rankOf(a) - rankOf(b) || cameAt(a) - cameAt(b));
  const excluded = new Set<Found>();
  for (const one of sorted) {
    if (excluded.has(one)) continue;
    for (const other of sorted) if (excludes(one, other)) excluded.add(other);
  }
  return sorted.filter((one) => !excluded.has(one));
}

const rankOf = ({ diagnosis }: Found) => ranks.indexOf(diagnosis.rank);
const cameAt = ({ finding }: Found) => finding.reads[0]?.at ?? Number.POSITIVE_INFINITY;

function excludes(one: Found, other: Found): boolean {
  if (one === other) return false;
  const { excludes: named = [] } = one.diagnosis;
  if (named === "all" ? rankOf(other) >= rankOf(one) : named.includes(other.diagnosis.id)) return true;
  const isCaused = levelOf(one) === "violation" && rankOf(one) <= ranks.indexOf("answers");
  return isCaused && rankOf(other) > rankOf(one) && other.diagnosis.isConsequence === true;
}
