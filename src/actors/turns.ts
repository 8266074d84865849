/**
 * Time of the thread, as the peers share it that want much of it. In each turn of the event loop all of them together have a slice; who
 * has used it up, or comes when it is used up, waits in one queue. Peers who ask little never wait in it, so a crowd that pushes costs
 * them a slice, however large the crowd.
 */

/** A slice. Shorter ones would cost throughput, longer ones show in a small peer's waiting time. */
const SLICE_MS = 0.3;
/** Slice where no other peer wants any: as good as no limit, and still no long wait for a small peer. */
const ALONE_MS = 2;
/** Messages between two looks at the clock, each of which costs as much as some of them. */
const MESSAGES_A_LOOK = 32;
/** Size from which a read is a lot of work; a smaller one is handed over at once. */
export const LARGE_READ = 4_096;

export interface TurnTaker {
  /** Time that its last turn took, in milliseconds. */
  readonly lastTurnMs: number;
  takeTurn(): void;
}

/** As a connection sees it. In a replay the story says who waited, and how long. */
export interface Turns {
  /** A large read has to wait. */
  readonly isSliceSpent: boolean;
  /** Promises a turn, one however often it is asked for, in the order of asking. */
  wait(taker: TurnTaker): void;
  /** Messages are handed over from now on. One pump is under way at a time. */
  begin(isLarge: boolean): void;
  /** After each message: whether what is left has to wait. */
  isOver(): boolean;
  /** Answers the milliseconds that it took; 0 for what was too little to be measured. */
  end(): number;
}

export class ThreadTurns implements Turns {
  readonly #now: () => number;
  readonly #afterwards: (serve: () => void) => void;
  readonly #waiting = new Set<TurnTaker>();
  readonly #serve = () => this.#serveWaiting();
  #isServing = false;
  #spentMs = 0;
  /** Start of the pump under way; 0: it is not measured yet. */
  #beganAt = 0;
  #messages = 0;

  /** `afterwards`: when the turn of the loop is over. */
  constructor(now = () => performance.now(), afterwards: (serve: () => void) => void = setImmediate) {
    this.#now = now;
    this.#afterwards = afterwards;
  }

  get isSliceSpent(): boolean {
    return this.#spentMs >= SLICE_MS;
  }

  wait(taker: TurnTaker): void {
    this.#waiting.add(taker);
    this.#serveLater();
  }

  begin(isLarge: boolean): void {
    this.#beganAt = isLarge ? this.#now() : 0;
    this.#messages = 0;
  }

  isOver(): boolean {
    this.#messages += 1;
    if (this.#messages % MESSAGES_A_LOOK !== 0) return false;
    const now = this.#now();
    // Many small messages are worth measuring too, from here on.
    if (this.#beganAt === 0) this.#beganAt = now;
    return now - this.#beganAt >= (this.#waiting.size > 0 ? SLICE_MS : ALONE_MS);
  }

  end(): number {
    if (this.#beganAt === 0) return 0;
    const tookMs = this.#now() - this.#beganAt;
    this.#spentMs += tookMs;
    this.#serveLater();
    return tookMs;
  }

  #serveLater(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    this.#afterwards(this.#serve);
  }

  /**
   * A slice for those who wait, at least for the first. Some read on only in the next turn of the loop: what that will take
   * is reckoned by what it took last.
   */
  #serveWaiting(): void {
    this.#isServing = false;
    this.#spentMs = 0;
    let left = this.#waiting.size;
    for (let plannedMs = 0; left > 0 && plannedMs < SLICE_MS; left -= 1) {
      const [taker] = this.#waiting;
      if (!taker) return;
      this.#waiting.delete(taker);
      taker.takeTurn();
      plannedMs += taker.lastTurnMs;
    }
    if (this.#waiting.size > 0) this.#serveLater();
  }
}

/** Of this process's thread. */
export const turns: Turns = new ThreadTurns();
