/** Recorder → journal: every entry of the stories that somebody wants on disk. */

import type { Journal } from "./stores/journal.ts";
import { describeEntry, shownEntry } from "./stories/entry-text.ts";
import type { Recorder } from "./stories/recorder.ts";
import { type Entry, type Story, wallMs } from "./stories/story.ts";

export interface StoryJournalParts {
  readonly recorder: Recorder;
  readonly open: () => Journal;
  /** By the instance's id. */
  readonly isWanted: (instance: string) => boolean;
}

export class StoryJournal {
  readonly #parts: StoryJournalParts;
  #journal: Journal | undefined;

  constructor(parts: StoryJournalParts) {
    this.#parts = parts;
  }

  /** A tap on every entry costs something: only from when somebody wants it. */
  start(): void {
    if (this.#journal) return;
    const journal = this.#parts.open();
    this.#journal = journal;
    this.#parts.recorder.tap((story, entry) => {
      if (this.#parts.isWanted(story.subject.instance)) write(journal, story, entry);
    });
  }
}

function write(journal: Journal, story: Story, entry: Entry): void {
  const { subject } = story;
  const { id, role, remote } = subject;
  // What lasts is what anybody may see: no token gets to disk by way of a story.
  const shown = shownEntry(entry, subject);
  journal.write({
    at: Math.round(wallMs(story, entry)),
    connection: id,
    role,
    remote: `${remote.address}:${remote.port}`,
    kind: entry.kind,
    detail: describeEntry(entry, subject),
    bytes: "bytes" in shown ? shown.bytes : undefined,
  });
}
