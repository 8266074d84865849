/** A sequence as data: who takes part, and the steps. Without a story, so that a page has it too. */

export interface Participant {
  /** A connection's id, or an instance's. */
  readonly id: string;
  /** As it stands above its line: `c17`, `chat-1`. */
  readonly name: string;
  /** An address, or a role. */
  readonly detail: string;
  readonly kind: "peer" | "instance";
}

/** Mark that may be shown by colour, and is said in words too. */
export type Tone = "plain" | "state" | "bad";

export type Step =
  /** An arrow; where an instance told several peers the same at once, one with several heads. */
  | {
      readonly kind: "message";
      readonly at: number;
      readonly from: string;
      readonly to: readonly string[];
      readonly text: string;
      readonly tone: Tone;
    }
  /** Beside an instance's line, about one of its connections. */
  | {
      readonly kind: "note";
      readonly at: number;
      readonly over: string;
      readonly about: string;
      readonly text: string;
      readonly tone: Tone;
    }
  /** Something that happened is not shown. */
  | { readonly kind: "gap"; readonly at: number; readonly text: string };

export interface Sequence {
  /** The moment from which times count, in milliseconds. */
  readonly startedAt: number;
  /** From left to right: the peers of an instance on both sides of it. */
  readonly participants: readonly Participant[];
  readonly steps: readonly Step[];
  /** Connections that are over, by their ids, with the moment of their end. */
  readonly ends: ReadonlyMap<string, number>;
}

/** `+0.012`, in seconds since the beginning. */
export const stepTime = ({ at }: Step, { startedAt }: Sequence) =>
  `+${(Math.max(0, at - startedAt) / 1_000).toFixed(3)}`;
