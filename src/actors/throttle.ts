/**
 * Whether a link is read now: not while enough of its input is held that no phase waits for, and not in the turn in which it had its share.
 * What is not read stays in the kernel, and so with the peer.
 */
import type { Link } from "../link/link.ts";

/** A peer that sends faster than this is read on when the others had their turn: the system would read 2 MiB of it at once. */
const BURST_BYTES = 65_536;
const BURST_MS = 20;

export class Throttle {
  readonly #link: Link;
  #burstBytes = 0;
  #burstAt = Number.NEGATIVE_INFINITY;
  /** Had its share of this turn of the loop, and is read on in the next. */
  #isThrottled = false;
  #isHeld = false;

  constructor(link: Link) {
    this.#link = link;
  }

  onRead(sizeBytes: number, now: number): void {
    if (now - this.#burstAt > BURST_MS) {
      this.#burstAt = now;
      this.#burstBytes = 0;
    }
    this.#burstBytes += sizeBytes;
    if (this.#burstBytes < BURST_BYTES || this.#isThrottled) return;
    this.#burstBytes = 0;
    this.#isThrottled = true;
    this.#link.pause();
    setImmediate(() => {
      this.#isThrottled = false;
      if (!this.#isHeld) this.#link.resume();
    });
  }

  /** Nothing is read until `release`. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#link.pause();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (!this.#isThrottled) this.#link.resume();
  }

  /** Reads everything from now on: what is left unread would make a reset of our close. */
  open(): void {
    this.#isHeld = false;
    this.#isThrottled = false;
    this.#link.resume();
  }
}
