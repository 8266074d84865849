/**
 * Turns as they were taken: how long a peer was heard is nothing that a machine could repeat, but the story shows it. Words that went out
 * between two messages of one read went out because the rest had to wait.
 */
import type { Turns, TurnTaker } from "../actors/turns.ts";
import type { Entry } from "../stories/entry.ts";

export class RecordedTurns implements Turns {
  readonly isSliceSpent = false;
  /** Numbers of the messages behind which something was written before the next one, and nothing came. */
  readonly #answered: ReadonlySet<number>;
  #messages = 0;
  #waiting: TurnTaker | undefined;

  constructor(recorded: readonly Entry[]) {
    this.#answered = answeredOf(recorded);
  }

  wait(taker: TurnTaker): void {
    this.#waiting = taker;
  }

  begin(): void {}

  isOver(): boolean {
    this.#messages += 1;
    return this.#answered.has(this.#messages);
  }

  end(): number {
    return 0;
  }

  /** Hands over what was left of a read when its turn was over; answers whether there was any. */
  goOn(): boolean {
    const taker = this.#waiting;
    this.#waiting = undefined;
    taker?.takeTurn();
    return taker !== undefined;
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
