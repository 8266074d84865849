/**
 * Stories as they happen, for `records --follow`: each as it stands when it is first seen, and each entry behind it. A reader that is slow
 * misses entries, and is told how many; the daemon and its peers wait for nothing.
 */
import { isOwnQuestion } from "../lab/selectors.ts";
import { shownEntryRecord } from "../stories/shown-record.ts";
import type { Entry, Story } from "../stories/story.ts";
import type { Call } from "./command.ts";
import { FollowedCards } from "./followed-cards.ts";
import { FollowedMessages } from "./followed-messages.ts";
import { storiesWantedBy, wantedBy } from "./following.ts";
import { Overhearing } from "./overhearing.ts";
import { type MarkOptions, storyDocument } from "./story-marks.ts";

export interface FollowOptions extends MarkOptions {
  readonly whole: boolean;
}

interface Followed {
  readonly messages: FollowedMessages | undefined;
  readonly ear: Overhearing | undefined;
}

export class RecordFollower {
  readonly #call: Call<FollowOptions>;
  readonly #print: (document: unknown) => void;
  readonly #known = new Map<Story, Followed>();
  readonly #cards: FollowedCards;
  #lost = 0;

  constructor(call: Call<FollowOptions>, print: (document: unknown) => void) {
    this.#call = call;
    this.#print = print;
    this.#cards = new FollowedCards(call.lab);
  }

  /** Until the reader ends it. */
  run(): Promise<void> {
    const { lab, rest, signal } = this.#call;
    const isWanted = wantedBy(lab, rest);
    for (const story of lab.liveStories()) {
      const now: Entry = { kind: "opened", at: 0, state: story.state };
      if (!isOwnQuestion(story) && isWanted(story, now)) this.#begin(story);
    }
    return new Promise((resolve) => {
      const end = lab.subscribe(
        "entries",
        ({ story, entry }) => {
          if (!isOwnQuestion(story) && isWanted(story, entry)) this.#see(story, entry);
        },
        storiesWantedBy(lab, rest),
      );
      // Datagrams have no end of their own: their sender is forgotten.
      const endOver = lab.subscribe("connections", ({ kind, story }) => {
        if (kind === "closed") this.#over(story);
      });
      const stop = () => {
        end();
        endOver();
        for (const { ear } of this.#known.values()) ear?.stop();
        this.#tellLost();
        resolve();
      };
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }

  #begin(story: Story): void {
    const call = this.#call;
    const { lab, options } = call;
    const messages = options.messages ? new FollowedMessages(lab, story, options) : undefined;
    const ear = options.whole
      ? new Overhearing(story, options, {
          lab,
          isBehind: () => call.isBehind,
          tell: (piece) => this.#print({ id: story.subject.id, piece }),
        })
      : undefined;
    this.#known.set(story, { messages, ear });
    this.#print(storyDocument(lab, story, options));
  }

  #see(story: Story, entry: Entry): void {
    const followed = this.#known.get(story);
    const message = followed?.messages?.take(entry);
    followed?.ear?.listen();
    // The sums of the next entry tell how many bytes were missed.
    if (followed?.ear?.isWaiting) followed.ear.tellBehind(() => this.#tell(story, entry, message));
    else if (this.#call.isBehind) this.#lost += 1;
    else if (!followed) this.#begin(story);
    else {
      this.#tellLost();
      this.#tell(story, entry, message);
    }
    if (entry.kind !== "closed") return;
    followed?.ear?.close();
    this.#known.delete(story);
  }

  /** End of a story without an entry that says so. */
  #over(story: Story): void {
    const followed = this.#known.get(story);
    if (!followed) return;
    followed.ear?.close();
    this.#known.delete(story);
    this.#print({ id: story.subject.id, over: true });
  }

  #tell(story: Story, entry: Entry, message: unknown): void {
    const { bytesIn, bytesOut, subject } = story;
    const tell = () => {
      const cards = this.#cards.of(story, entry);
      this.#print({
        id: subject.id,
        entry: shownEntryRecord(story, entry, this.#call.options),
        bytesIn,
        bytesOut,
        ...(message ? { message } : {}),
        ...(cards.length > 0 ? { cards } : {}),
      });
    };
    // A story that is over is judged when its end is written down.
    if (entry.kind === "closed") setImmediate(tell);
    else tell();
  }

  #tellLost(): void {
    if (this.#lost > 0) this.#print({ lost: this.#lost });
    this.#lost = 0;
  }
}
