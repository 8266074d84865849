/** How far a conversation got: the rules of a role in the order in which a client meets them, and the furthest that was kept. */
import type { Role } from "../machines/_role.ts";
import type { Story } from "../stories/story.ts";

/** Rules of the states in which a role waits for its peer, in their order, each once. */
export const rulesOf = (role: Role): string[] => [
  ...new Set(Object.values(role.phases).map(({ rule }) => rule)),
];

/**
 * The furthest rule that this conversation kept. The last one that it reached is kept where nothing went wrong (`isOnItsWay`); where
 * something did, those before it are.
 */
export function keptRule(
  { lastRule, cause }: Pick<Story, "lastRule" | "cause">,
  rules: readonly string[],
  isOnItsWay: boolean,
): string | undefined {
  const reached = rules.indexOf(lastRule ?? "");
  if (isOnItsWay) return rules[reached];
  const broken = cause?.rule === undefined ? reached : rules.indexOf(cause.rule);
  return rules[(broken < 0 ? reached : broken) - 1];
}

/** The one that comes later in the conversation. */
export function further(
  a: string | undefined,
  b: string | undefined,
  rules: readonly string[],
): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return rules.indexOf(b) > rules.indexOf(a) ? b : a;
}
