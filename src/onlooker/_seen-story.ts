/**
 * Story of a role that only follows: bytes of its own side are those that the real program sent. The words of the machine
 * are handed to the one who compares the two.
 */
import type { Cause } from "../stories/causes.ts";
import { PAST } from "../stories/retention.ts";
import { Story, type StorySubject } from "../stories/story.ts";
import type { SeenClock } from "./_seen-clock.ts";

/** Longest part of an entry that is kept, as in the stories of a daemon. */
const BYTES_PER_ENTRY = 8_192;

export interface SeenStoryHandlers {
  /** The machine would say this now. */
  onWords(bytes: Buffer): void;
  /** The machine would end its side now. */
  onLeave(): void;
  /** The machine would turn its peer away with these words: whether the real program did. */
  mayRefuse(words: string): boolean;
}

/** Of a story that no machine follows. */
export const NOBODY: SeenStoryHandlers = {
  onWords: () => undefined,
  onLeave: () => undefined,
  mayRefuse: () => false,
};

export interface SeenEnd {
  readonly by: "peer" | "us";
  readonly cause?: Cause;
}

export class SeenStory extends Story {
  readonly #handlers: SeenStoryHandlers;
  /** How it really ended, once it has. */
  end: SeenEnd | undefined;

  constructor(subject: StorySubject, state: string, clock: SeenClock, handlers: SeenStoryHandlers) {
    const retention = {
      ...PAST,
      bytesPerEntry: BYTES_PER_ENTRY,
      monotonic: () => clock.monotonic(),
      clip: (bytes: Buffer) =>
        bytes.length > BYTES_PER_ENTRY ? Buffer.from(bytes.subarray(0, BYTES_PER_ENTRY)) : bytes,
    };
    super(subject, state, clock.now(), retention);
    this.#handlers = handlers;
  }

  /** Bytes of the real program. */
  recordSpoken(bytes: Buffer, size: number): void {
    if (size === bytes.length) return super.recordWrite(bytes);
    this.recordHead("out", size, bytes.toString("latin1", 0, BYTES_PER_ENTRY));
  }

  /** FIN of the real program. */
  recordOwnEnd(): void {
    super.recordEnd("fin");
  }

  override recordWrite(bytes: Buffer): void {
    this.#handlers.onWords(bytes);
  }

  override recordText(text: string): void {
    this.#handlers.onWords(Buffer.from(text));
  }

  override recordEnd(kind: "ended" | "fin"): void {
    if (kind === "ended") super.recordEnd(kind);
    else this.#handlers.onLeave();
  }

  override refuse(cause: Cause, words: string): void {
    if (this.#handlers.mayRefuse(words)) super.refuse(cause, words);
  }

  override close(by: "peer" | "us", cause?: Cause): void {
    const end = this.end ?? { by, ...(cause ? { cause } : {}) };
    super.close(end.by, end.cause);
  }
}
