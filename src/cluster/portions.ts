/**
 * Portions of what comes all at once: so many in a turn of the loop are taken as they come, the rest waits for the turns after it, with
 * timers and the bus between them.
 */

/** Entries of a log: some milliseconds. */
export const PORTION = 256;

export class Portions<Item> {
  readonly #take: (item: Item) => void;
  readonly #afterTurn: (then: () => void) => void;
  #waiting: Item[] = [];
  #next = 0;
  /** Taken in this turn. */
  #taken = 0;
  #isTurnCounted = false;
  #isOver = false;

  constructor(take: (item: Item) => void, afterTurn: (then: () => void) => void = setImmediate) {
    this.#take = take;
    this.#afterTurn = afterTurn;
  }

  add(item: Item): void {
    if (this.#isOver) return;
    this.#waiting.push(item);
    this.#takeSome();
    this.#countTurn();
  }

  end(): void {
    this.#isOver = true;
    this.#waiting = [];
  }

  #takeSome(): void {
    while (!this.#isOver && this.#taken < PORTION && this.#next < this.#waiting.length) {
      const item = this.#waiting[this.#next] as Item;
      this.#taken += 1;
      this.#next += 1;
      this.#take(item);
    }
    if (this.#next < this.#waiting.length) return;
    this.#waiting = [];
    this.#next = 0;
  }

  #countTurn(): void {
    if (this.#isTurnCounted || this.#isOver || this.#taken === 0) return;
    this.#isTurnCounted = true;
    this.#afterTurn(() => {
      this.#isTurnCounted = false;
      this.#taken = 0;
      this.#takeSome();
      this.#countTurn();
    });
  }
}
