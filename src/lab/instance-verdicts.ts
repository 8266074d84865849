/** Verdicts on the peers of each instance, summed up. */
import { type Verdict, verdicts } from "../stories/verdict.ts";
import type { Lab } from "./lab.ts";
import { isOwnQuestion } from "./selectors.ts";

export interface PeerVerdicts {
  /** Peers by their verdicts; those that are ok are not counted. Live ones, and ended ones that are still known. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
  /** Ids of their cards, each once, those of most peers first. */
  readonly cards: readonly string[];
}

const NOTHING: PeerVerdicts = { verdicts: {}, cards: [] };

/** By the instance's id. */
export function peerVerdicts(lab: Pick<Lab, "stories" | "judged">): (instance: string) => PeerVerdicts {
  const stories = lab.stories().filter((story) => !isOwnQuestion(story));
  const byInstance = Map.groupBy(stories, ({ subject }) => subject.instance);
  return (instance) => {
    const judged = (byInstance.get(instance) ?? []).map((story) => lab.judged(story));
    if (judged.every(({ verdict }) => verdict === "ok")) return NOTHING;
    const byVerdict = Object.groupBy(judged, ({ verdict }) => verdict);
    const counts = verdicts.flatMap((verdict) => {
      const count = byVerdict[verdict]?.length ?? 0;
      return verdict === "ok" || count === 0 ? [] : [[verdict, count] as const];
    });
    const cards = Map.groupBy(
      judged.flatMap((one) => one.cards.map(({ id }) => id)),
      (id) => id,
    );
    const ids = [...cards].sort(([, a], [, b]) => b.length - a.length).map(([id]) => id);
    return { verdicts: Object.fromEntries(counts), cards: ids };
  };
}
