/**
 * Stories of this process, on their way to the daemon. A read is sent before anybody acts on it, so that the story of what a role died
 * of has it; everything else goes with the next read, or a moment later.
 */
import type { Entry, EntryOf } from "../stories/entry.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Story } from "../stories/story.ts";
import { toPlain } from "../stories/story-record.ts";
import type { StoryItem } from "./sides.ts";

/** Fields that follow from no entry, or that a reader wants without reading them all. */
const FIELDS = [
  "state",
  "waitsFor",
  "bytesIn",
  "bytesOut",
  "movedAt",
  "framing",
  "lastRule",
  "fault",
  "cause",
  "peerName",
  "secrets",
] as const;

/** How often a file under way is looked at. */
const FILE_MS = 100;
const MAX_WAITING = 65_536;
/** Delay of what is no read: one write for many requests. A reader that looks asks for it sooner. */
const LATER_MS = 10;

interface Sent {
  readonly fields: Partial<Record<(typeof FIELDS)[number], unknown>>;
  /** Ends of the connection, as they were last told: a client's change. */
  ends: string;
  file?: { readonly entry: EntryOf<"file">; size: number } | undefined;
}

export class StorySender {
  readonly #send: (itemsJson: string) => void;
  /** Number of an edition among the daemon's. */
  readonly #editionOf: (ours: number) => number;
  readonly #sent = new Map<Story, Sent>();
  readonly #touched = new Set<Story>();
  #items: string[] = [];
  #waitingSize = 0;
  #isDue = false;
  #files = 0;

  constructor(recorder: Recorder, send: (itemsJson: string) => void, editionOf: (ours: number) => number) {
    this.#send = send;
    this.#editionOf = editionOf;
    recorder.tap((story, entry) => this.#onEntry(story, entry));
    recorder.watch((story) => {
      if (story.endedAt !== undefined) this.#onEnd(story);
    });
    setInterval(() => this.#files > 0 && this.flush(), FILE_MS).unref();
  }

  /** Everything that has happened by now. */
  flush(): void {
    for (const story of this.#touched) this.#addFields(story);
    this.#touched.clear();
    this.#flushItems();
  }

  #flushItems(): void {
    if (this.#items.length === 0) return;
    const json = `[${this.#items.join(",")}]`;
    this.#items = [];
    this.#waitingSize = 0;
    this.#send(json);
  }

  #onEntry(story: Story, entry: Entry): void {
    if (entry.kind === "opened") this.#open(story);
    else this.#addEntry(story, entry);
    this.#touch(story);
    if (entry.kind === "in" || this.#waitingSize > MAX_WAITING) this.#flushItems();
  }

  #touch(story: Story): void {
    this.#touched.add(story);
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      this.flush();
    }, LATER_MS);
  }

  #open(story: Story): void {
    const { subject, state, openedAt, secrets } = story;
    this.#sent.set(story, { fields: { state }, ends: endsOf(story) });
    const edition = this.#editionOf(subject.edition);
    this.#add({ kind: "opened", subject: { ...subject, edition }, state, openedAt, secrets });
  }

  #addEntry(story: Story, entry: Entry): void {
    const { id } = story.subject;
    switch (entry.kind) {
      case "in":
      case "out":
        return this.#add({
          kind: entry.kind,
          id,
          at: entry.at,
          size: entry.size,
          text: entry.bytes.toString("latin1"),
        });
      case "file":
        this.#watchFile(story, entry);
    }
    this.#add({ kind: "entry", id, entry: toPlain(entry) });
  }

  /** Follows a file, whose entry grows while it is under way. */
  #watchFile(story: Story, entry: EntryOf<"file">): void {
    const sent = this.#sent.get(story);
    if (!sent) return;
    this.#addFile(story, sent);
    if (!sent.file) this.#files += 1;
    sent.file = { entry, size: 0 };
  }

  #addFile({ subject: { id } }: Story, { file }: Sent): void {
    if (!file || file.entry.size === file.size) return;
    this.#add({ kind: "moved", id, bytes: file.entry.size - file.size });
    file.size = file.entry.size;
  }

  #addFields(story: Story): void {
    const sent = this.#sent.get(story);
    if (!sent) return;
    this.#addFile(story, sent);
    // Files grow without an entry: one is looked at until its story is over.
    if (sent.file) queueMicrotask(() => this.#touched.add(story));
    const changed: Record<string, unknown> = {};
    for (const name of FIELDS) {
      if (sent.fields[name] === story[name]) continue;
      sent.fields[name] = story[name];
      changed[name] = story[name];
    }
    const ends = endsOf(story);
    if (sent.ends !== ends) Object.assign(changed, { ends: [story.subject.local, story.subject.remote] });
    sent.ends = ends;
    if (Object.keys(changed).length > 0)
      this.#add({ kind: "fields", id: story.subject.id, fields: toPlain(changed) });
  }

  #onEnd(story: Story): void {
    this.#addFields(story);
    this.#touched.delete(story);
    if (this.#sent.get(story)?.file) this.#files -= 1;
    this.#sent.delete(story);
    this.#add({ kind: "ended", id: story.subject.id });
    this.#touch(story);
  }

  #add(item: StoryItem): void {
    const json = JSON.stringify(item);
    this.#items.push(json);
    this.#waitingSize += json.length;
  }
}

const endsOf = ({ subject: { local, remote } }: Story) =>
  `${local.address} ${local.port} ${remote.address} ${remote.port}`;
