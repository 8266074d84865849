/** Follower of stories in the form in which they are kept: another process keeps the same, and no entry is made for it. */
import type { CountedRun } from "./message-run.ts";
import type { Held } from "./slots.ts";
import type { Story } from "./story.ts";

export interface SlotFollower {
  /** The first of a story is its opening. */
  onSlot(story: Story, at: number, code: number, held: Held): void;
  /** Messages that were counted, and then written. */
  onRun(story: Story, run: CountedRun): void;
}
