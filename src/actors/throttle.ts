/**
 * Whether a link is read now: not while enough of its input is held that no phase waits for, not while its peer leaves our answers unread, and
 * not before its turn has come. What is not read stays in the kernel, and so with the peer.
 */
import type { Link } from "../link/link.ts";

/** A peer that sends faster than this is read on when its turn has come: the system would read 2 MiB of it at once. */
const BURST_BYTES = 65_536;
const BURST_MS = 20;

/** Reasons not to read, each a bit: it is read when there is none. */
const HELD = 1;
const WAITING = 2;
const FULL = 4;
const BUSY = 8;

export class Throttle {
  readonly #link: Link;
  #burstBytes = 0;
  #burstAt = 0;
  #reasons = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Takes note of a read: whether this peer has had its share for now. */
  isBurst(sizeBytes: number, now: number): boolean {
    if (now - this.#burstAt > BURST_MS) {
      this.#burstAt = now;
      this.#burstBytes = 0;
    }
    this.#burstBytes += sizeBytes;
    if (this.#burstBytes < BURST_BYTES) return false;
    this.#burstBytes = 0;
    return true;
  }

  /** Nothing is read until `release`. */
  hold(): void {
    this.#stop(HELD);
  }

  release(): void {
    this.#go(HELD);
  }

  /** Nothing is read before its turn. */
  awaitTurn(): void {
    this.#stop(WAITING);
  }

  takeTurn(): void {
    this.#go(WAITING);
  }

  get isFull(): boolean {
    return (this.#reasons & FULL) !== 0;
  }

  /** Nothing more is handed over, of what was read either. */
  get isStopped(): boolean {
    return (this.#reasons & (FULL | BUSY)) !== 0;
  }

  /** As much is written to it as may wait for it to read. */
  fill(): void {
    this.#stop(FULL);
  }

  drain(): void {
    this.#go(FULL);
  }

  /** As much of what it has said waits for answers as may. */
  awaitAnswers(): void {
    this.#stop(BUSY);
  }

  takeAnswers(): void {
    this.#go(BUSY);
  }

  /** Reads everything from now on: what is left unread would make a reset of our close. */
  open(): void {
    this.#reasons = 0;
    this.#link.resume();
  }

  #stop(reason: number): void {
    if (this.#reasons === 0) this.#link.pause();
    this.#reasons |= reason;
  }

  #go(reason: number): void {
    if ((this.#reasons & reason) === 0) return;
    this.#reasons &= ~reason;
    if (this.#reasons === 0) this.#link.resume();
  }
}
