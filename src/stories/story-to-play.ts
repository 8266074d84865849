/** A story that another process is to play again, and what came of it: as data. */
import type { Entry } from "./entry.ts";

export interface StoryToPlay {
  readonly id: string;
  /** JSON of its record, with the entries that can be played. */
  readonly record: string;
  /** These are all that it has. */
  readonly isWhole: boolean;
  /** Options of the instance, as it was given them. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Number of the entry after which the machine is to be looked at, if it is. */
  readonly moment: number | undefined;
}

export interface PlayedStory {
  readonly same: number;
  readonly given: number;
  /** The first place where it went another way. */
  readonly difference: { readonly number: number; readonly played: Entry | undefined } | undefined;
  readonly moment: PlayedMoment | undefined;
}

export interface PlayedMoment {
  readonly state: string;
  readonly framing: string;
  /** By `v8.serialize`. */
  readonly context: Uint8Array;
  readonly unread: Uint8Array;
}

/** Limits of the process that plays it; there are defaults. */
export interface PlayLimits {
  readonly watchdog?: number | undefined;
  readonly memory?: number | undefined;
}
