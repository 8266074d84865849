/** A student's live conversations at a glance: what is still of them, and who needs help. */
import type { Story } from "../stories/story.ts";
import type { Judged } from "../stories/verdict.ts";
import { FINE, ON_ITS_WAY } from "./standing-card.ts";
import type { StudentCard } from "./student-row.ts";

/** A conversation that moves is not looked at closely: only what is still may be waiting or stuck. */
const STILL_US = 2_000_000;

/** Live conversations that are still: the longest wait, the one that needs help most, the last card, and those in which something went wrong. */
export function lookAtLive(live: ReadonlySet<Story>, judged: (story: Story) => Judged) {
  let waitingMs: number | undefined;
  let stuckMs: number | undefined;
  let needy: Story | undefined;
  let card: StudentCard | undefined;
  const wrong = new Set<Story>();
  for (const story of live) {
    const stillUs = story.now() - story.movedAt;
    if (stillUs < STILL_US) continue;
    const { verdict, cards } = judged(story);
    if (!ON_ITS_WAY.includes(verdict)) wrong.add(story);
    const stillMs = Math.round(stillUs / 1_000);
    if (verdict === "waiting" && stillMs > (waitingMs ?? -1)) {
      waitingMs = stillMs;
      if (stuckMs === undefined) needy = story;
    }
    if (verdict === "stuck" && stillMs > (stuckMs ?? -1)) {
      stuckMs = stillMs;
      needy = story;
    }
    const [first] = FINE.includes(verdict) ? [] : cards;
    if (first) card = { id: first.id, likely: first.title, connection: story.subject.id };
  }
  return { waitingMs, stuckMs, needy, card, wrong };
}
