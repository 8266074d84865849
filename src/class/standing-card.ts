/** Card of a student with a role, as it stands from one conversation to the next. */
import type { Story } from "../stories/story.ts";
import type { Judged, Verdict } from "../stories/verdict.ts";
import type { StudentCard } from "./student-row.ts";

/** With these a conversation went well. */
export const FINE: readonly Verdict[] = ["ok", "note"];
/** With these nothing has gone wrong so far. */
export const ON_ITS_WAY: readonly Verdict[] = [...FINE, "waiting", "stuck"];

export interface KeptCard extends StudentCard {
  readonly at: number;
  /** Place among the role's rules from which on a conversation without it has come past it. */
  readonly past: number;
}

/**
 * The card that stands after this conversation: its own where it went wrong, or was given up on its way. Without one, that of before stays
 * until a conversation has come as far: a start that is broken off proves nothing.
 */
export function cardAfter(
  before: KeptCard | undefined,
  { subject: { id: connection }, openedAt, lastRule }: Story,
  { verdict, cards, wasGivenUp = false }: Judged,
  { rules, isThrough }: { readonly rules: readonly string[]; readonly isThrough: boolean },
): KeptCard | undefined {
  const [card] = cards;
  const reached = rules.indexOf(lastRule ?? "");
  const wentWrong = !FINE.includes(verdict) || (wasGivenUp && !isThrough);
  if (wentWrong && card) {
    // Past the place where it hung: it had got that far.
    const past = FINE.includes(verdict) ? reached + 1 : reached;
    return { id: card.id, likely: card.title, connection, at: openedAt, past };
  }
  return before && reached < before.past ? before : undefined;
}

export function newestCard(
  standings: Iterable<{ readonly card: KeptCard | undefined }>,
): StudentCard | undefined {
  let newest: KeptCard | undefined;
  for (const { card } of standings) if (card && card.at >= (newest?.at ?? 0)) newest = card;
  return newest;
}
