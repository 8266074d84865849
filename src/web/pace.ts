/**
 * How long a thing is left alone after a look at it: so long that looks take a thirtieth of the thread. Of the last looks the quickest counts. A
 * machine that does much else makes a look take longer and never shorter, and a pause reckoned from such a one lasted for seconds where the look
 * itself had cost two milliseconds.
 */

/** A look is followed by so many times its own length. */
export const PAUSE = 30;
/** Looks that are remembered: what costs more from now on is believed after so many. */
const LOOKS = 5;

export class Pace {
  readonly #took: number[] = [];

  /** A look has taken so long, by the clock. */
  note(tookMs: number): void {
    this.#took.push(tookMs);
    if (this.#took.length > LOOKS) this.#took.shift();
  }

  /** Cost of a look. */
  get costMs(): number {
    return this.#took.length === 0 ? 0 : Math.min(...this.#took);
  }

  get pauseMs(): number {
    return this.costMs * PAUSE;
  }
}
