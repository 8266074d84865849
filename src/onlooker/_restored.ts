/** A story once more, with other entries. */
import { type Entry, Story } from "../stories/story.ts";
import { stateOf } from "./_followed.ts";

/** The beginning of a story, as one that goes on. */
export function begunOf(story: Story, entries: number): Story {
  const goingOn = { ...stateOf(story), endedAt: undefined, fault: undefined, cause: undefined };
  return Story.restored(story.subject, goingOn, story.entries.slice(0, entries));
}

export const restoredOf = (story: Story, entries: readonly Entry[]): Story =>
  Story.restored(story.subject, stateOf(story), entries);
