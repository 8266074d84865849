/** Result of following one side of a conversation. */

import { type ConnectionControl, viewOf } from "../actors/connection-control.ts";
import type { CommonOptions } from "../actors/service.ts";
import type { Assumption } from "../machines/_assumed.ts";
import type { Role } from "../machines/_role.ts";
import type { LiveView } from "../stories/live-view.ts";
import { type Entry, Story, type StorySubject } from "../stories/story.ts";
import { endOf, isOver, type SeenConversation } from "./conversation.ts";

export interface FollowRequest {
  readonly conversation: SeenConversation;
  readonly subject: StorySubject;
  readonly role: Role;
  readonly options: unknown;
  readonly common: CommonOptions;
  readonly assumption: Assumption;
}

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
 * Why it was followed no further: bytes are missing, the program goes on where the machine has left, or has left where the machine goes on,
 * without a word or with words that it may always say, what the world told it is not known, or the beginning was not seen.
 */
export type Stop = "lost" | "parted" | "left" | "dismissed" | "unknown" | "beginning";

export interface Stopped {
  readonly why: Stop;
  /** Entries that were written until then. */
  readonly entries: number;
  /** How long nothing had moved then. */
  readonly stillMs: number;
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
  /** How long nothing had moved when it was followed no further. */
  readonly stillMs: number;
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
  const entries = acknowledged(story.entries.map((entry) => ({ ...entry, at: real(entry.at) })));
  // Senders of datagrams do not tell when they have gone.
  const isDone = isOver(conversation) || conversation.transport === "udp";
  const endedAt = isDone ? startedAt + endOf(conversation) / 1_000 : undefined;
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
    stillMs: stopped?.stillMs ?? 0,
    live: isDone ? undefined : live,
  };
}

/** A client's machine takes a file as soon as it may: the real one does when it has said so. */
function acknowledged(entries: Entry[]): Entry[] {
  for (const [place, entry] of entries.entries()) {
    const next = entries[place + 1];
    if (entry.kind !== "file" || entry.direction !== "in" || next?.kind !== "out") continue;
    entries[place] = next;
    entries[place + 1] = { ...entry, at: next.at };
  }
  return entries;
}

/** State of affairs at this moment of the machine's time. */
export function liveViewOf(story: Story, control: ConnectionControl | undefined, now: number): LiveView {
  const stillMs = Math.max(0, now - story.openedAt - story.movedAt / 1_000);
  if (control) return { ...viewOf(control, now), stillMs };
  return { framing: story.framing, unread: Buffer.alloc(0), unreadBytes: 0, queuedBytes: 0, stillMs };
}

/** All that a story is besides its subject and its entries. */
export function stateOf(story: Story) {
  const { openedAt, endedAt, state, waitsFor, bytesIn, bytesOut, framing, lastRule, isLineBad } = story;
  const { fault, cause, peerName, judged, secrets } = story;
  const moved = { openedAt, endedAt, state, waitsFor, bytesIn, bytesOut, framing, lastRule, isLineBad };
  return { ...moved, fault, cause, peerName, judged, secrets };
}
