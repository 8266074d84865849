/** Result of following one side of a conversation. */

import type { LiveView } from "../stories/live-view.ts";
import { Story } from "../stories/story.ts";
import { isOver, type SeenConversation, untilOf } from "./conversation.ts";

/** Words that the machine would have said, and when. */
export interface OwnWords {
  readonly at: number;
  readonly bytes: Buffer;
  readonly rule: string | undefined;
}

/** A read of the own side's real program: what it said, apart from a file's bytes. */
export interface SpokenRead {
  readonly at: number;
  readonly bytes: Buffer;
}

/**
 * Why it was followed no further: bytes are missing, the program and the machine go different ways, what the world told it is not known, or
 * the beginning was not seen.
 */
export type Stop = "lost" | "parted" | "unknown" | "beginning";

export interface Stopped {
  readonly why: Stop;
  /** Entries that were written until then. */
  readonly entries: number;
}

export interface Followed {
  readonly story: Story;
  readonly words: readonly OwnWords[];
  readonly spoken: readonly SpokenRead[];
  /** When the machine would have ended its side, in microseconds since the beginning; undefined: not at all. */
  readonly leftAt: number | undefined;
  /** Entries that were written while it was followed; the rest was only told. */
  readonly followedEntries: number;
  /** Undefined: it was followed to its end. */
  readonly stopped: Stop | undefined;
  /** State of affairs when it was last seen; undefined: it is over. */
  readonly live: LiveView | undefined;
}

type Rest = Pick<Followed, "words" | "spoken" | "leftAt"> & {
  readonly stopped: Stopped | undefined;
  readonly live: LiveView;
  readonly secrets: readonly string[];
  /** Time of the conversation of an entry's. */
  readonly real: (at: number) => number;
};

/** `story`: as it was written. */
export function followedOf(story: Story, conversation: SeenConversation, rest: Rest): Followed {
  const { startedAt } = conversation;
  const { words, spoken, leftAt, stopped, live, secrets, real } = rest;
  const entries = story.entries.map((entry) => ({ ...entry, at: real(entry.at) }));
  // Senders of datagrams do not tell when they have gone.
  const isDone = isOver(conversation) || conversation.transport === "udp";
  const endedAt = isDone ? startedAt + untilOf(conversation) / 1_000 : undefined;
  return {
    story: Story.restored(
      story.subject,
      { ...stateOf(story), openedAt: startedAt, endedAt, secrets },
      entries,
    ),
    words,
    spoken,
    leftAt,
    followedEntries: stopped?.entries ?? entries.length,
    stopped: stopped?.why,
    live: isDone ? undefined : live,
  };
}

/** All that a story is besides its subject and its entries. */
export function stateOf(story: Story) {
  const { openedAt, endedAt, state, waitsFor, bytesIn, bytesOut, framing, lastRule, isLineBad } = story;
  const { fault, cause, peerName, judged, secrets } = story;
  const moved = { openedAt, endedAt, state, waitsFor, bytesIn, bytesOut, framing, lastRule, isLineBad };
  return { ...moved, fault, cause, peerName, judged, secrets };
}
