/** Rules for who may come in: asked of each new peer, where a lab has some. Without rules it costs a look at one field. */
import type { Cause } from "../stories/causes.ts";
import type { Story } from "../stories/story.ts";

export interface Rejection {
  readonly cause: Cause;
  /** For a peer whose protocol has no word of its own for a refusal. */
  readonly words: string;
}

export interface Gate {
  /** Undefined: come in. The peer's story has begun. */
  rejects(story: Story): Rejection | undefined;
}

export interface Admission {
  /** Undefined: all may come. */
  gate: Gate | undefined;
}
