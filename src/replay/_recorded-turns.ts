/**
 * Turns as they were taken: how long a peer was heard is nothing that a machine could repeat, but the story shows it. Words that went out
 * between two messages of one read went out because the rest had to wait.
 */
import type { Entry } from "../stories/entry.ts";
import { LoneTurns } from "./lone-turns.ts";

export class RecordedTurns extends LoneTurns {
  /** Numbers of the messages behind which something was written before the next one, and nothing came. */
  readonly #answered: ReadonlySet<number>;
  #messages = 0;

  constructor(recorded: readonly Entry[]) {
    super();
    this.#answered = answeredOf(recorded);
  }

  override isOver(): boolean {
    this.#messages += 1;
    return this.#answered.has(this.#messages);
  }
}

function answeredOf(recorded: readonly Entry[]): Set<number> {
  const answered = new Set<number>();
  let messages = 0;
  let hasAnswer = false;
  for (const { kind } of recorded) {
    if (kind === "message") {
      if (hasAnswer) answered.add(messages);
      messages += 1;
    }
    if (kind === "out") hasAnswer = true;
    else if (kind === "message" || kind === "in" || kind === "ended") hasAnswer = false;
  }
  return answered;
}
