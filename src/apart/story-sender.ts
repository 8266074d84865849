/**
 * Stories of this process, on their way to the daemon. A read is kept safe before anybody acts on it, so that the story of what a role
 * died of has it; all that happens is sent a moment later. A reader that looks asks for it sooner.
 */
import type { EntryOf } from "../stories/entry.ts";
import { type CountedRun, messageRun } from "../stories/message-run.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { SlotFollower } from "../stories/slot-follower.ts";
import { coded, type Held, kindIn, slot } from "../stories/slots.ts";
import type { Story } from "../stories/story.ts";
import { type BatchTarget, StoryBatch } from "./story-batch.ts";

/** Fields that follow from no entry, or that a reader wants without reading them all. */
const FIELDS = [
  "state",
  "waitsFor",
  "framing",
  "lastRule",
  "isLineBad",
  "fault",
  "cause",
  "peerName",
  "secrets",
] as const;

/** How often a file under way is looked at. */
const FILE_MS = 100;
/** Delay, so that many requests share one write. */
const LATER_MS = 10;

/** State of a story as the daemon knows it. */
interface Sent {
  readonly story: Story;
  readonly number: number;
  readonly fields: Partial<Record<(typeof FIELDS)[number], unknown>>;
  movedAt: number;
  bytes: number;
  /** Ends of the connection, as they were last told: a client's change. */
  ends: string;
  file?: { readonly entry: EntryOf<"file">; size: number } | undefined;
  isTouched: boolean;
}

export class StorySender implements SlotFollower {
  readonly #batch: StoryBatch;
  /** Number of an edition among the daemon's. */
  readonly #editionOf: (ours: number) => number;
  readonly #sent = new Map<Story, Sent>();
  readonly #withFile = new Set<Sent>();
  #touched: Sent[] = [];
  /** Found last: things happen to one story many at a time. */
  #last: Sent | undefined;
  #lastNumber = 0;
  #isDue = false;
  readonly #flushLater = () => {
    this.#isDue = false;
    this.flush();
  };

  constructor(recorder: Recorder, target: BatchTarget, editionOf: (ours: number) => number) {
    this.#batch = new StoryBatch(target);
    this.#editionOf = editionOf;
    recorder.follower = this;
    recorder.watch((story) => {
      if (story.endedAt !== undefined) this.#onEnd(story);
    });
    setInterval(() => this.#withFile.size > 0 && this.flush(), FILE_MS).unref();
  }

  /** Everything that has happened by now. */
  flush(): void {
    messageRun.end();
    const touched = this.#touched;
    this.#touched = [];
    for (const sent of touched) this.#tellFields(sent);
    // Files grow without an entry.
    for (const sent of this.#withFile) this.#tellFields(sent);
    this.#batch.flush();
  }

  onSlot(story: Story, at: number, code: number, held: Held): void {
    const sent = this.#find(story);
    if (!sent) return this.#open(story);
    if (kindIn(code) === slot.entry && (held as { kind: string }).kind === "file")
      this.#watchFile(sent, held as EntryOf<"file">);
    this.#touch(sent);
    this.#batch.slot(sent.number, at, code, held);
  }

  onRun(story: Story, run: CountedRun): void {
    const sent = this.#find(story);
    if (!sent) return;
    this.#touch(sent);
    if (run.count === 1) this.#batch.slot(sent.number, run.at, coded(slot.message, run.sizeOf(0)), run.fact);
    else this.#batch.run(sent.number, run);
  }

  #find(story: Story): Sent | undefined {
    if (this.#last?.story !== story) this.#last = this.#sent.get(story);
    return this.#last;
  }

  #touch(sent: Sent): void {
    if (sent.isTouched) return;
    sent.isTouched = true;
    this.#touched.push(sent);
    this.#sendLater();
  }

  #sendLater(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(this.#flushLater, LATER_MS);
  }

  #open(story: Story): void {
    // Remarks on a story that is over are not told.
    if (story.endedAt !== undefined) return;
    const { subject, state, openedAt, secrets } = story;
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const fields = { state, secrets, framing: story.framing, isLineBad: story.isLineBad };
    const sent = { story, number, fields, ends: endsOf(story), movedAt: 0, bytes: 0, isTouched: false };
    this.#sent.set(story, sent);
    const edition = this.#editionOf(subject.edition);
    this.#batch.opened(number, { subject: { ...subject, edition }, state, openedAt, secrets });
    this.#touch(sent);
  }

  /** Follows a file, whose entry grows while it is under way. */
  #watchFile(sent: Sent, entry: EntryOf<"file">): void {
    this.#tellFile(sent);
    this.#withFile.add(sent);
    sent.file = { entry, size: 0 };
  }

  #tellFile({ number, file }: Sent): void {
    if (!file || file.entry.size === file.size) return;
    this.#batch.moved(number, file.entry.size - file.size);
    file.size = file.entry.size;
  }

  #tellFields(sent: Sent): void {
    const { story, number, fields } = sent;
    sent.isTouched = false;
    this.#tellFile(sent);
    const { bytesIn, bytesOut, movedAt } = story;
    if (movedAt !== sent.movedAt || bytesIn + bytesOut !== sent.bytes)
      this.#batch.counts(number, bytesIn, bytesOut, movedAt);
    sent.movedAt = movedAt;
    sent.bytes = bytesIn + bytesOut;
    let changed: Record<string, unknown> | undefined;
    for (const name of FIELDS) {
      if (fields[name] === story[name]) continue;
      fields[name] = story[name];
      changed ??= {};
      changed[name] = story[name];
    }
    const ends = endsOf(story);
    if (sent.ends !== ends) changed = { ...changed, ends: [story.subject.local, story.subject.remote] };
    sent.ends = ends;
    if (changed) this.#batch.fields(number, changed);
  }

  #onEnd(story: Story): void {
    const sent = this.#find(story);
    if (!sent) return;
    messageRun.end();
    this.#tellFields(sent);
    this.#withFile.delete(sent);
    this.#sent.delete(story);
    this.#last = undefined;
    this.#batch.ended(sent.number);
    this.#sendLater();
  }
}

const endsOf = ({ subject: { local, remote } }: Story) =>
  `${local.address} ${local.port} ${remote.address} ${remote.port}`;
