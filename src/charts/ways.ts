/** Ways out of a state, one for each place that it leads to: its transitions share a line. */
import { type Chart, type ChartTransition, transitionLabel } from "./chart.ts";

export interface Way {
  /** Undefined: it stays. */
  readonly to: string | undefined;
  readonly reenters: boolean;
  readonly transitions: readonly ChartTransition[];
}

/** In the order of the definition; `from` undefined: in any state. */
export function waysOf({ transitions }: Chart, from: string | undefined): Way[] {
  const own = transitions.filter((transition) => transition.from === from);
  const groups = Map.groupBy(own, ({ to, reenters }) => JSON.stringify([to, reenters]));
  return [...groups.values()].flatMap((group) =>
    group[0] ? [{ to: group[0].to, reenters: group[0].reenters, transitions: group }] : [],
  );
}

/** Ends where it begins. */
export const stays = ({ to, reenters }: Way) => to === undefined || reenters;

/** Label of a way, in pieces that a row is not broken in. A long way says where it leads: a reader need not follow it. */
export function wayWords(way: Way, isDirect: boolean): string[] {
  const last = way.transitions.length - 1;
  const words = way.transitions.map(
    (transition, index) => `${transitionLabel(transition)}${index < last ? "," : ""}`,
  );
  return isDirect || stays(way) ? words : [...words, `→ ${way.to}`];
}
