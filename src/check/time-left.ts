/**
 * Time of a wait that is looked at again and again. A virtual machine may stand still for seconds, and the program that is waited for
 * with it: of a turn that comes so late a little counts.
 */
const MOST_STEP_MS = 100;

export class TimeLeft {
  #leftMs: number;
  #at: number;
  readonly #clock: () => number;

  constructor(ms: number, clock = () => performance.now()) {
    this.#leftMs = ms;
    this.#clock = clock;
    this.#at = clock();
  }

  /** As of now; below 0 where it is over. */
  get ms(): number {
    const now = this.#clock();
    this.#leftMs -= Math.min(now - this.#at, MOST_STEP_MS);
    this.#at = now;
    return this.#leftMs;
  }

  /** Begins anew, with so much. */
  set ms(ms: number) {
    this.#leftMs = ms;
    this.#at = this.#clock();
  }
}
