/** Stories of an instance that plays apart, in the recorder of the daemon: there they are like any others. */
import { isOwnLook } from "../actors/network.ts";
import { roleOf } from "../stories/editions.ts";
import { bytesIn, bytesOut, type Entry } from "../stories/entry.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { CountedRun } from "../stories/message-run.ts";
import type { Recorder } from "../stories/recorder.ts";
import { coded, type Fact, type Held, kindIn, type MessageFact, sizeIn, slot } from "../stories/slots.ts";
import type { Endpoint, FileRecord, Story } from "../stories/story.ts";
import { type BatchHandlers, type OpenedStory, StoryReader } from "./story-reader.ts";

export interface Mirrored {
  readonly story: Story;
  /** As it was at the last look. */
  view: { readonly view: LiveView; readonly at: number } | undefined;
  file: FileRecord | undefined;
}

export class StoryMirror implements BatchHandlers {
  readonly #recorder: Recorder;
  readonly #live = new Map<string, Mirrored>();
  /** The same by their numbers in the process. */
  readonly #numbered = new Map<number, Mirrored>();
  /** The story of the last read, while nothing else has come after it. */
  #atWork: Story | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Reader of the next process, whose numbers begin anew. */
  readNext(): StoryReader {
    this.#numbered.clear();
    return new StoryReader(this);
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

  /** Which looks are the daemon's own is known here alone. */
  onOpened(number: number, { subject, state, openedAt, secrets }: OpenedStory): void {
    const { transport, remote, local } = subject;
    const isInternal = transport === "udp" && isOwnLook(remote, local);
    const story = this.#recorder.open(
      isInternal ? { ...subject, isInternal } : subject,
      state,
      secrets,
      openedAt,
    );
    const mirrored = { story, view: undefined, file: undefined };
    this.#live.set(subject.id, mirrored);
    this.#numbered.set(number, mirrored);
  }

  onSlot(number: number, at: number, code: number, held: Held): void {
    const mirrored = this.#numbered.get(number);
    if (!mirrored) return;
    const { story } = mirrored;
    this.#atWork = undefined;
    switch (kindIn(code)) {
      case slot.in:
      case slot.inCut:
        story.bytesIn += sizeIn(code);
        story.movedAt = at;
        this.#atWork = story;
        break;
      case slot.outText:
      case slot.out:
      case slot.outCut:
        story.bytesOut += sizeIn(code);
        story.movedAt = at;
        break;
      case slot.message:
        story.lastRule = (held as MessageFact).rule;
        break;
      case slot.fact:
        enter(story, held as Fact);
        break;
      case slot.entry:
        return this.#add(mirrored, held as Entry);
    }
    story.put(at, code, held);
  }

  onRun(number: number, run: CountedRun): void {
    const story = this.#numbered.get(number)?.story;
    this.#atWork = undefined;
    if (!story) return;
    story.lastRule = run.fact.rule;
    // Listeners hear of each.
    if (!this.#recorder.isTapped || !this.#recorder.hears(story)) return story.keepRun(run);
    for (let one = run.first; one < run.count; one += 1)
      story.put(run.at, coded(slot.message, run.sizeOf(one)), run.fact);
  }

  onCounts(number: number, bytesIn: number, bytesOut: number, movedAt: number): void {
    const story = this.#numbered.get(number)?.story;
    this.#atWork = undefined;
    if (!story) return;
    story.bytesIn = bytesIn;
    story.bytesOut = bytesOut;
    story.movedAt = movedAt;
  }

  onFields(number: number, { ends, ...fields }: Readonly<Record<string, unknown>>): void {
    const story = this.#numbered.get(number)?.story;
    this.#atWork = undefined;
    if (!story) return;
    if (ends) [story.subject.local, story.subject.remote] = ends as [Endpoint, Endpoint];
    Object.assign(story, fields);
  }

  onMoved(number: number, bytes: number): void {
    this.#numbered.get(number)?.file?.moved(bytes);
  }

  onStoryEnded(number: number): void {
    const mirrored = this.#numbered.get(number);
    if (!mirrored) return;
    this.#numbered.delete(number);
    this.#live.delete(mirrored.story.subject.id);
    this.#recorder.end(mirrored.story);
  }

  #add(mirrored: Mirrored, entry: Entry): void {
    const { story } = mirrored;
    if (entry.kind === "file") {
      mirrored.file = story.recordFile(entry.direction, entry.name, entry.told, entry.ahead);
      return;
    }
    story.bytesIn += bytesIn(entry);
    story.bytesOut += bytesOut(entry);
    enter(story, entry);
    story.add(entry);
  }
}

/** Listeners find the story in the state that a transition tells of. */
function enter(story: Story, entry: Fact): void {
  if (entry.kind !== "transition") return;
  story.state = entry.to;
  story.waitsFor = roleOf(story)?.phases[entry.to]?.expects;
}
