/** Entries that say the same, time aside, share one object: ten thousand connections go through the same few transitions. */
import type { Fact, MessageFact } from "./slots.ts";

type Shared = Fact | MessageFact;

/** Names of states and events are a role's own, and few; should one make them up as it goes, the rest is not shared. */
const MAX_FACTS = 4_096;
const facts = new Map<string, Shared>();

export function sharedFact<One extends Shared>(fact: One): One {
  const key = Object.values(fact).join("\n");
  const known = facts.get(key);
  if (known) return known as One;
  if (facts.size < MAX_FACTS) facts.set(key, fact);
  return fact;
}
