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

import type { AnyMachineSnapshot } from "xstate";
import { errorTable, NetlabError } from "../errors.ts";
import type { Link, LinkHandlers } from "../link/link.ts";
import type { Phase, RoleEvent, Session } from "../machines/_role.ts";
import { eventsOf, stateName } from "../machines/_state-names.ts";
import type { ByteSink, Clock, OpenFile, Peer } from "../machines/_world.ts";
import { breakCause, causeOfError, crashCause } from "../os/error-causes.ts";
import type { Answer } from "../stories/answer.ts";
import { type Cause, cause, refusalCause, remarkCause } from "../stories/causes.ts";
import type { OperatorAction } from "../stories/entry.ts";
import type { Live, Story } from "../stories/story.ts";
import {
  Framer,
  type FramerLimits,
  type FramingOption,
  defaultLimits as framerLimits,
} from "../wire/framer.ts";
import { PeerMessage } from "../wire/message.ts";
import { asBuffer, type Delivery, ended } from "./delivery.ts";
import type { Place } from "./descriptor-budget.ts";
import { sendFile } from "./file-sender.ts";
import { Inflow } from "./inflow.ts";
import { Outflow, type Writer } from "./outflow.ts";
import type { OwnFiles } from "./own-files.ts";
import type { MachineWatcher, RoleActor } from "./run-machine.ts";
import type { CommonOptions } from "./service.ts";
import type { Telemetry } from "./telemetry.ts";
import { Throttle } from "./throttle.ts";

export interface ConnectionLimits extends FramerLimits {
  readonly maxQueueBytes: number;
  readonly idleMs: number;
  readonly framing: FramingOption;
}

/** The same object for all connections of an instance. */
export function limitsOf({ maxMessage, maxQueue, idle, framing }: CommonOptions): ConnectionLimits {
  return { ...framerLimits, maxMessageBytes: maxMessage, maxQueueBytes: maxQueue, idleMs: idle, framing };
}

/** What all connections of one server, or of one run, share. */
export interface ConnectionHost {
  readonly phases: Readonly<Record<string, Phase>>;
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  readonly telemetry: Telemetry;
  /** Something of ours threw: a client's run ends with its connection. */
  readonly onCrash?: (error: unknown) => void;
  /** The connection is over; its story has ended. */
  over(connection: Connection): void;
}

/** Input held back beyond this is left in the kernel, and so with the peer. */
const HELD_BYTES = 65_536;
/** What is drained after our FIN, so that our last words are not lost to a reset [FRAME-8]. */
const DRAIN_MS = 1_000;
const DRAIN_BYTES = 1_048_576;
const NO_BYTES = Buffer.alloc(0);

export class Connection implements Peer, Live, MachineWatcher, Session, LinkHandlers, Writer {
  readonly remote: { readonly address: string; readonly port: number };
  readonly story: Story;
  lastMovedAt: number;
  /** What its listener takes back when it is over. */
  place: Place | undefined;
  files: OwnFiles | undefined;

  readonly #link: Link;
  readonly #host: ConnectionHost;
  readonly #framer: Framer;
  readonly #outflow: Outflow;
  readonly #throttle: Throttle;
  #actor: RoleActor | undefined;
  #phase: Phase | undefined;
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
  /** An operator has sent our FIN. */
  #isFinSent = false;
  #isCloseDue = false;
  #isOver = false;
  #drainedBytes = 0;
  #broke: unknown;

  constructor(link: Link, story: Story, host: ConnectionHost) {
    this.#link = link;
    this.#host = host;
    this.story = story;
    this.story.live = this;
    this.remote = story.subject.remote;
    this.lastMovedAt = host.clock.now();
    this.#framer = new Framer(host.limits.framing, host.limits);
    this.#outflow = new Outflow(this, host.clock);
    this.#throttle = new Throttle(link);
    link.attach(this);
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
    this.story.beginStep();
  }

  after(from: string, to: string | undefined, event: string, answer?: Answer): void {
    const moved = to !== undefined && to !== from;
    this.story.endStep(moved ? { from, to, event, ...(answer ? { answer } : {}) } : undefined);
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
      this.story.endStep(undefined);
      // What was said before it threw was said.
      this.#outflow.flush();
      this.story.crash(crashCause(error));
    }
    this.#host.telemetry({ type: "connection.crashed", id: this.id, error });
    this.#phase = undefined;
    this.close();
    this.#host.onCrash?.(error);
  }

  #tell(event: RoleEvent): void {
    if (this.#actor?.getSnapshot().status === "active") this.#actor.send(event);
  }

  #enter(state: string): void {
    this.story.state = state;
    this.#phase = this.#host.phases[state];
    this.story.waitsFor = this.#phase?.expects;
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

  // -- what comes --------------------------------------------------------------------------------------------------

  onData(chunk: Buffer): void {
    const now = this.#host.clock.now();
    this.lastMovedAt = now;
    if (this.#isClosing) return this.#drain(chunk);
    this.#outflow.peerSpoke();
    if (this.#inflow) this.#inflow.count(chunk.length);
    else this.story.recordRead(chunk);
    this.#framer.push(chunk, now);
    if (!this.#inflow) this.#throttle.onRead(chunk.length, now);
    if (this.#inflow) return this.#inflow.flow();
    if (this.#phase) return this.#pump();
    this.#tell({ type: "peer.spoke" });
    if (this.#framer.unreadBytes > HELD_BYTES) this.#throttle.hold();
  }

  onEnd(): void {
    this.#hasPeerEnded = true;
    this.story.add({ at: this.story.now(), kind: "ended" });
    this.#framer.end();
    if (this.#inflow) this.#inflow.end();
    else this.#pump();
  }

  /** Hands over messages for as long as the machine waits for them. */
  #pump(): void {
    if (this.#isPumping || this.#inflow) return;
    this.#isPumping = true;
    try {
      const now = this.#host.clock.now();
      let isMore = true;
      while (isMore && this.#phase && !this.#isClosing) isMore = this.#handNext(this.#phase, now);
    } catch (error) {
      this.crash(error);
    } finally {
      this.#isPumping = false;
      this.#outflow.flush();
    }
    if (this.#phase) this.#throttle.release();
  }

  /** Whether it is worth asking for another message. */
  #handNext(phase: Phase, now: number): boolean {
    this.#stopTimer();
    const framed = this.#framer.next(phase, now, this);
    this.story.framing = this.#framer.framing;
    switch (framed.kind) {
      case "message":
        this.#hand(phase, new PeerMessage(framed.bytes, framed.value));
        return true;
      case "wait":
        this.#timer = this.#host.clock.setTimeout(() => this.#pump(), framed.ms);
        return false;
      case "tooLong":
        this.#refuseAndClose(
          "too-long",
          cause("message-too-long", { limit: this.#host.limits.maxMessageBytes }),
        );
        return false;
      case "nothing":
        return this.#tellEnd(phase);
    }
  }

  #hand(phase: Phase, message: PeerMessage): void {
    this.story.lastRule = phase.rule;
    this.story.add({
      at: this.story.now(),
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
    this.#host.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  // -- what the machine says ----------------------------------------------------------------------------------------

  /** [FRAME-5, FRAME-6] Replies to lines that were read together are joined for a line peer. */
  send(text: string, options?: { readonly apart?: boolean }): void {
    const { framing } = this.#framer;
    const message = ended(text, framing);
    const isApart = options?.apart === true;
    if (framing === "line" && this.#isPumping && !isApart) this.#outflow.line(message);
    else this.#outflow.post(Buffer.from(message), isApart);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#outflow.post(asBuffer(bytes));
  }

  /** A hub's message: lines to a line peer are joined for this turn of the loop, anything else is a write of its own. */
  deliver(delivery: Delivery): void {
    const { framing } = this.#framer;
    if (framing === "line") this.#outflow.deliver(delivery);
    else this.#outflow.post(delivery.bytesFor(framing));
  }

  async sendFile(file: OpenFile): Promise<void> {
    const record = this.story.recordFile("out", file.name, file.sizeBytes);
    this.#outflow.flush();
    this.#framer.replied();
    this.#isSendingFile = true;
    try {
      await sendFile(this.#link, file, (count) => {
        record.moved(count);
        this.lastMovedAt = this.#host.clock.now();
      });
    } catch (error) {
      if (!this.#isClosing && !this.#isOver) this.#breakOff(causeOfError(error), error);
      throw error;
    } finally {
      this.#isSendingFile = false;
    }
  }

  async receiveInto(sink: ByteSink, sizeBytes: number): Promise<void> {
    const record = this.story.recordFile("in", "", sizeBytes);
    this.#inflow = new Inflow(this.#framer, this.#throttle, sink, sizeBytes, this.#host.clock, record);
    if (this.#hasPeerEnded || this.#isOver) this.#inflow.end();
    this.#inflow.flow();
    try {
      await this.#inflow.whole;
    } catch (error) {
      this.story.fail("failed", causeOfError(error));
      throw error;
    } finally {
      this.#inflow = undefined;
    }
  }

  refuse(words: string, causeOrRule: Cause | string, why?: string): void {
    const cause = refusalCause(causeOrRule, why);
    this.story.refuse(cause, words);
    const remote = `${this.remote.address}:${this.remote.port}`;
    this.#host.telemetry({ type: "connection.refused", id: this.id, remote, cause });
    // A role may have no word for it; a line peer is not told an empty one.
    if (words !== "") this.send(words);
  }

  remark(remark: string | Cause): void {
    const cause = remarkCause(remark);
    this.story.remark(cause);
    this.#host.telemetry({ type: "connection.remark", id: this.id, cause });
  }

  write(bytes: Buffer): void {
    if (this.#isClosing || this.#isOver || bytes.length === 0) return;
    // An operator has sent our FIN: the conversation goes on in one direction.
    if (this.#isFinSent) return;
    this.lastMovedAt = this.#host.clock.now();
    this.story.recordWrite(bytes);
    this.#framer.replied();
    this.#link.write(bytes);
    if (this.#link.queuedBytes > this.#host.limits.maxQueueBytes) this.#dropDeaf();
  }

  caughtUp(): void {
    if (this.#isCloseDue) this.close();
  }

  /** The first fault is the cause; what breaks after it is told by nobody. */
  #fail(cause: Cause): void {
    if (this.story.fault) return;
    this.story.fail("failed", cause);
    this.#host.telemetry({ type: "connection.failed", id: this.id, cause });
  }

  /** Fewer bytes than announced: words would be taken for the file's, so only a broken connection tells the peer. */
  #breakOff(cause: Cause, error: unknown): void {
    this.#broke ??= error;
    this.#fail(cause);
    this.#link.reset();
  }

  /** A peer that does not read is dropped, not waited for. */
  #dropDeaf(): void {
    this.#fail(cause("slow-reader", { bytes: this.#link.queuedBytes }));
    this.#isClosing = true;
    this.#link.destroy();
  }

  // -- the end -------------------------------------------------------------------------------------------------------

  close(): void {
    if (this.#isClosing || this.#isOver) return;
    this.#outflow.flush();
    // The last words may still wait for their gap.
    this.#isCloseDue = this.#outflow.isWaiting;
    if (this.#isCloseDue) return;
    this.#isClosing = true;
    this.#hasPeerLeftFirst = this.#hasPeerEnded;
    this.#stopTimer();
    // A peer that is gone answers what we said last with a reset, and only a write hears of it: of no bytes will do.
    if (this.#hasPeerEnded && this.story.bytesOut > 0) this.#link.write(NO_BYTES);
    this.#link.end(() => {
      this.#timer = this.#host.clock.setTimeout(() => this.#link.destroy(), DRAIN_MS);
    });
    // What was held back is drained too: a close with unread input would be a reset.
    this.#throttle.open();
  }

  /** The role stops: a peer that nothing is under way with is told so and goes, another when its transfer or reply is done. */
  leave(farewell: string): void {
    this.#isLeaving = true;
    this.#farewell = farewell;
    this.story.operate({ action: "leave", farewell });
    this.#leaveIfIdle();
  }

  /** An operator's bytes into the conversation, past the machine. */
  inject(bytes: Uint8Array): void {
    this.story.operate({ action: "send", size: bytes.length });
    this.sendBytes(bytes);
  }

  /** An operator's event into the machine; answers whether its present state takes it. */
  sendEvent(event: RoleEvent): boolean {
    const snapshot = this.#actor?.getSnapshot();
    if (snapshot?.status !== "active" || !snapshot.can(event)) return false;
    const { text } = event as { readonly text?: unknown };
    this.story.operate({
      action: "event",
      event: event.type,
      ...(typeof text === "string" ? { text } : {}),
    });
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
    if (this.#isSendingFile) return this.kill({ action: "kick" });
    this.story.operate({ action: "kick" });
    this.#tell({ type: "peer.closed" });
    this.close();
  }

  /** An operator's FIN: our side ends, the peer's goes on. */
  fin(): void {
    this.story.operate({ action: "fin" });
    this.#isFinSent = true;
    this.#link.end();
  }

  /** An operator's RST. */
  reset(): void {
    this.story.operate({ action: "rst" });
    this.#isClosing = true;
    this.#link.reset();
  }

  kill(action: OperatorAction = { action: "kill" }): void {
    this.story.operate(action);
    this.#isClosing = true;
    // A FIN would be the end of a whole file for those who read to the end.
    if (this.#isSendingFile) this.#link.reset();
    else this.#link.destroy();
  }

  /** [FRAME-7] Called by the listener's sweep. */
  sweep(now: number): void {
    const { idleMs } = this.#host.limits;
    if (now - this.lastMovedAt < idleMs) return;
    if (this.#isClosing) this.#link.destroy();
    else if (this.#isSendingFile) {
      const idle = cause("transfer-idle", { idleMs });
      this.#breakOff(idle, NetlabError.of("idle-too-long", idle));
    } else this.#refuseAndClose("idle-too-long", cause("idle-too-long", { idleMs }));
  }

  #refuseAndClose(code: "too-long" | "idle-too-long", why: Cause): void {
    this.refuse(errorTable[code].peer, why);
    this.close();
  }

  #drain(chunk: Buffer): void {
    this.#drainedBytes += chunk.length;
    this.story.recordUnread("drained", chunk);
    if (this.#drainedBytes > DRAIN_BYTES) this.#link.destroy();
  }

  onError(error: Error): void {
    this.#broke ??= error;
  }

  onClose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    this.#outflow.stop();
    const broken = this.#broke === undefined ? undefined : breakCause(this.#broke);
    if (broken && !this.#isClosing) this.#fail(broken);
    const by = this.#isClosing && !this.#broke && !this.#hasPeerLeftFirst ? "us" : "peer";
    this.story.close(by, broken);
    this.#inflow?.end();
    this.#tell({ type: "peer.closed" });
    this.story.waitsFor = undefined;
    this.#phase = undefined;
    this.#host.over(this);
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
    return this.#link.queuedBytes;
  }

  /** It was refused, or its machine has ended: its place may be another's. */
  get isClosing(): boolean {
    return this.#isClosing;
  }
}
