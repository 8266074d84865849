/** How far a conversation got: the rules of a role in the order in which a client meets them, and the furthest that was kept. */
import type { Role } from "../machines/_role.ts";
import type { Story } from "../stories/story.ts";

/** Rules of a role's phases, in their order, each once. */
export const rulesOf = (role: Role): string[] => [
  ...new Set(Object.values(role.phases).map(({ rule }) => rule)),
];

/** The furthest rule that this conversation kept; undefined: none yet. A refused message keeps nothing. */
export function furthestRule(story: Story, rules: readonly string[]): string | undefined {
  const { lastRule, cause } = story;
  if (lastRule === undefined || (story.fault !== undefined && cause?.rule === lastRule)) return undefined;
  return rules.includes(lastRule) ? lastRule : undefined;
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
