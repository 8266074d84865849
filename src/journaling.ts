/** Recorder → journal: every entry of the stories that somebody wants on disk. */
import type { Recorder } from "./actors/recorder.ts";
import { describeEntry } from "./actors/story-text.ts";
import type { Journal } from "./stores/journal.ts";

export function journalStories(
  recorder: Recorder,
  journal: Journal,
  isWanted: (instanceId: string) => boolean,
): void {
  recorder.tap((story, entry) => {
    const { id, instance, role, remote, display } = story.subject;
    if (!isWanted(instance)) return;
    journal.write({
      at: entry.at,
      connection: id,
      role,
      remote: `${remote.address}:${remote.port}`,
      kind: entry.kind,
      detail: describeEntry(entry, display),
      bytes: "bytes" in entry ? entry.bytes : undefined,
    });
  });
}
