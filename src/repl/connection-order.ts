/** Order of connections for an instructor of many: those that are stuck come first, and refusals of one kind are one line. */
import type { Lab } from "../lab/lab.ts";
import { causeText } from "../stories/cause-text.ts";
import type { Story } from "../stories/story.ts";
import { byVerdict, type Judged, type Verdict } from "../stories/verdict.ts";

/** A connection with what is thought of it. */
export interface Looked {
  readonly story: Story;
  readonly judged: Judged;
  /** How long nothing has moved; 0: it is over. */
  readonly stillMs: number;
}

export function lookAt(lab: Pick<Lab, "judged" | "liveView">, story: Story): Looked {
  const stillMs = lab.liveView(story.subject.id)?.stillMs ?? 0;
  return { story, judged: lab.judged(story), stillMs };
}

const isLive = ({ story }: Looked) => story.endedAt === undefined;

/** From who is stuck now to what is summed up. */
const places = ["stuck", "liveTrouble", "endedTrouble", "refused", "live", "rest"] as const;
type Place = (typeof places)[number];

function placeOf(one: Looked): Place {
  const { verdict } = one.judged;
  // Refused ones may still be on their way out.
  if (verdict === "refused") return "refused";
  if (isLive(one)) {
    if (verdict === "stuck" || verdict === "waiting") return "stuck";
    return isTrouble(verdict) ? "liveTrouble" : "live";
  }
  return isTrouble(verdict) ? "endedTrouble" : "rest";
}

export const isTrouble = (verdict: Verdict) => verdict !== "ok" && verdict !== "note";

/** Live ones that are stuck or waiting, the longest first; live trouble; ended trouble, the newest first; then the rest. */
export function inOrder(all: readonly Looked[]): Looked[] {
  return all.toSorted(
    (a, b) => places.indexOf(placeOf(a)) - places.indexOf(placeOf(b)) || within(placeOf(a), a, b),
  );
}

function within(place: Place, a: Looked, b: Looked): number {
  const newestFirst = b.story.openedAt - a.story.openedAt;
  switch (place) {
    case "stuck":
      return b.stillMs - a.stillMs || -newestFirst;
    case "live":
      return -newestFirst;
    case "liveTrouble":
    case "endedTrouble":
      return byVerdict(a.judged.verdict, b.judged.verdict) || newestFirst;
    default:
      return newestFirst;
  }
}

export interface Folded {
  /** Of refusals of one kind and address, the first. */
  readonly rows: readonly Looked[];
  readonly folds: readonly { readonly count: number; readonly address: string; readonly why: string }[];
}

/** Refusals of one kind from one address are one row and a count. */
export function folded(all: readonly Looked[]): Folded {
  const rows: Looked[] = [];
  const folds = new Map<string, { count: number; address: string; why: string }>();
  for (const one of all) {
    const { cause, subject } = one.story;
    if (placeOf(one) !== "refused" || cause === undefined) {
      rows.push(one);
      continue;
    }
    const { address } = subject.remote;
    const why = causeText(cause);
    const key = `${subject.instance} ${address} ${why}`;
    const fold = folds.get(key);
    if (fold) fold.count += 1;
    else {
      folds.set(key, { count: 0, address, why });
      rows.push(one);
    }
  }
  return { rows, folds: [...folds.values()].filter(({ count }) => count > 0) };
}
