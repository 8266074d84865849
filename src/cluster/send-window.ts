/** Messages with numbers and no gaps, kept until the other side says that it has them: the bus loses, so what is silent is sent again. */

/** As much is on its way at a time; after a loss, less, until acknowledgements come again. */
const FLYING_BYTES = 4 * 1_048_576;
const CAREFUL_BYTES = 1_048_576;
/** With no word of the other side for so long, what is on its way is taken for lost. */
const SILENCE_MS = 1_000;

interface Kept {
  readonly data: Uint8Array;
  /** Sender's own number, e.g. of the last call in it. */
  readonly mark: number;
}

export class SendWindow {
  /** Messages before `#head` are acknowledged, and go when there are many. */
  #kept: Kept[] = [];
  #head = 0;
  /** Sequence of `#kept[#head]`. */
  #first: number;
  /** Sequence of the one to be sent next. */
  #next: number;
  #sentThrough: number;
  #markThrough = 0;
  #bytes = 0;
  #flying = 0;
  #limit = FLYING_BYTES;
  /** When the other side said something new last, or something went out after silence. */
  #heardAt = 0;
  readonly #doubtMs: number;
  /** When the other side had all that was sent, or said last that it has some of it. */
  #answeredAt = 0;

  /**
   * `doubtMs`: the other side answers each message at once. One that is silent for longer may be dead, and is sent nothing that it was not
   * sent before: what has not gone out is not lost with it.
   */
  constructor(first = 1, doubtMs = Number.POSITIVE_INFINITY) {
    this.#doubtMs = doubtMs;
    this.#first = first;
    this.#next = first;
    this.#sentThrough = first - 1;
  }

  /** Bytes that are not acknowledged, sent or not. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#head === this.#kept.length;
  }

  /** Highest sequence that ever went out. */
  get sentThrough(): number {
    return this.#sentThrough;
  }

  /** Mark of that one. */
  get markThrough(): number {
    return this.#markThrough;
  }

  /** Sequence that the next message will have. */
  get nextSequence(): number {
    return this.#first + this.#kept.length - this.#head;
  }

  get acknowledged(): number {
    return this.#first - 1;
  }

  push(data: Uint8Array, mark = 0): void {
    this.#kept.push({ data, mark });
    this.#bytes += data.length;
  }

  /** The next message that may go out now; `mostFlying`: where others share the way. */
  take(now: number, mostFlying = FLYING_BYTES): Uint8Array | undefined {
    const limit = Math.min(this.#limit, mostFlying);
    const kept = this.#kept[this.#head + this.#next - this.#first];
    if (!kept || (this.#flying > 0 && this.#flying + kept.data.length > limit)) return undefined;
    const isAllAnswered = this.#first > this.#sentThrough;
    if (!isAllAnswered && this.#next > this.#sentThrough && now - this.#answeredAt >= this.#doubtMs)
      return undefined;
    if (isAllAnswered) this.#answeredAt = now;
    if (this.#flying === 0) this.#heardAt = now;
    this.#flying += kept.data.length;
    if (this.#next > this.#sentThrough) {
      this.#sentThrough = this.#next;
      this.#markThrough = kept.mark;
    }
    this.#next += 1;
    return kept.data;
  }

  /** The other side has all up to this one. */
  acknowledge(sequence: number, now: number): void {
    const end = Math.min(sequence, this.#sentThrough);
    if (end < this.#first) return;
    this.#heardAt = now;
    this.#answeredAt = now;
    this.#limit = Math.min(FLYING_BYTES, this.#limit * 2);
    for (; this.#first <= end; this.#first += 1, this.#head += 1) {
      const size = this.#kept[this.#head]?.data.length ?? 0;
      this.#bytes -= size;
      if (this.#first < this.#next) this.#flying -= size;
    }
    this.#next = Math.max(this.#next, this.#first);
    if (this.#head > 256 && this.#head * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Goes back to `from`: all from there on is lost, and goes out again. */
  rewind(from: number, now: number): void {
    const to = Math.max(from, this.#first);
    if (to >= this.#next) return;
    for (let sequence = to; sequence < this.#next; sequence += 1)
      this.#flying -= this.#kept[this.#head + sequence - this.#first]?.data.length ?? 0;
    this.#next = to;
    this.#limit = CAREFUL_BYTES;
    this.#heardAt = now;
  }

  /** True once something is on its way and nothing is heard of it; what is silent goes out again. */
  rewindSilent(now: number): boolean {
    if (this.#flying === 0 || now - this.#heardAt < SILENCE_MS) return false;
    this.rewind(this.#first, now);
    return true;
  }
}
