/** A story once more, with other entries. */
import { type Entry, Story } from "../stories/story.ts";
import { type Followed, stateOf } from "./_followed.ts";

/** A story as far as it was followed: where that was not to its end, as one that goes on. */
export function begunOf({ story, stopped, followedEntries }: Followed): Story {
  if (stopped === undefined) return story;
  const goingOn = { ...stateOf(story), endedAt: undefined, fault: undefined, cause: undefined };
  return Story.restored(story.subject, goingOn, story.entries.slice(0, followedEntries));
}

/** Two FINs that crossed: where the machine had left by then, its own comes first when it is played again. */
export function crossing(story: Story, leftAt: number | undefined): Story {
  const { entries } = story;
  const place = entries.findIndex(
    ({ kind, at }, index) => kind === "ended" && entries[index + 1]?.kind === "fin" && (leftAt ?? at) < at,
  );
  const [ended, fin] = entries.slice(place, place + 2);
  if (place < 0 || !ended || !fin) return story;
  const crossed = [
    { ...fin, at: ended.at },
    { ...ended, at: fin.at },
  ];
  return restoredOf(story, entries.toSpliced(place, 2, ...crossed));
}

export const restoredOf = (story: Story, entries: readonly Entry[]): Story =>
  Story.restored(story.subject, stateOf(story), entries);
