/** Recorder → journal: every entry of the stories that somebody wants on disk. */

import type { Journal } from "./stores/journal.ts";
import { describeEntry, shownEntry } from "./stories/entry-text.ts";
import type { Recorder } from "./stories/recorder.ts";
import { wallMs } from "./stories/story.ts";

export function journalStories(
  recorder: Recorder,
  journal: Journal,
  isWanted: (instanceId: string) => boolean,
): void {
  recorder.tap((story, entry) => {
    const { id, instance, role, remote } = story.subject;
    if (!isWanted(instance)) return;
    // What lasts is what anybody may see: no token gets to disk by way of a story.
    const shown = shownEntry(entry, story.subject);
    journal.write({
      at: Math.round(wallMs(story, entry)),
      connection: id,
      role,
      remote: `${remote.address}:${remote.port}`,
      kind: entry.kind,
      detail: describeEntry(entry, story.subject),
      bytes: "bytes" in shown ? shown.bytes : undefined,
    });
  });
}
