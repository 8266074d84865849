/** Time as it was recorded: it stands where the story stands, and a timer goes off when the story shows that it did. */
import { EARLY_MS, StandingClock } from "./standing-clock.ts";

export class RecordedClock extends StandingClock {
  readonly #earlyMs: number;

  /** `earlyMs`: by so much a timer may have gone off before it was due. */
  constructor(now: number, earlyMs = EARLY_MS) {
    super(now);
    this.#earlyMs = earlyMs;
  }

  /** Lets the timer go off that is due first, if one is due by now; answers whether one was. */
  fireNext(): boolean {
    return this.fireBy(this.now() + this.#earlyMs);
  }
}
