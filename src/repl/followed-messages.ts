/** Bytes of the messages of a story that is followed, as framing makes them of what comes. */
import { messageTaken } from "../diagnoses/table.ts";
import type { Lab } from "../lab/lab.ts";
import type { Role } from "../machines/_role.ts";
import { contextOf, roleOf } from "../stories/editions.ts";
import type { Visibility } from "../stories/entry-text.ts";
import type { Entry, EntryOf, Story } from "../stories/story.ts";
import type { FramedDocument } from "./story-marks.ts";

/** A message is never longer than what was read and not taken yet: of an endless line, only so much is kept. */
const MAX_PENDING = 1_048_576;

export class FollowedMessages {
  readonly #lab: Lab;
  readonly #story: Story;
  readonly #role: Role | undefined;
  readonly #visibility: Visibility;
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes are missing: which ones a message has cannot be told. */
  #isLost = false;

  constructor(lab: Lab, story: Story, visibility: Visibility) {
    this.#lab = lab;
    this.#story = story;
    this.#role = roleOf(story, lab.roles);
    this.#visibility = visibility;
    for (const entry of story.entries) this.take(entry);
  }

  /** The message that this entry is; undefined: it is none, or its bytes are not known. */
  take(entry: Entry): FramedDocument | undefined {
    switch (entry.kind) {
      case "in":
        if (this.#story.subject.transport === "udp") return this.#shown(entry.bytes);
        this.#pending = Buffer.concat([this.#pending, entry.bytes]);
        this.#isLost ||= entry.bytes.length < entry.size || this.#pending.length > MAX_PENDING;
        return undefined;
      case "gap":
        this.#isLost = true;
        return undefined;
      case "message":
        return this.#framed(entry);
      default:
        return undefined;
    }
  }

  #framed({ size, state }: EntryOf<"message">): FramedDocument | undefined {
    if (this.#isLost) {
      // Bytes that have not been taken are known again.
      const view = this.#lab.liveView(this.#story.subject.id);
      this.#isLost = view === undefined || view.unread.length < view.unreadBytes;
      this.#pending = Buffer.from(view?.unread ?? []);
      return undefined;
    }
    const isText = (this.#role?.phases[state]?.reads ?? "text") === "text";
    const { bytes, rest } = messageTaken(this.#pending, size, isText, this.#story.framing);
    this.#pending = Buffer.from(rest);
    return this.#shown(bytes);
  }

  #shown(bytes: Buffer): FramedDocument {
    const redactor = this.#visibility.showTokens ? undefined : contextOf(this.#story).redactor;
    const shown = redactor?.redact(bytes) ?? { bytes, hidden: [] };
    return { bytes: shown.bytes.toString("base64"), hidden: shown.hidden };
  }
}
