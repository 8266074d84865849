/** An operator's console while a line of theirs runs: what is shown there, who answers, and how they break it off. */
import type { OutputStream } from "./output-stream.ts";

export interface Console {
  /** Width of it, and whether it is a terminal. */
  readonly screen: OutputStream;
  readonly hasColors: boolean;
  /** Lines are not cut to its width. */
  readonly isWide?: boolean | undefined;
  /** A person is there who can be asked to go on. */
  readonly isAttended: boolean;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Resolves with the second: the person waits no longer. */
  readonly givenUp: Promise<unknown>;
  out(text: string): void | Promise<void>;
  err(text: string): void | Promise<void>;
  /** In place of the frame before it. */
  frame(text: string): void | Promise<void>;
  ask(question: string): string | Promise<string>;
}
