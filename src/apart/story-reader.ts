/** Batches of stories (`story-batch.ts`) as they come out at the daemon's end of the pipe. */
import type { CountedRun } from "../stories/message-run.ts";
import { sharedFact } from "../stories/shared-facts.ts";
import { type Fact, type Held, kindIn, type MessageFact, slot } from "../stories/slots.ts";
import type { StorySubject } from "../stories/story.ts";
import { fromPlain } from "../stories/story-record.ts";
import { HEAD_BYTES, op, TAIL_BYTES } from "./story-batch.ts";

export interface OpenedStory {
  readonly subject: StorySubject;
  readonly state: string;
  readonly openedAt: number;
  readonly secrets: readonly string[];
}

/** Stories are told by their numbers in the other process. */
export interface BatchHandlers {
  onOpened(story: number, opened: OpenedStory): void;
  onSlot(story: number, at: number, code: number, held: Held): void;
  onRun(story: number, run: CountedRun): void;
  onCounts(story: number, bytesIn: number, bytesOut: number, movedAt: number): void;
  onFields(story: number, fields: Readonly<Record<string, unknown>>): void;
  /** A file has grown by so much. */
  onMoved(story: number, bytes: number): void;
  onStoryEnded(story: number): void;
}

export class StoryReader {
  readonly #handlers: BatchHandlers;
  readonly #facts: (Fact | MessageFact)[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Number of the last batch that came whole. */
  #lastBatch = 0;

  constructor(handlers: BatchHandlers) {
    this.#handlers = handlers;
  }

  /** A whole batch. Throws where it is none. */
  read(batch: Buffer): void {
    this.#lastBatch = batch.readUInt32LE(0);
    if (this.#readSegments(batch, this.#lastBatch) < batch.length) throw new Error("no batch of stories");
  }

  /** Segments of the batch that would have been the next: as far as they go. */
  readRest(kept: Buffer): void {
    this.#readSegments(kept, (this.#lastBatch + 1) >>> 0);
  }

  /** Answers how far it came. */
  #readSegments(bytes: Buffer, batch: number): number {
    let from = 0;
    while (from + HEAD_BYTES + TAIL_BYTES <= bytes.length) {
      const items = from + HEAD_BYTES;
      const end = items + bytes.readUInt32LE(from + 4);
      const isWhole = end + TAIL_BYTES <= bytes.length && bytes.readUInt32LE(end) === batch;
      if (bytes.readUInt32LE(from) !== batch || !isWhole) break;
      this.#bytes = bytes;
      for (this.#at = items; this.#at < end; ) this.#item();
      from = end + TAIL_BYTES;
    }
    this.#bytes = Buffer.alloc(0);
    return from;
  }

  #item(): void {
    const kind = this.#number();
    const about = this.#number();
    switch (kind) {
      case op.slot:
        return this.#slot(about);
      case op.run:
        return this.#run(about);
      case op.counts:
        return this.#handlers.onCounts(about, this.#number(), this.#number(), this.#number());
      case op.fact:
        this.#facts[about] = sharedFact(JSON.parse(this.#utf8()) as Fact);
        return;
      case op.opened:
        return this.#handlers.onOpened(about, JSON.parse(this.#utf8()) as OpenedStory);
      case op.fields:
        return this.#handlers.onFields(about, this.#plain() as Record<string, unknown>);
      case op.moved:
        return this.#handlers.onMoved(about, this.#number());
      case op.ended:
        return this.#handlers.onStoryEnded(about);
      default:
        throw new Error("no item of a story");
    }
  }

  #slot(story: number): void {
    const at = this.#number();
    const code = this.#number();
    this.#handlers.onSlot(story, at, code, this.#held(code));
  }

  #held(code: number): Held {
    switch (kindIn(code)) {
      case slot.in:
      case slot.inCut:
        return this.#latin1();
      case slot.outText:
        return this.#utf8();
      case slot.out:
      case slot.outCut:
        return Buffer.from(this.#octets());
      case slot.message:
      case slot.fact:
        return this.#facts[this.#number()] as Fact;
      default:
        return this.#plain() as Held;
    }
  }

  #run(story: number): void {
    const at = this.#number();
    const fact = this.#facts[this.#number()] as MessageFact;
    const first = this.#number();
    const count = this.#number();
    const sizes = Array.from({ length: count - first }, () => this.#number());
    const sizeOf = (number: number) => sizes[number - first] ?? 0;
    this.#handlers.onRun(story, { at, fact, first, count, sizeOf });
  }

  #number(): number {
    let number = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.#bytes[this.#at] as number;
      this.#at += 1;
      number += (byte & 127) * weight;
      if (byte < 128 || byte === undefined) return number;
    }
  }

  #plain(): unknown {
    return fromPlain(JSON.parse(this.#utf8()));
  }

  #utf8(): string {
    return this.#octets().toString();
  }

  #latin1(): string {
    return this.#octets().toString("latin1");
  }

  #octets(): Buffer {
    const size = this.#number();
    const from = this.#at;
    this.#at += size;
    return this.#bytes.subarray(from, this.#at);
  }
}
