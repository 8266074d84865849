/** A clock whose hands can be pushed on: timers run as they do, and who asks for the time hears of what a test has added. */
import { systemClock } from "../src/actors/clock.ts";

export class PushedClock {
  #addedMs = 0;
  readonly setTimeout = systemClock.setTimeout;
  readonly clearTimeout = systemClock.clearTimeout;

  now(): number {
    return systemClock.now() + this.#addedMs;
  }

  push(ms: number): void {
    this.#addedMs += ms;
  }
}
