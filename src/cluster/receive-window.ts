/** Order of what comes with numbers: each once, none before the one ahead of it. */

/** A gap is told of once in this time: what fills it is on its way then. */
const TELL_MS = 100;

export class ReceiveWindow {
  #last: number;
  #toldAt = Number.NEGATIVE_INFINITY;
  #toldOf = 0;

  /** `last`: the one that was taken already. */
  constructor(last = 0) {
    this.#last = last;
  }

  /** All up to this one were taken. */
  get last(): number {
    return this.#last;
  }

  /** Takes the next one; what was taken before, and what comes too early, is to be ignored. */
  take(sequence: number): "next" | "repeated" | "early" {
    if (sequence <= this.#last) return "repeated";
    if (sequence > this.#last + 1) return "early";
    this.#last = sequence;
    return "next";
  }

  /** Whether it is time to tell the sender what is missing. */
  isComplaintDue(now: number): boolean {
    if (this.#toldOf === this.#last && now - this.#toldAt < TELL_MS) return false;
    this.#toldOf = this.#last;
    this.#toldAt = now;
    return true;
  }
}
