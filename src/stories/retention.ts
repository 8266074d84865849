/** Keeping of stories, by the policy of their recorder. */
import type { Entry } from "./entry.ts";
import type { SlotFollower } from "./slot-follower.ts";
import type { Story } from "./story.ts";

/** Policy of what is kept of a story, and for how long. */
export interface Retention {
  /** Every entry, however many: for a run that is graded or captured. */
  readonly keepsAll: boolean;
  /** So many bytes of each entry. */
  readonly bytesPerEntry: number;
  /** Listeners follow entries as they happen. */
  readonly isTapped: boolean;
  readonly follower?: SlotFollower | undefined;
  /** Microseconds by a clock that never goes back. */
  monotonic(): number;
  /** Part of these bytes, as long as an entry may be. */
  clip(bytes: Buffer): Buffer;
  /** A listener follows this story: only then is an entry made as it happens. */
  hears(story: Story): boolean;
  onEntry(story: Story, entry: Entry): void;
  charge(costBytes: number): void;
}

/** Of a story that is over and done with. */
export const PAST: Retention = {
  keepsAll: true,
  bytesPerEntry: Number.POSITIVE_INFINITY,
  isTapped: false,
  monotonic: () => 0,
  clip: (bytes) => bytes,
  hears: () => false,
  onEntry: () => undefined,
  charge: () => undefined,
};
