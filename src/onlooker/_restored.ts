/** A story once more, with other entries. */
import { type Entry, Story } from "../stories/story.ts";
import { type Followed, stateOf } from "./_followed.ts";

/** A story as far as it was followed: where that was not to its end, as one that goes on. */
export function begunOf({ story, stopped, followedEntries }: Followed): Story {
  if (stopped === undefined) return story;
  const goingOn = { ...stateOf(story), endedAt: undefined, fault: undefined, cause: undefined };
  return Story.restored(story.subject, goingOn, story.entries.slice(0, followedEntries));
}

export const restoredOf = (story: Story, entries: readonly Entry[]): Story =>
  Story.restored(story.subject, stateOf(story), entries);
