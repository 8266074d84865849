/**
 * Output to one peer, in order [FRAME-6]. A message is one write, save that lines to a line peer are joined:
 * replies for as long as its own lines are read, and what a hub delivers for the turn of the loop. What must be a read of its own
 * waits until the gap time has passed or the peer has spoken, and what follows waits behind it. So does whatever is said while a file
 * is under way, and our FIN: nothing gets between a file's bytes, and nothing cuts them short.
 */
import type { Clock } from "../machines/_world.ts";
import type { Story } from "../stories/story.ts";
import type { Crowds } from "./crowd.ts";
import type { Delivery, JoinedLines } from "./delivery.ts";

/** [FRAME-6] Between two writes that must be two reads. */
const GAP_MS = 50;
/** Longer text is written as bytes: the system would copy it twice. */
const LONG_TEXT = 4_096;

export interface Writer {
  /** Story that knows when a byte moved last, either way. */
  readonly story: Pick<Story, "now" | "movedAt">;
  /** Into the link, now. */
  write(bytes: Buffer): void;
  /** The same of text that is ASCII. */
  writeText(text: string): void;
  /** So many bytes wait here now. */
  onQueued(bytes: number): void;
  /** Nothing waits any more. */
  onDrained(): void;
}

/** A message, or something to do in its turn. */
interface Waiting {
  readonly bytes?: Buffer;
  readonly apart?: boolean;
  readonly run?: () => void;
}

export class Outflow {
  readonly #writer: Writer;
  readonly #clock: Clock;
  /** Crowds that this peer may be in: what they have to hear comes before what is said now. */
  readonly #crowds: Crowds | undefined;
  /** Replies in lines, while the peer's own lines are read. */
  #said = "";
  /** Delivered lines of this turn. */
  #joined: JoinedLines | undefined;
  /** Messages behind one that must be a read of its own, or behind a file. */
  #waiting: Waiting[] | undefined;
  #waitingBytes = 0;
  #isFileUnderWay = false;
  #gapTimer: unknown;
  /** Nothing was written since the peer's last packet, or at all. */
  #hasPeerSpoken = true;

  constructor(writer: Writer, clock: Clock, crowds: Crowds | undefined) {
    this.#writer = writer;
    this.#clock = clock;
    this.#crowds = crowds;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Nothing is to go before what is said now. */
  get isClear(): boolean {
    return this.#said === "" && this.#joined === undefined && this.#waiting === undefined;
  }

  /** Something went to the peer past this. */
  wrote(): void {
    this.#hasPeerSpoken = false;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  get isFileUnderWay(): boolean {
    return this.#isFileUnderWay;
  }

  /** A line that may be joined with those that follow until `flush`. */
  line(text: string): void {
    this.#crowds?.settle();
    if (this.#joined) this.flushReplies();
    this.#said += text;
  }

  /** A hub's line: joined with the others of this turn. `isNow`: the turn is over. */
  deliver(delivery: Delivery, isNow: boolean): void {
    if (this.#said !== "") this.flushReplies();
    if (!this.#joined && !isNow) atEndOfTurn(this);
    this.#joined = delivery.after(this.#joined);
    if (isNow) this.flushReplies();
  }

  /** Writes everything that was said so far. */
  flush(): void {
    this.#crowds?.settle();
    this.flushReplies();
  }

  /** Writes the lines that were joined here. */
  flushReplies(): void {
    if (this.#joined) {
      const { bytes } = this.#joined;
      this.#joined = undefined;
      this.#post(bytes, false);
    }
    if (this.#said !== "") {
      const text = this.#said;
      this.#said = "";
      this.#postText(text, false);
    }
  }

  /** `apart`: a read of its own for the peer. */
  post(bytes: Buffer, apart = false): void {
    this.flush();
    this.#post(bytes, apart);
  }

  postText(text: string, apart = false): void {
    this.flush();
    this.#postText(text, apart);
  }

  /** Does it when everything that was said before is written: now, or in its turn. */
  inTurn(run: () => void): void {
    this.flush();
    if (this.#waiting) this.#waiting.push({ run });
    else run();
  }

  /** Resolves when the file's turn has come; from then until `endFile`, everything else waits. */
  beginFile(): Promise<void> {
    return new Promise((resolve) => {
      this.inTurn(() => {
        this.#isFileUnderWay = true;
        this.#waiting ??= [];
        resolve();
      });
    });
  }

  endFile(): void {
    this.#isFileUnderWay = false;
    this.#hasPeerSpoken = false;
    const waiting = this.#waiting;
    if (waiting?.[0]?.apart) this.#awaitGap(waiting);
    else if (waiting) this.#writeWaiting(waiting);
  }

  /** [FRAME-6] The peer's next packet is as good as the gap. */
  peerSpoke(): void {
    this.#hasPeerSpoken = true;
    if (this.#waiting) this.#writeWaiting(this.#waiting);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#gapTimer);
  }

  /** Short text that is ASCII, and need not wait, is never made bytes by us. */
  #postText(text: string, apart: boolean): void {
    const mayGo = this.#waiting === undefined && !(apart && this.#gapLeft > 0);
    if (!mayGo || text.length > LONG_TEXT || Buffer.byteLength(text) !== text.length)
      return this.#post(Buffer.from(text), apart);
    this.#hasPeerSpoken = false;
    this.#writer.writeText(text);
  }

  #post(bytes: Buffer, apart: boolean): void {
    if (this.#waiting) {
      this.#wait(this.#waiting, bytes, apart);
    } else if (apart && this.#gapLeft > 0) {
      this.#waiting = [];
      this.#wait(this.#waiting, bytes, apart);
      this.#awaitGap(this.#waiting);
    } else {
      this.#write(bytes);
    }
  }

  #wait(waiting: Waiting[], bytes: Buffer, apart: boolean): void {
    waiting.push({ bytes, apart });
    this.#waitingBytes += bytes.length;
    this.#writer.onQueued(this.#waitingBytes);
  }

  #write(bytes: Buffer): void {
    this.#hasPeerSpoken = false;
    this.#writer.write(bytes);
  }

  get #gapLeft(): number {
    // If not the peer's packet, our write was what moved last.
    if (this.#hasPeerSpoken) return 0;
    const { story } = this.#writer;
    return GAP_MS - Math.floor((story.now() - story.movedAt) / 1_000);
  }

  #awaitGap(waiting: Waiting[]): void {
    this.#gapTimer = this.#clock.setTimeout(() => this.#writeWaiting(waiting), this.#gapLeft);
  }

  #writeWaiting(waiting: Waiting[]): void {
    this.#clock.clearTimeout(this.#gapTimer);
    while (!this.#isFileUnderWay) {
      const next = waiting.shift();
      if (!next) {
        this.#waiting = undefined;
        return this.#writer.onDrained();
      }
      if (next.bytes) {
        this.#waitingBytes -= next.bytes.length;
        this.#write(next.bytes);
      }
      next.run?.();
      // Each that is to be a read of its own has a gap of its own.
      if (waiting[0]?.apart) return this.#awaitGap(waiting);
    }
  }
}

/** Single timer for all that have lines to write when this turn of the loop is over. */
let ending: Outflow[] = [];

function atEndOfTurn(outflow: Outflow): void {
  if (ending.push(outflow) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const flows = ending;
  ending = [];
  for (const outflow of flows) outflow.flushReplies();
}
