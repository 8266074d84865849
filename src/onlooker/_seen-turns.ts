/** Turns of a conversation that is followed alone: none else waits, so what is put off is done when it is asked for. */
import type { Turns, TurnTaker } from "../actors/turns.ts";

export class SeenTurns implements Turns {
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

  /** Answers whether anything had been put off. */
  goOn(): boolean {
    const taker = this.#waiting;
    this.#waiting = undefined;
    taker?.takeTurn();
    return taker !== undefined;
  }
}
