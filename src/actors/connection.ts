/**
 * One TCP connection: owns the socket, its framer and its story, and drives one machine.
 *
 * 1. Chunks go to the framer as they were read; nothing is interpreted yet.
 * 2. While the machine is in a state that waits for the peer (a phase), messages are taken out one by one and handed
 *    to it. In any other state input is held back: a reply or transfer under way is never overtaken [FRAME-8].
 * 3. The peer's FIN is told in every waiting state once nothing is left to read.
 * 4. A machine that ends closes: FIN, a bounded drain of what is still unread, the end.
 * 5. Whatever throws ends this connection and is recorded as its crash.
 */

import type { Socket } from "node:net";
import type { AnyMachineSnapshot } from "xstate";
import { errorTable, messageOf, NetlabError } from "../errors.ts";
import type { Phase, RoleEvent, Session } from "../machines/_role.ts";
import type { ByteSink, Clock, OpenFile, Peer } from "../machines/_world.ts";
import { Framer, type FramingOption, type Reading } from "../wire/framer.ts";
import { PeerMessage } from "../wire/message.ts";
import type { Answer } from "./answer.ts";
import { sendFile } from "./file-sender.ts";
import { Inflow } from "./inflow.ts";
import { breakReason } from "./os-errors.ts";
import type { MachineWatcher, RoleActor } from "./run-machine.ts";
import { eventsOf, stateName } from "./run-machine.ts";
import type { Live, Story } from "./story.ts";
import type { Telemetry } from "./telemetry.ts";

export interface ConnectionLimits {
  readonly maxMessageBytes: number;
  readonly maxQueueBytes: number;
  readonly idleMs: number;
  readonly framing: FramingOption;
}

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly phases: Readonly<Record<string, Phase>>;
  readonly story: Story;
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  /** The connection is over; its story has ended. */
  readonly onOver: (connection: Connection) => void;
  readonly telemetry: Telemetry;
  /** Something of ours threw: a client's run ends with its connection. */
  readonly onCrash?: (error: unknown) => void;
}

const QUIET_MS = 30;
/** [FRAME-6] Between two writes that must be two reads. */
const GAP_MS = 50;
const TAIL_MS = 2_000;
/** Input held back beyond this is left in the kernel, and so with the peer. */
const HELD_BYTES = 65_536;
/** One that sends faster than this is read on when the others had their turn: the system would read 2 MiB of it at once. */
const BURST_BYTES = 65_536;
const BURST_MS = 20;
/** What is drained after our FIN, so that our last words are not lost to a reset [FRAME-8]. */
const DRAIN_MS = 1_000;
const DRAIN_BYTES = 1_048_576;
export const THE_ROLE_STOPS = "the role stops";
const NO_BYTES = Buffer.alloc(0);

export class Connection implements Peer, Live, MachineWatcher, Session {
  readonly remote: { readonly address: string; readonly port: number };
  readonly story: Story;
  lastMovedAt: number;

  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #framer: Framer;
  #actor: RoleActor | undefined;
  #phase: Phase | undefined;
  #reading: Reading | undefined;
  #timer: unknown;
  #inflow: Inflow | undefined;
  #isPumping = false;
  #hasPeerEnded = false;
  /** The phase that was told of the peer's FIN. */
  #toldEndTo: Phase | undefined;
  #isClosing = false;
  #isSendingFile = false;
  /** Its FIN came before ours: it was the peer that left. */
  #hasPeerLeftFirst = false;
  #isLeaving = false;
  /** What it is told then; empty: nothing. */
  #farewell = "";
  /** Lines of this turn, for a line peer. */
  #joined: Buffer[] = [];
  /** Messages behind one that must be a read of its own. */
  #waiting: { readonly bytes: Buffer; readonly apart: boolean }[] = [];
  #gapTimer: unknown;
  #lastWriteAt = Number.NEGATIVE_INFINITY;
  #hasSpokenSinceWrite = false;
  #isCloseDue = false;
  #isOver = false;
  #drainedBytes = 0;
  #burstBytes = 0;
  #burstAt = Number.NEGATIVE_INFINITY;
  /** It is read on in the next turn of the loop. */
  #isResting = false;
  #broke: unknown;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.story = options.story;
    this.story.live = this;
    this.remote = options.story.subject.remote;
    this.lastMovedAt = options.clock.now();
    this.#framer = new Framer(options.limits.framing, {
      quietMs: QUIET_MS,
      tailMs: TAIL_MS,
      maxMessageBytes: options.limits.maxMessageBytes,
    });
    options.socket.setNoDelay(true);
    options.socket.on("data", (chunk: Buffer) => this.#read(chunk));
    options.socket.on("end", () => this.#readEnd());
    options.socket.on("error", (error) => {
      this.#broke ??= error;
    });
    options.socket.on("close", () => this.#over());
  }

  get id(): string {
    return this.story.subject.id;
  }

  // -- the machine -----------------------------------------------------------------------------------------------

  /** From here on this machine's conversation is with this peer. */
  drive(actor: RoleActor): void {
    this.#actor = actor;
    this.#enter(stateName(actor.getSnapshot().value));
    this.#pump();
  }

  /** The machine's context, for phase handlers. */
  get context(): unknown {
    return this.#actor?.getSnapshot().context;
  }

  get peer(): Peer {
    return this;
  }

  before(): void {
    this.story.hold(this.#options.clock.now());
  }

  after(from: string, to: string | undefined, event: string, answer?: Answer): void {
    const moved = to !== undefined && to !== from;
    this.story.release(moved ? { from, to, event, ...(answer ? { answer } : {}) } : undefined);
    if (to === undefined) return;
    // A state that is entered again is a new visit: its phase may be told of the FIN again.
    if (moved) this.#enter(to);
    // Timers and invoked actors move the machine outside our own loop; held input may be wanted now.
    if (moved && !this.#isPumping) queueMicrotask(() => this.#pump());
  }

  failed(error: unknown): void {
    this.crash(error);
  }

  done(): void {
    this.close();
  }

  /** Something of ours threw: this connection ends, nobody else's does. What throws when it is over is told all the same. */
  crash(error: unknown): void {
    if (this.story.fault === "crashed") return;
    if (this.story.endedAt === undefined) {
      this.story.release(undefined);
      this.story.faulted("crashed", messageOf(error));
      this.story.add({ at: this.#options.clock.now(), kind: "crashed", error: messageOf(error) });
    }
    this.#options.telemetry({ type: "connection.crashed", id: this.id, error });
    this.#phase = undefined;
    this.close();
    this.#options.onCrash?.(error);
  }

  #tell(event: RoleEvent): void {
    if (this.#actor?.getSnapshot().status === "active") this.#actor.send(event);
  }

  #enter(state: string): void {
    this.story.state = state;
    this.#phase = this.#options.phases[state];
    this.story.waitsFor = this.#phase?.expects;
    this.#reading = this.#phase && this.#readingOf(this.#phase);
    this.#toldEndTo = undefined;
    this.#leaveIfIdle();
  }

  #leaveIfIdle(): void {
    if (!this.#isLeaving || !this.#phase || this.#phase.underWay || this.#isClosing) return;
    const words = this.#farewell;
    this.#farewell = "";
    // A read of its own: behind a reply that has just gone out it would be taken for its end [FRAME-6].
    if (words !== "" && this.#phase.reads === "text") this.send(words, { apart: true });
    this.close();
  }

  #readingOf({ reads, isWord, decode, unglue }: Phase): Reading {
    return {
      reads,
      isWord,
      decode: decode && ((pending) => decode(pending, this)),
      unglue: unglue && ((text) => unglue(text, this)),
    };
  }

  // -- what comes --------------------------------------------------------------------------------------------------

  #read(chunk: Buffer): void {
    const now = this.#options.clock.now();
    this.lastMovedAt = now;
    if (this.#isClosing) return this.#drain(chunk);
    this.#hasSpokenSinceWrite = true;
    if (this.#waiting.length > 0) this.#writeWaiting();
    if (this.#inflow) this.story.bytesIn += chunk.length;
    else this.story.came(chunk, now);
    this.#framer.push(chunk, now);
    if (!this.#inflow) this.#letOthersIn(chunk.length, now);
    if (this.#inflow) return this.#inflow.flow();
    if (this.#phase) return this.#pump();
    this.#tell({ type: "peer.spoke" });
    if (this.#framer.unreadBytes > HELD_BYTES) this.#socket.pause();
  }

  #readEnd(): void {
    this.#hasPeerEnded = true;
    this.story.add({ at: this.#options.clock.now(), kind: "ended" });
    this.#framer.end();
    if (this.#inflow) this.#inflow.end();
    else this.#pump();
  }

  /** Hands over messages for as long as the machine waits for them. */
  #pump(): void {
    if (this.#isPumping || this.#inflow) return;
    this.#isPumping = true;
    try {
      let isMore = true;
      while (isMore && this.#phase && this.#reading && !this.#isClosing) {
        isMore = this.#handNext(this.#phase, this.#reading);
      }
    } catch (error) {
      this.crash(error);
    } finally {
      this.#isPumping = false;
    }
    if (this.#phase && !this.#isResting && this.#socket.isPaused()) this.#socket.resume();
  }

  #letOthersIn(size: number, now: number): void {
    if (now - this.#burstAt > BURST_MS) {
      this.#burstAt = now;
      this.#burstBytes = 0;
    }
    this.#burstBytes += size;
    if (this.#burstBytes < BURST_BYTES || this.#isResting) return;
    this.#burstBytes = 0;
    this.#isResting = true;
    this.#socket.pause();
    setImmediate(() => {
      this.#isResting = false;
      // Where nothing is waited for and enough is held, it stays with the peer.
      if (this.#phase || this.#isClosing || this.#framer.unreadBytes <= HELD_BYTES) this.#socket.resume();
    });
  }

  /** Whether it is worth asking for another message. */
  #handNext(phase: Phase, reading: Reading): boolean {
    this.#stopTimer();
    const framed = this.#framer.next(reading, this.#options.clock.now());
    this.story.framing = this.#framer.framing;
    switch (framed.kind) {
      case "message":
        this.#deliver(phase, new PeerMessage(framed.bytes, framed.value));
        return true;
      case "wait":
        this.#timer = this.#options.clock.setTimeout(() => this.#pump(), framed.ms);
        return false;
      case "tooLong":
        this.#refuseAndClose(
          "too-long",
          "FRAME-7",
          `a message over ${this.#options.limits.maxMessageBytes} bytes`,
        );
        return false;
      case "nothing":
        return this.#tellEnd(phase);
    }
  }

  #deliver(phase: Phase, message: PeerMessage): void {
    const at = this.#options.clock.now();
    this.story.lastRule = phase.rule;
    this.story.add({
      at,
      kind: "message",
      size: message.bytes.length,
      state: this.story.state,
      rule: phase.rule,
    });
    const event = phase.handle ? phase.handle(message, this) : message;
    if (event) this.#tell(event);
  }

  /** [FRAME-8] The FIN is an event behind the last message, told once to each state that waits. */
  #tellEnd(phase: Phase): boolean {
    if (!this.#hasPeerEnded || this.#toldEndTo === phase) return false;
    this.#toldEndTo = phase;
    this.#tell({ type: "peer.ended" });
    return true;
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  // -- what the machine says ----------------------------------------------------------------------------------------

  send(text: string, { apart = false }: { readonly apart?: boolean } = {}): void {
    this.#post(Buffer.from(ended(text, this.#framer.framing)), apart);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#post(Buffer.from(bytes), false);
  }

  /** A hub's message: lines to a line peer are joined for this turn of the loop, anything else is a write of its own. */
  deliver(delivery: Delivery): void {
    const bytes = delivery.bytesFor(this.#framer.framing);
    if (this.#framer.framing !== "line") return this.#post(bytes, false);
    if (this.#joined.length === 0) setImmediate(() => this.#writeJoined());
    this.#joined.push(bytes);
  }

  #writeJoined(): void {
    const lines = this.#joined;
    if (lines.length === 0) return;
    this.#joined = [];
    this.#post(lines.length === 1 && lines[0] ? lines[0] : Buffer.concat(lines), false);
  }

  /** [FRAME-6] What must be a read of its own waits for the gap, or for the peer's next packet; what follows it waits too. */
  #post(bytes: Buffer, apart: boolean): void {
    this.#writeJoined();
    if (this.#waiting.length === 0 && (!apart || this.#gapLeft <= 0)) return this.#write(bytes);
    this.#waiting.push({ bytes, apart });
    if (this.#waiting.length === 1) this.#awaitGap();
  }

  get #gapLeft(): number {
    if (this.#hasSpokenSinceWrite) return 0;
    return this.#lastWriteAt + GAP_MS - this.#options.clock.now();
  }

  #awaitGap(): void {
    this.#gapTimer = this.#options.clock.setTimeout(() => this.#writeWaiting(), this.#gapLeft);
  }

  #writeWaiting(): void {
    this.#options.clock.clearTimeout(this.#gapTimer);
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.#write(next.bytes);
      // Each that is to be a read of its own has a gap of its own.
      if (this.#waiting[0]?.apart) return this.#awaitGap();
    }
    if (this.#isCloseDue) this.close();
  }

  async sendFile(file: OpenFile): Promise<void> {
    const at = this.#options.clock.now();
    this.story.add({ at, kind: "file", direction: "out", name: file.name, size: file.sizeBytes });
    this.#framer.replied();
    this.#isSendingFile = true;
    try {
      await sendFile(this.#socket, file, (count) => {
        this.story.bytesOut += count;
        this.lastMovedAt = this.#options.clock.now();
      });
    } catch (error) {
      if (!this.#isClosing && !this.#isOver) this.#breakOff(messageOf(error), error);
      throw error;
    } finally {
      this.#isSendingFile = false;
    }
  }

  async receiveInto(sink: ByteSink, sizeBytes: number): Promise<void> {
    const at = this.#options.clock.now();
    this.story.add({ at, kind: "file", direction: "in", name: "", size: sizeBytes });
    this.#inflow = new Inflow(this.#framer, this.#socket, sink, sizeBytes, this.#options.clock);
    if (this.#hasPeerEnded || this.#isOver) this.#inflow.end();
    this.#inflow.flow();
    try {
      await this.#inflow.whole;
    } catch (error) {
      this.story.faulted("failed", messageOf(error));
      throw error;
    } finally {
      this.#inflow = undefined;
    }
  }

  refuse(words: string, rule: string, why: string): void {
    this.story.lastRule = rule;
    this.story.faulted("refused", why);
    this.story.add({ at: this.#options.clock.now(), kind: "refused", rule, words, why });
    const remote = `${this.remote.address}:${this.remote.port}`;
    this.#options.telemetry({ type: "connection.refused", id: this.id, remote, rule, why });
    // A role may have no word for it; a line peer is not told an empty one.
    if (words !== "") this.send(words);
  }

  remark(text: string): void {
    this.story.add({ at: this.#options.clock.now(), kind: "remark", text });
    this.#options.telemetry({ type: "connection.remark", id: this.id, text });
  }

  #write(bytes: Buffer): void {
    if (this.#isClosing || this.#isOver || bytes.length === 0) return;
    // An operator has sent our FIN: the conversation goes on in one direction.
    if (this.#socket.writableEnded) return;
    const now = this.#options.clock.now();
    this.lastMovedAt = now;
    this.story.sent(bytes, now);
    this.#framer.replied();
    this.#lastWriteAt = now;
    this.#hasSpokenSinceWrite = false;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#options.limits.maxQueueBytes) this.#dropDeaf();
  }

  /** The first fault is the cause; what breaks after it is told by nobody. */
  #fail(why: string): void {
    if (this.story.fault) return;
    this.story.faulted("failed", why);
    this.#options.telemetry({ type: "connection.failed", id: this.id, why });
  }

  /** Fewer bytes than announced: words would be taken for the file's, so only a broken connection tells the peer. */
  #breakOff(why: string, error: unknown): void {
    this.#broke ??= error;
    this.#fail(why);
    this.#socket.resetAndDestroy();
  }

  /** A peer that does not read is dropped, not waited for. */
  #dropDeaf(): void {
    this.#fail(`does not read: ${this.#socket.writableLength} bytes wait for it`);
    this.#isClosing = true;
    this.#socket.destroy();
  }

  // -- the end -------------------------------------------------------------------------------------------------------

  close(): void {
    if (this.#isClosing || this.#isOver) return;
    this.#writeJoined();
    // The last words may still wait for their gap.
    this.#isCloseDue = this.#waiting.length > 0;
    if (this.#isCloseDue) return;
    this.#isClosing = true;
    this.#hasPeerLeftFirst = this.#hasPeerEnded;
    this.#stopTimer();
    // A peer that is gone answers what we said last with a reset, and only a write hears of it: of no bytes will do.
    if (this.#hasPeerEnded && this.story.bytesOut > 0) this.#socket.write(NO_BYTES);
    this.#socket.end(() => {
      this.#timer = this.#options.clock.setTimeout(() => this.#socket.destroy(), DRAIN_MS);
    });
    // What was held back is drained too: a close with unread input would be a reset.
    this.#socket.resume();
  }

  /** The role stops: a peer that nothing is under way with is told so and goes, another when its transfer or reply is done. */
  leave(farewell: string): void {
    this.#isLeaving = true;
    this.#farewell = farewell;
    this.story.add({ at: this.#options.clock.now(), kind: "operator", text: THE_ROLE_STOPS });
    this.#leaveIfIdle();
  }

  /** An operator's bytes into the conversation, past the machine. */
  inject(bytes: Uint8Array, text: string): void {
    this.story.add({ at: this.#options.clock.now(), kind: "operator", text });
    this.sendBytes(bytes);
  }

  /** An operator's event into the machine; answers whether its present state takes it. */
  raise(event: RoleEvent): boolean {
    const snapshot = this.#actor?.getSnapshot();
    if (snapshot?.status !== "active" || !snapshot.can(event)) return false;
    this.story.add({ at: this.#options.clock.now(), kind: "operator", text: `event ${event.type}` });
    this.#tell(event);
    return true;
  }

  /** What the machine's present state takes. */
  get acceptedEvents(): string[] {
    const snapshot = this.#actor?.getSnapshot();
    return snapshot ? eventsOf(snapshot) : [];
  }

  get snapshot(): AnyMachineSnapshot | undefined {
    return this.#actor?.getSnapshot();
  }

  /** An operator shows the peer the door: what the machine says to others when one leaves is said, then our FIN [FRAME-8]. */
  kick(): void {
    // In the middle of a file a FIN would be taken for its end.
    if (this.#isSendingFile) return this.kill("kicked");
    this.story.add({ at: this.#options.clock.now(), kind: "operator", text: "kicked" });
    this.#tell({ type: "peer.closed" });
    this.close();
  }

  /** An operator's FIN: our side ends, the peer's goes on. */
  fin(): void {
    this.story.add({ at: this.#options.clock.now(), kind: "operator", text: "fin: we send no more" });
    this.#socket.end();
  }

  /** An operator's RST. */
  reset(): void {
    this.story.add({
      at: this.#options.clock.now(),
      kind: "operator",
      text: "rst: the connection is torn down",
    });
    this.#isClosing = true;
    this.#socket.resetAndDestroy();
  }

  kill(why: string): void {
    this.story.add({ at: this.#options.clock.now(), kind: "operator", text: why });
    this.#isClosing = true;
    // A FIN would be the end of a whole file for those who read to the end.
    if (this.#isSendingFile) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** [FRAME-7] Called by the listener's sweep. */
  sweep(now: number): void {
    if (now - this.lastMovedAt < this.#options.limits.idleMs) return;
    const why = "nothing came or went for the idle time";
    if (this.#isClosing) this.#socket.destroy();
    else if (this.#isSendingFile) this.#breakOff(why, new NetlabError("idle-too-long", why));
    else this.#refuseAndClose("idle-too-long", "FRAME-7", why);
  }

  #refuseAndClose(code: "too-long" | "idle-too-long", rule: string, why: string): void {
    this.refuse(errorTable[code].peer, rule, why);
    this.close();
  }

  #drain(chunk: Buffer): void {
    this.#drainedBytes += chunk.length;
    this.story.bytesIn += chunk.length;
    if (this.#drainedBytes > DRAIN_BYTES) this.#socket.destroy();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    this.#options.clock.clearTimeout(this.#gapTimer);
    if (this.#broke && !this.#isClosing) this.#fail(breakReason(this.#broke));
    const by = this.#isClosing && !this.#broke && !this.#hasPeerLeftFirst ? "us" : "peer";
    const how = this.#broke ? breakReason(this.#broke) : "closed";
    this.story.add({ at: this.#options.clock.now(), kind: "closed", by, how });
    this.#inflow?.end();
    this.#tell({ type: "peer.closed" });
    this.story.waitsFor = undefined;
    this.#phase = undefined;
    this.#options.onOver(this);
  }

  // -- what can be asked while it lives ---------------------------------------------------------------------------

  get framing(): string {
    return this.#framer.framing;
  }

  get unreadBytes(): number {
    return this.#framer.unreadBytes;
  }

  unread(limit: number): Buffer {
    return this.#framer.peek(limit);
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** It was refused, or its machine has ended: its place may be another's. */
  get isClosing(): boolean {
    return this.#isClosing;
  }
}

/** One message for many peers: encoded once for each way of ending it. */
export class Delivery {
  readonly #text: string;
  readonly #encoded = new Map<string, Buffer>();

  constructor(text: string) {
    this.#text = text;
  }

  bytesFor(framing: string): Buffer {
    let bytes = this.#encoded.get(framing);
    if (!bytes) {
      bytes = Buffer.from(ended(this.#text, framing));
      this.#encoded.set(framing, bytes);
    }
    return bytes;
  }
}

/** [FRAME-5] */
function ended(text: string, framing: string): string {
  if (framing === "line") return text.endsWith("\n") ? text : `${text}\n`;
  return framing === "nul" ? `${text}\0` : text;
}
