/** Stories of an instance that plays apart, in the recorder of the daemon: there they are like any others. */
import { roleOf } from "../stories/editions.ts";
import { bytesIn, bytesOut, type Entry } from "../stories/entry.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Endpoint, FileRecord, Story } from "../stories/story.ts";
import { fromPlain } from "../stories/story-record.ts";
import type { StoryItem } from "./sides.ts";

export interface Mirrored {
  readonly story: Story;
  /** As it was at the last look. */
  view: { readonly view: LiveView; readonly at: number } | undefined;
  file: FileRecord | undefined;
}

export class StoryMirror {
  readonly #recorder: Recorder;
  readonly #live = new Map<string, Mirrored>();
  /** The story of the last read, while nothing else has come after it. */
  #atWork: Story | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  get size(): number {
    return this.#live.size;
  }

  find(id: string): Mirrored | undefined {
    return this.#live.get(id);
  }

  get live(): readonly Story[] {
    return [...this.#live.values()].map(({ story }) => story);
  }

  forget({ subject: { id } }: Story): void {
    this.#live.delete(id);
  }

  /** Story whose read was the last thing that was heard of: if the role does not come back, it is at that. */
  get atWork(): Story | undefined {
    return this.#atWork;
  }

  take(items: readonly StoryItem[]): void {
    for (const item of items) this.#takeItem(item);
  }

  #takeItem(item: StoryItem): void {
    if (item.kind === "opened") return this.#open(item);
    const mirrored = this.#live.get(item.id);
    if (!mirrored) return;
    const { story } = mirrored;
    this.#atWork = item.kind === "in" ? story : undefined;
    switch (item.kind) {
      case "in":
      case "out": {
        const { kind, at, size, text } = item;
        return this.#add(mirrored, { kind, at, size, bytes: Buffer.from(text, "latin1") });
      }
      case "entry":
        return this.#add(mirrored, fromPlain(item.entry) as Entry);
      case "moved":
        return mirrored.file?.moved(item.bytes);
      case "fields":
        return assign(story, fromPlain(item.fields) as Record<string, unknown>);
      case "ended":
        this.#live.delete(item.id);
        this.#recorder.end(story);
    }
  }

  #open({ subject, state, openedAt, secrets }: Extract<StoryItem, { kind: "opened" }>): void {
    const story = this.#recorder.open(subject, state, secrets, openedAt);
    this.#live.set(subject.id, { story, view: undefined, file: undefined });
  }

  #add(mirrored: Mirrored, entry: Entry): void {
    const { story } = mirrored;
    if (entry.kind === "file") {
      mirrored.file = story.recordFile(entry.direction, entry.name, entry.told, entry.ahead);
      return;
    }
    story.bytesIn += bytesIn(entry);
    story.bytesOut += bytesOut(entry);
    if (entry.kind === "transition") {
      // Listeners find the story in the state that it tells of.
      story.state = entry.to;
      story.waitsFor = roleOf(story)?.phases[entry.to]?.expects;
    }
    story.add(entry);
  }
}

function assign(story: Story, { ends, ...fields }: Record<string, unknown>): void {
  if (ends) [story.subject.local, story.subject.remote] = ends as [Endpoint, Endpoint];
  Object.assign(story, fields);
}
