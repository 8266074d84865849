/** A look at what is outstanding, four times a second, for as long as anything is. */
import type { Clock } from "../machines/_world.ts";

const TICK_MS = 250;

export class Ticking {
  readonly #clock: Clock;
  /** Answers whether another look is needed. */
  readonly #look: () => boolean;
  #timer: unknown;

  constructor(clock: Clock, look: () => boolean) {
    this.#clock = clock;
    this.#look = look;
  }

  start(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#look()) this.start();
    }, TICK_MS);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
