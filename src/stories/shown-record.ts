/** A story's record as anybody may see it: tokens are fillers of their own length, told as spans, and the words themselves are not in it. */
import { contextOf } from "./editions.ts";
import { type ShownEntry, shownCause, shownEntry, type Visibility } from "./entry-text.ts";
import type { Entry, Story } from "./story.ts";
import { entryRecord, type StoryRecord, toRecord } from "./story-record.ts";

export function toShownRecord(story: Story, visibility: Visibility): StoryRecord {
  const record = toRecord(story);
  if (visibility.showTokens) return record;
  const { redactor } = contextOf(story);
  return {
    ...record,
    secrets: [],
    cause: story.cause && redactor ? shownCause(story.cause, (words) => redactor.text(words)) : record.cause,
    entries: story.entries.map((entry) => shownEntryRecord(story, entry, visibility)),
  };
}

/** An entry of it, with `hidden` where bytes are fillers. */
export const shownEntryRecord = (story: Story, entry: Entry, visibility: Visibility): unknown =>
  entryRecord(withoutAnswer(shownEntry(entry, contextOf(story), visibility), visibility));

/** The world's answers are for a replay alone: they may hold a secret in any of their fields. */
function withoutAnswer(entry: ShownEntry, { showTokens }: Visibility): ShownEntry {
  if (showTokens || entry.kind !== "transition" || !entry.answer) return entry;
  const { answer, ...rest } = entry;
  return rest;
}
