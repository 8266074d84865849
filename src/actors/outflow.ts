/**
 * What one peer is to be told, in order [FRAME-6]. One message is one write, save that lines to a line peer are joined:
 * replies for as long as its own lines are read, and what a hub delivers for the turn of the loop. What must be a read of its own
 * waits until the gap time has passed or the peer has spoken, and what follows waits behind it.
 */
import type { Clock } from "../machines/_world.ts";
import type { Delivery, JoinedLines } from "./delivery.ts";

/** [FRAME-6] Between two writes that must be two reads. */
const GAP_MS = 50;

export interface Writer {
  /** Into the socket, now. */
  write(bytes: Buffer): void;
  /** Nothing waits for its gap any more. */
  caughtUp(): void;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly apart: boolean;
}

export class Outflow {
  readonly #writer: Writer;
  readonly #clock: Clock;
  /** Replies in lines, while the peer's own lines are read. */
  #said = "";
  /** Delivered lines of this turn. */
  #joined: JoinedLines | undefined;
  /** Messages behind one that must be a read of its own. */
  #waiting: Waiting[] | undefined;
  #gapTimer: unknown;
  #lastWriteAt = Number.NEGATIVE_INFINITY;
  #hasPeerSpoken = false;

  constructor(writer: Writer, clock: Clock) {
    this.#writer = writer;
    this.#clock = clock;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** A line that may be joined with those that follow until `flush`. */
  line(text: string): void {
    if (this.#joined) this.flush();
    this.#said += text;
  }

  /** A hub's line: joined with the others of this turn. */
  deliver(delivery: Delivery): void {
    if (this.#said !== "") this.flush();
    if (!this.#joined) atEndOfTurn(this);
    this.#joined = delivery.after(this.#joined);
  }

  /** Writes the lines that were joined. */
  flush(): void {
    if (this.#joined) {
      const { bytes } = this.#joined;
      this.#joined = undefined;
      this.#post(bytes, false);
    }
    if (this.#said !== "") {
      const bytes = Buffer.from(this.#said);
      this.#said = "";
      this.#post(bytes, false);
    }
  }

  /** `apart`: a read of its own for the peer. */
  post(bytes: Buffer, apart = false): void {
    this.flush();
    this.#post(bytes, apart);
  }

  /** [FRAME-6] The peer's next packet is as good as the gap. */
  peerSpoke(): void {
    this.#hasPeerSpoken = true;
    if (this.#waiting) this.#writeWaiting(this.#waiting);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#gapTimer);
  }

  #post(bytes: Buffer, apart: boolean): void {
    if (this.#waiting) {
      this.#waiting.push({ bytes, apart });
    } else if (apart && this.#gapLeft > 0) {
      this.#waiting = [{ bytes, apart }];
      this.#awaitGap(this.#waiting);
    } else {
      this.#write(bytes);
    }
  }

  #write(bytes: Buffer): void {
    this.#lastWriteAt = this.#clock.now();
    this.#hasPeerSpoken = false;
    this.#writer.write(bytes);
  }

  get #gapLeft(): number {
    if (this.#hasPeerSpoken) return 0;
    return this.#lastWriteAt + GAP_MS - this.#clock.now();
  }

  #awaitGap(waiting: Waiting[]): void {
    this.#gapTimer = this.#clock.setTimeout(() => this.#writeWaiting(waiting), this.#gapLeft);
  }

  #writeWaiting(waiting: Waiting[]): void {
    this.#clock.clearTimeout(this.#gapTimer);
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      this.#write(next.bytes);
      // Each that is to be a read of its own has a gap of its own.
      if (waiting[0]?.apart) return this.#awaitGap(waiting);
    }
    this.#waiting = undefined;
    this.#writer.caughtUp();
  }
}

/** One timer for all that have lines to write when this turn of the loop is over. */
let ending: Outflow[] = [];

function atEndOfTurn(outflow: Outflow): void {
  if (ending.push(outflow) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const flows = ending;
  ending = [];
  for (const outflow of flows) outflow.flush();
}
