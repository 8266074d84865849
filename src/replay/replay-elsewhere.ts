/** A replay in another process: what goes there, what is done there, and what is made of the answer. */
import { deserialize, serialize } from "node:v8";
import type { CommonOptions } from "../actors/service.ts";
import type { Role } from "../machines/_role.ts";
import { entryRecord, fromRecord, type StoryRecord, toRecord } from "../stories/story-record.ts";
import type { PlayedStory, StoryToPlay } from "../stories/story-to-play.ts";
import { portable } from "./_own-data.ts";
import { playable, type Replayed, type ReplayRequest, replay } from "./replay.ts";

export function storyToPlay(
  { story }: Pick<ReplayRequest, "story">,
  given: Readonly<Record<string, unknown>>,
  moment: number | undefined,
): StoryToPlay {
  const { entries, cutShort } = playable(story);
  const record: StoryRecord = { ...toRecord(story), entries: entries.map(entryRecord) };
  return {
    id: story.subject.id,
    record: JSON.stringify(record),
    isWhole: cutShort === undefined,
    given,
    moment,
  };
}

/** In the other process. `onEntry` hears that it goes on. */
export async function playStory(
  { record, isWhole, moment }: StoryToPlay,
  role: { readonly role: Role; readonly options: unknown; readonly common: CommonOptions },
  onEntry: () => void,
): Promise<PlayedStory> {
  const { story } = fromRecord(JSON.parse(record) as StoryRecord);
  const replayed = await replay({ ...role, story }, { isWhole, onEntry });
  const { same, given, difference } = replayed;
  const seen = moment === undefined ? undefined : replayed.momentAt(moment);
  return {
    same,
    given,
    difference: difference && { number: difference.number, played: difference.played },
    moment: seen && { ...seen, context: serialize(portable(seen.context)) },
  };
}

/** Knows the one moment that was asked for. */
export function replayedElsewhere({ story }: Pick<ReplayRequest, "story">, played: PlayedStory): Replayed {
  const { same, given, difference, moment } = played;
  const { entries, cutShort } = playable(story);
  return {
    same,
    given,
    total: story.length,
    difference: difference && { ...difference, recorded: entries[difference.number - 1] },
    cutShort,
    momentAt: () =>
      moment && {
        ...moment,
        context: deserialize(moment.context) as Record<string, unknown>,
        unread: Buffer.from(moment.unread),
      },
  };
}
