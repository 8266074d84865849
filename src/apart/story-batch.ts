/**
 * Stories on their way to the daemon: what they keep is written once, as bytes, into one batch for many requests. What JSON would cost for
 * each of them is a third of a request.
 *
 *   batch    = segment…               one write to the daemon's pipe
 *   segment  = batch's number, size of its items, item…, batch's number again; the three are 32 bits, lowest byte first
 *   item     = op, then numbers and bytes by its kind (`story-reader.ts` reads them); numbers in groups of seven bits, lowest first
 *
 * A segment ends with each read. It is kept safe at once, where that is possible: the story of what a role died of has that read.
 */
import type { CountedRun } from "../stories/message-run.ts";
import type { Fact, Held, MessageFact } from "../stories/slots.ts";
import { kindIn, sizeIn, slot } from "../stories/slots.ts";
import { toPlain } from "../stories/story-record.ts";

/** Kinds of items. */
export const op = {
  opened: 0,
  slot: 1,
  fact: 2,
  counts: 3,
  fields: 4,
  moved: 5,
  run: 6,
  ended: 7,
} as const;

export const HEAD_BYTES = 8;
export const TAIL_BYTES = 4;
/** A batch that is so large goes at once. */
const FULL_BYTES = 65_536;
const CAPACITY_BYTES = 2 * FULL_BYTES;
/** Most of an item, its texts and bytes aside. */
const ITEM_BYTES = 64;
const NUMBER_BYTES = 8;
/** Facts that have a number at a time: they are few, unless a role makes up states and events as it goes. */
const MAX_FACTS = 8_192;

export interface BatchTarget {
  /** Takes a whole batch: its bytes are another's afterwards. */
  send(batch: Buffer): void;
  /** Keeps a segment where it outlives this process. False: it could not. */
  keepSafe(bytes: Buffer, from: number, to: number): boolean;
}

export class StoryBatch {
  readonly #target: BatchTarget;
  readonly #facts = new Map<object, number>();
  #bytes = Buffer.allocUnsafeSlow(CAPACITY_BYTES);
  #number = 1;
  #segment = 0;
  #at = HEAD_BYTES;

  constructor(target: BatchTarget) {
    this.#target = target;
  }

  opened(story: number, what: object): void {
    this.#json(op.opened, story, what);
  }

  fields(story: number, changed: object): void {
    this.#json(op.fields, story, toPlain(changed));
  }

  counts(story: number, bytesIn: number, bytesOut: number, movedAt: number): void {
    this.#begin(op.counts, story, 0);
    this.#write(bytesIn);
    this.#write(bytesOut);
    this.#write(movedAt);
  }

  moved(story: number, bytes: number): void {
    this.#begin(op.moved, story, 0);
    this.#write(bytes);
  }

  ended(story: number): void {
    this.#begin(op.ended, story, 0);
  }

  run(story: number, run: CountedRun): void {
    const fact = this.#factNumber(run.fact);
    this.#begin(op.run, story, (run.count - run.first) * NUMBER_BYTES);
    this.#write(run.at);
    this.#write(fact);
    this.#write(run.first);
    this.#write(run.count);
    for (let number = run.first; number < run.count; number += 1) this.#write(run.sizeOf(number));
  }

  slot(story: number, at: number, code: number, held: Held): void {
    switch (kindIn(code)) {
      case slot.in:
      case slot.inCut:
        this.#text(story, at, code, held as string);
        return this.#endRead();
      case slot.outText:
        return this.#words(story, at, code, held as string);
      case slot.out:
      case slot.outCut:
        return this.#octets(story, at, code, held as Buffer);
      case slot.message:
      case slot.fact:
        return this.#fact(story, at, code, held as Fact | MessageFact);
      default:
        return this.#entry(story, at, code, held);
    }
  }

  /** Sends what there is. */
  flush(): void {
    this.#endSegment();
    if (this.#segment === 0) return;
    const batch = this.#bytes.subarray(0, this.#segment);
    this.#number = (this.#number + 1) >>> 0;
    this.#segment = 0;
    this.#at = HEAD_BYTES;
    this.#target.send(batch);
  }

  // -- items ------------------------------------------------------------------------------------------------------------

  #json(kind: number, story: number, what: unknown): void {
    const text = JSON.stringify(what);
    const size = Buffer.byteLength(text);
    this.#begin(kind, story, size);
    this.#utf8(text, size);
  }

  #slot(story: number, at: number, code: number, moreBytes: number): void {
    this.#begin(op.slot, story, moreBytes);
    this.#write(at);
    this.#write(code);
  }

  /** A character a byte. */
  #text(story: number, at: number, code: number, text: string): void {
    this.#slot(story, at, code, text.length);
    this.#write(text.length);
    this.#at += this.#bytes.write(text, this.#at, text.length, "latin1");
  }

  #words(story: number, at: number, code: number, text: string): void {
    const size = sizeIn(code);
    if (size === text.length) return this.#text(story, at, code, text);
    this.#slot(story, at, code, size);
    this.#utf8(text, size);
  }

  #octets(story: number, at: number, code: number, bytes: Buffer): void {
    this.#slot(story, at, code, bytes.length);
    this.#write(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #fact(story: number, at: number, code: number, fact: Fact | MessageFact): void {
    const number = this.#factNumber(fact);
    this.#slot(story, at, code, 0);
    this.#write(number);
  }

  #entry(story: number, at: number, code: number, entry: Held): void {
    const text = JSON.stringify(toPlain(entry));
    const size = Buffer.byteLength(text);
    this.#slot(story, at, code, size);
    this.#utf8(text, size);
  }

  /** Number under which the daemon knows this fact. */
  #factNumber(fact: object): number {
    const known = this.#facts.get(fact);
    if (known !== undefined) return known;
    // The daemon takes what has an old number anew.
    if (this.#facts.size >= MAX_FACTS) this.#facts.clear();
    const number = this.#facts.size;
    this.#facts.set(fact, number);
    this.#json(op.fact, number, fact);
    return number;
  }

  // -- bytes ------------------------------------------------------------------------------------------------------------

  /** Every item begins with its kind and the number of what it is about. */
  #begin(kind: number, about: number, moreBytes: number): void {
    const needed = ITEM_BYTES + moreBytes + TAIL_BYTES;
    if (this.#at > FULL_BYTES || this.#at + needed > this.#bytes.length) this.flush();
    if (HEAD_BYTES + needed > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(HEAD_BYTES + needed);
    this.#bytes[this.#at] = kind;
    this.#at += 1;
    this.#write(about);
  }

  #write(number: number): void {
    const bytes = this.#bytes;
    let rest = number;
    // Beyond 31 bits, bitwise operators see another number.
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) {
      bytes[this.#at] = (rest % 128) | 128;
      this.#at += 1;
    }
    for (; rest > 127; rest >>= 7) {
      bytes[this.#at] = (rest & 127) | 128;
      this.#at += 1;
    }
    bytes[this.#at] = rest;
    this.#at += 1;
  }

  #utf8(text: string, size: number): void {
    this.#write(size);
    this.#at += this.#bytes.write(text, this.#at, size);
  }

  #endRead(): void {
    const from = this.#segment;
    this.#endSegment();
    if (!this.#target.keepSafe(this.#bytes, from, this.#segment)) this.flush();
  }

  #endSegment(): void {
    const items = this.#segment + HEAD_BYTES;
    if (this.#at === items) return;
    this.#bytes.writeUInt32LE(this.#number, this.#segment);
    this.#bytes.writeUInt32LE(this.#at - items, this.#segment + 4);
    this.#bytes.writeUInt32LE(this.#number, this.#at);
    this.#segment = this.#at + TAIL_BYTES;
    this.#at = this.#segment + HEAD_BYTES;
  }
}
