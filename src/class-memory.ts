/** Conversations of earlier runs by which a class goes on: a daemon that was killed shows each student as before. */

import { parsePeerTerm } from "./ids.ts";
import { storyFromJournal } from "./journaling.ts";
import type { LabDatabase } from "./stores/database.ts";
import type { StoryRow } from "./stores/journal.ts";
import { openJournalReader } from "./stores/journal-reader.ts";
import { STORY_VERSION } from "./stories/entry.ts";
import type { Story } from "./stories/story.ts";
import type { Judged, Verdict } from "./stories/verdict.ts";

export interface Remembered {
  readonly story: Story;
  readonly judged: Judged;
}

export interface MemoryParts {
  readonly database: LabDatabase;
  /** Name of the lab: another one's conversations in the same folder are none of the class's. */
  readonly lab: string;
  readonly labels: readonly string[];
  /** Loads what judging wants. */
  readonly prepare: () => Promise<void>;
  readonly judgedAgain: (story: Story) => Judged;
}

/** Of each label and role the newest that was judged, and those after it that a kill left without a verdict; the oldest first. */
export async function rememberedOf({
  database,
  lab,
  labels,
  prepare,
  judgedAgain,
}: MemoryParts): Promise<Remembered[]> {
  const reader = openJournalReader(database);
  const rows = reader.standing(lab, labels).filter(({ version }) => version === STORY_VERSION);
  // Judging is loaded for those who need it: most starts are ready without.
  const needsJudge = rows.some(({ verdict, cards }) => !verdict || cards);
  if (needsJudge) await prepare();
  const names = needsJudge ? await cardNames() : new Map<string, never>();
  const remember = (row: StoryRow): Remembered[] => {
    const { verdict, cards } = row;
    if (verdict) {
      const known = (cards ?? "").split(" ").flatMap((id) => names.get(id) ?? []);
      const judged = { verdict: verdict as Verdict, cards: known, turn: "nobody" } as const;
      return [{ story: storyFromJournal(row, []), judged }];
    }
    const peer = parsePeerTerm(row.id);
    const whole = peer && reader.read(peer);
    if (whole?.form !== "facts") return [];
    const story = storyFromJournal(whole.story, whole.rows);
    return [{ story, judged: judgedAgain(story) }];
  };
  return rows.flatMap(remember).toSorted((a, b) => a.story.openedAt - b.story.openedAt);
}

async function cardNames() {
  const { diagnoses } = await import("./diagnoses/table.ts");
  return new Map(diagnoses.map(({ id, level, title }) => [String(id), { id, level, title }]));
}
