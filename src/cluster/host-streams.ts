/** Nodes that hear an owner's hub: their streams, what they acknowledge and miss, and those whose visit is over. */
import type { Clock } from "../machines/_world.ts";
import type { Bus, Subject } from "./bus.ts";
import { GuestStream, outWord } from "./guest-stream.ts";
import { readCalls, readStreamWord } from "./hub-messages.ts";
import type { HubKind, HubSubjects } from "./hub-subjects.ts";
import { BATCH_BYTES, type CallBatch, type StreamWord } from "./hub-wire.ts";
import { Ticking } from "./ticking.ts";

/** Visits that are over, as many as may still be heard of. */
const OVER_KEPT = 1_000;
/** Bytes on their way to all nodes together; each has its share. */
const FLYING_BYTES = 8 * 1_048_576;
const LEAST_FLYING_BYTES = BATCH_BYTES;

export interface HostStreamsParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly subjects: HubSubjects;
  readonly epoch: number;
  readonly leaseMs: number;
  /** Calls may be taken now. */
  readonly mayTake: () => boolean;
  readonly onCalls: (stream: GuestStream, batch: CallBatch) => void;
  /** Something has to go out at the end of this turn. */
  readonly onWordDue: () => void;
  /** Hears of one that has left too much unacknowledged for too long. */
  readonly onDeaf: (stream: GuestStream) => void;
  /** Hears of a message that is none of a hub. */
  readonly onMalformed: (subject: Subject) => void;
}

export class HostStreams {
  readonly #parts: HostStreamsParts;
  readonly #streams = new Map<string, GuestStream>();
  /** Visits that are over, the newest ones: what still comes of them is answered with that. */
  readonly #over = new Set<string>();
  readonly #ticking: Ticking;
  readonly #stops: (() => void)[];
  #version = 0;

  constructor(parts: HostStreamsParts) {
    this.#parts = parts;
    this.#ticking = new Ticking(parts.clock, () => this.#tick());
    const { bus } = parts;
    this.#stops = [
      this.#hear("call", readCalls, (batch) => this.#onCalls(batch)),
      this.#hear("sync", readStreamWord, (word) => this.#onSync(word)),
      this.#hear("ack", readStreamWord, (word) => this.#onAck(word)),
      bus.watchConnection((isConnected) => isConnected && this.#again()),
    ];
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Changes with every coming and going. */
  get version(): number {
    return this.#version;
  }

  get all(): Iterable<GuestStream> {
    return this.#streams.values();
  }

  get(node: string): GuestStream | undefined {
    return this.#streams.get(node);
  }

  open(node: string, visit: string, lastBatch: number, lastCall: number): GuestStream {
    const stream = new GuestStream(node, visit, lastBatch, lastCall);
    this.#streams.set(node, stream);
    this.#version += 1;
    return stream;
  }

  /** Ends a visit; another may come of the same node. */
  end(stream: GuestStream): void {
    this.#streams.delete(stream.node);
    this.#version += 1;
    this.#over.add(`${stream.node} ${stream.visit}`);
    if (this.#over.size <= OVER_KEPT) return;
    const [oldest = ""] = this.#over;
    this.#over.delete(oldest);
  }

  isOver(node: string, visit: string): boolean {
    return this.#over.has(`${node} ${visit}`);
  }

  word(stream: { readonly node: string; readonly visit: string }, word: Parameters<typeof outWord>[1]): void {
    this.#publish(stream.node, outWord(stream, word));
  }

  /** The turn is over: what it had to say goes out. */
  endTurn(): void {
    for (const stream of this.#streams.values()) {
      if (!stream.hasSomething) continue;
      stream.endTurn();
      this.pump(stream);
    }
  }

  pump(stream: GuestStream): void {
    const { bus, clock } = this.#parts;
    const share = Math.max(LEAST_FLYING_BYTES, FLYING_BYTES / this.#streams.size);
    while (bus.isConnected) {
      const data = stream.window.take(clock.now(), share);
      if (!data) break;
      this.#publish(stream.node, data);
    }
    if (!stream.window.isEmpty) this.#ticking.start();
  }

  /** Begins anew where it says again that it is there: it has not heard the beginning. */
  beginAgain(stream: GuestStream): void {
    if (stream.window.acknowledged > 0) return;
    stream.window.rewind(1, this.#parts.clock.now());
    this.pump(stream);
  }

  /** Whether all that was said was heard, and all that was asked is answered. */
  get isSettled(): boolean {
    return [...this.#streams.keys()].every((node) => this.isSettledWith(node));
  }

  isSettledWith(node: string): boolean {
    const stream = this.#streams.get(node);
    return !stream || (stream.pending === 0 && !stream.hasSomething && stream.window.isEmpty);
  }

  /** Batches that came while none were taken are asked for. */
  askForCalls(): void {
    for (const stream of this.#streams.values()) this.word(stream, { s: stream.calls.last + 1 });
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#ticking.stop();
  }

  #publish(node: string, data: Uint8Array): void {
    const { bus, subjects, epoch } = this.#parts;
    bus.publish(subjects.out(epoch, node), data);
  }

  #hear<Message>(
    kind: HubKind,
    read: (data: Uint8Array) => Message | undefined,
    take: (message: Message) => void,
  ): () => void {
    const { bus, subjects, epoch, onMalformed } = this.#parts;
    return bus.subscribe(subjects.every(kind), ({ subject, data }) => {
      if (subjects.epochOf(subject) !== epoch) return;
      const message = read(data);
      if (message) take(message);
      else onMalformed(subject);
    });
  }

  /** Stream of the sender, where it is this visit's; the sender hears where it is not. */
  #streamOf({ f, v }: { readonly f: string; readonly v: string }): GuestStream | undefined {
    const stream = this.#streams.get(f);
    if (stream?.visit === v) return stream;
    this.word({ node: f, visit: v }, this.isOver(f, v) ? { x: 1 } : { w: 1 });
    return undefined;
  }

  #onCalls(batch: CallBatch): void {
    if (!this.#parts.mayTake()) return;
    const stream = this.#streamOf(batch);
    if (!stream) return;
    const verdict = stream.calls.take(batch.s);
    if (verdict === "next") this.#parts.onCalls(stream, batch);
    if (verdict === "repeated") {
      stream.isWordDue = true;
      this.#parts.onWordDue();
    }
    if (verdict === "early" && stream.calls.isComplaintDue(this.#parts.clock.now()))
      this.word(stream, { s: stream.calls.last + 1 });
  }

  #onSync(word: StreamWord): void {
    const stream = this.#streamOf(word);
    if (!stream) return;
    const now = this.#parts.clock.now();
    stream.window.acknowledge(word.q - 1, now);
    stream.window.rewind(word.q, now);
    this.pump(stream);
  }

  #onAck(word: StreamWord): void {
    const stream = this.#streamOf(word);
    if (!stream) return;
    stream.window.acknowledge(word.q, this.#parts.clock.now());
    this.pump(stream);
  }

  /** The bus is back: what was on its way is lost. */
  #again(): void {
    for (const stream of this.#streams.values()) {
      stream.window.rewind(1, this.#parts.clock.now());
      this.pump(stream);
    }
  }

  #tick(): boolean {
    const now = this.#parts.clock.now();
    let isWaiting = false;
    for (const stream of [...this.#streams.values()]) {
      const since = stream.unheardSince(now);
      if (since !== undefined && now - since >= this.#parts.leaseMs) {
        this.#parts.onDeaf(stream);
        continue;
      }
      if (stream.window.rewindSilent(now)) this.pump(stream);
      isWaiting ||= !stream.window.isEmpty;
    }
    return isWaiting;
  }
}
