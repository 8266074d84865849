/** Turns of a conversation that is played alone: none else waits, so what is put off is done when it is asked for. */
import type { Turns, TurnTaker } from "../actors/turns.ts";

export class LoneTurns implements Turns {
  readonly isSliceSpent = false;
  #waiting: TurnTaker | undefined;

  wait(taker: TurnTaker): void {
    this.#waiting = taker;
  }

  begin(): void {}

  isOver(): boolean {
    return false;
  }

  end(): number {
    return 0;
  }

  /** Hands over what was put off; answers whether there was any. */
  goOn(): boolean {
    const taker = this.#waiting;
    this.#waiting = undefined;
    taker?.takeTurn();
    return taker !== undefined;
  }
}
