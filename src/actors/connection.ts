/**
 * A TCP connection: its link, its story, and the machine that converses with the peer.
 *
 * 1. What comes goes through the intake: nothing is interpreted before the machine is in a state that waits for the peer (a phase).
 * 2. What is said goes through the outflow, in order.
 * 3. The peer's FIN is told in every waiting state once nothing is left to read.
 * 4. A machine that ends closes: FIN, a bounded drain of what is still unread, the end (`connection-life.ts`).
 * 5. Whatever throws ends this connection and is recorded as its crash.
 *
 * Long, because it is the meeting point of six interfaces, each of whose methods is a few lines; all that could have a life of its own has
 * a file of its own.
 */
import type { AnyMachineSnapshot } from "xstate";
import { errorTable, NetlabError } from "../errors.ts";
import { FULL_BYTES, type Link, type LinkHandlers } from "../link/link.ts";
import type { Phase, RoleEvent } from "../machines/_role.ts";
import { stateName } from "../machines/_state-names.ts";
import type { ByteSink, OpenFile, Peer } from "../machines/_world.ts";
import { breakCause, crashCause } from "../os/error-causes.ts";
import type { Answer } from "../stories/answer.ts";
import { type Cause, cause, refusalCause, remarkCause } from "../stories/causes.ts";
import { type Story, wallMs } from "../stories/story.ts";
import type { PeerMessage } from "../wire/message.ts";
import { Closing, type ClosingHandlers } from "./closing.ts";
import type { ConnectionControl } from "./connection-control.ts";
import type { ConnectionFiles } from "./connection-files.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { Life, Side } from "./connection-life.ts";
import { receiveOver, sendOver, type TransferParts } from "./connection-transfers.ts";
import { asBuffer, type Delivery, ended } from "./delivery.ts";
import type { Permit } from "./descriptor-budget.ts";
import { Intake, type IntakeHandlers } from "./intake.ts";
import { OperatorHand } from "./operator-hand.ts";
import { Outflow, type Writer } from "./outflow.ts";
import { PeerMachine } from "./peer-machine.ts";
import type { MachineWatcher, RoleActor } from "./run-machine.ts";

export class Connection
  implements Peer, MachineWatcher, LinkHandlers, IntakeHandlers, Writer, ClosingHandlers
{
  readonly remote: { readonly address: string; readonly port: number };
  readonly story: Story;
  /** Resources that its listener takes back when it is over. */
  permit: Permit | undefined;
  files: ConnectionFiles | undefined;

  readonly #link: Link;
  readonly #host: ConnectionHost;
  readonly #intake: Intake;
  readonly #outflow: Outflow;
  readonly #closing: Closing;
  readonly #machine: PeerMachine;

  constructor(link: Link, story: Story, host: ConnectionHost) {
    this.#link = link;
    this.#host = host;
    this.story = story;
    this.remote = story.subject.remote;
    // A client's story is older than its connection.
    story.movedAt = story.now();
    this.#machine = new PeerMachine(host.sleep);
    this.#intake = new Intake(link, story, host, this);
    this.#outflow = new Outflow(this, host.clock, host.crowds);
    this.#closing = new Closing(
      { link, story, clock: host.clock, intake: this.#intake, outflow: this.#outflow },
      this,
    );
    link.attach(this);
  }

  get id(): string {
    return this.story.subject.id;
  }

  /** By the wall's clock, in milliseconds. */
  get lastMovedAt(): number {
    return Math.round(wallMs(this.story, { at: this.story.movedAt }));
  }

  /** How far on its way out it is, and who closed it. */
  get life(): Life {
    return this.#closing.life;
  }

  /** True once it was refused or its machine has ended: its place may be another's. */
  get isClosing(): boolean {
    return this.#closing.isClosing;
  }

  // -- the machine -----------------------------------------------------------------------------------------------

  /** From here on this machine's conversation is with this peer. */
  attachMachine(actor: RoleActor): void {
    this.#machine.attach(actor);
    this.#enterState(stateName(actor.getSnapshot().value));
    this.#intake.pump();
  }

  /** The machine's context, for phase handlers. */
  get context(): unknown {
    return this.#machine.context;
  }

  get peer(): Peer {
    return this;
  }

  before(): void {
    this.#intake.beginStep();
    this.story.beginStep();
  }

  after(from: string, to: string | undefined, event: string, answer?: Answer): void {
    const moved = to !== undefined && to !== from;
    const transition = moved ? { from, to, event, ...(answer ? { answer } : {}) } : undefined;
    this.story.endStep(transition, moved ? this.#host.phases[to]?.expects : undefined);
    this.#intake.endStep(from);
    if (!moved) return;
    this.#enterState(to);
    // Timers and invoked actors move the machine outside our own loop; held input may be wanted now.
    if (!this.#intake.isPumping) queueMicrotask(() => this.#intake.pump());
  }

  failed(error: unknown): void {
    this.crash(error);
  }

  done(): void {
    this.close();
  }

  /** Something of ours threw: this connection ends, and no other. What throws when it is over is told all the same. */
  crash(error: unknown): void {
    if (this.story.fault === "crashed") return;
    const why = crashCause(error);
    if (this.story.endedAt === undefined) {
      this.story.endStep(undefined);
      // Replies from before the throw were said, and go out.
      this.#outflow.flush();
      this.story.crash(why);
    }
    this.#host.telemetry({ type: "connection.crashed", id: this.id, error });
    this.#intake.enter(undefined);
    if (this.#outflow.isFileUnderWay) this.#closing.tear(why);
    else this.close();
    this.#host.onCrash?.(error);
  }

  dispatch(event: RoleEvent): void {
    this.#machine.send(event, this.id, this);
  }

  #enterState(state: string): void {
    this.story.state = state;
    const phase = this.#host.phases[state];
    this.story.waitsFor = phase?.expects;
    this.#intake.enter(phase);
    this.onLeaving();
  }

  // -- what comes --------------------------------------------------------------------------------------------------

  onData(chunk: Buffer, isOwn?: boolean): void {
    // A flush may be what our last words waited for, and so the end.
    if (!this.isClosing) this.#outflow.peerSpoke();
    if (this.#closing.isOpen) this.#intake.onData(chunk, isOwn);
    else this.#closing.drain(chunk);
  }

  onEnd(): void {
    this.story.recordEnd("ended");
    this.#intake.onEnd();
  }

  get isReading(): boolean {
    return this.#closing.isOpen;
  }

  onMessage(phase: Phase, message: PeerMessage, at: number): void {
    this.story.recordMessage(message.sizeBytes, phase.rule, at);
    const event = phase.handle ? phase.handle(message, this) : message;
    if (event) this.dispatch(event);
  }

  onNoMore(): void {
    this.dispatch({ type: "peer.ended" });
  }

  onEarly(): void {
    this.dispatch({ type: "peer.spoke" });
  }

  onRead(): void {
    this.#outflow.flushReplies();
    // Within a step the actor is not what it will be.
    if (this.#intake.phase?.handle && !this.story.isInStep) this.#machine.rest(this);
  }

  onTooLong(): void {
    this.#refuseAndClose("too-long", cause("message-too-long", { limit: this.#host.limits.maxMessageBytes }));
  }

  /** The error table's sentence for the peer, and the end. */
  #refuseAndClose(code: "too-long" | "idle-too-long", why: Cause): void {
    this.refuse(errorTable[code].peer, why);
    this.close();
  }

  // -- what the machine says ----------------------------------------------------------------------------------------

  /** [FRAME-5, FRAME-6] Replies to lines that were read together are joined for a line peer. */
  send(text: string, options?: { readonly apart?: boolean }): void {
    const { framing } = this.#intake.framer;
    const message = ended(text, framing);
    const isApart = options?.apart === true;
    if (framing === "line" && this.#intake.isPumping && !isApart) this.#outflow.line(message);
    else this.#outflow.postText(message, isApart);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#outflow.post(asBuffer(bytes));
  }

  /** Words of a hub: lines to a line peer are joined for this turn of the loop, anything else is a write of its own. `isNow`: it is over. */
  deliver(delivery: Delivery, isNow = false): void {
    const { framing } = this.#intake.framer;
    if (framing === "line") this.#outflow.deliver(delivery, isNow);
    else for (const one of delivery.parts) this.#outflow.post(one.bytesFor(framing));
  }

  /** A crowd's lines may go to it at once: it reads lines, and nothing waits before them. */
  get isClear(): boolean {
    return this.#intake.framer.framing === "line" && this.#outflow.isClear && this.#closing.mayWrite;
  }

  /** Lines of a crowd, now, where it is clear; `passed` is due in the same turn, and takes note of them. */
  pass(lines: Buffer): void {
    this.#link.write(lines);
  }

  passed(lines: Buffer): void {
    this.story.recordWrite(lines);
    this.#outflow.wrote();
    this.#written();
  }

  sendFile(file: OpenFile): Promise<void> {
    return sendOver(this.#parts, file);
  }

  receiveInto(sink: ByteSink, sizeBytes: number): Promise<void> {
    return receiveOver(this.#parts, sink, sizeBytes);
  }

  get #parts(): TransferParts {
    const { story } = this;
    return { link: this.#link, story, intake: this.#intake, outflow: this.#outflow, closing: this.#closing };
  }

  refuse(words: string, causeOrRule: Cause | string, why?: string): void {
    this.#refuse(words, refusalCause(causeOrRule, why));
    // A role may have no word for it; a line peer is not told an empty one.
    if (words !== "") this.send(words);
  }

  refuseBytes(bytes: Uint8Array, causeOrRule: Cause | string, why?: string): void {
    this.#refuse("", refusalCause(causeOrRule, why));
    this.sendBytes(bytes);
  }

  #refuse(words: string, cause: Cause): void {
    this.story.refuse(cause, words);
    const remote = `${this.remote.address}:${this.remote.port}`;
    this.#host.telemetry({ type: "connection.refused", id: this.id, remote, cause });
    this.#intake.expectNothing();
  }

  remark(remark: string | Cause): void {
    const cause = remarkCause(remark);
    this.story.remark(cause);
    this.#host.telemetry({ type: "connection.remark", id: this.id, cause });
  }

  write(bytes: Buffer): void {
    if (!this.#closing.mayWrite || bytes.length === 0) return;
    this.story.recordWrite(bytes);
    this.#link.write(bytes);
    this.#written();
  }

  writeText(text: string): void {
    if (!this.#closing.mayWrite || text === "") return;
    this.story.recordText(text, text.length);
    this.#link.writeText(text);
    this.#written();
  }

  /** Stops reading where its hub has too much to answer of it, or goes on. */
  setBusy(isBusy: boolean): void {
    this.#intake.setBusy(isBusy);
  }

  #written(): void {
    this.#intake.framer.replied();
    const { queuedBytes } = this.#link;
    if (queuedBytes >= FULL_BYTES) this.#intake.fill();
    this.#dropSlowReader(queuedBytes);
  }

  /** Behind a file: what waits in the link then is the file's own. */
  onQueued(bytes: number): void {
    this.#dropSlowReader(bytes);
  }

  onDrained(): void {
    this.#closing.flushed();
  }

  /** The system has taken all that was written: the peer reads. */
  onDrain(): void {
    this.#intake.drained();
  }

  /** Drops a peer that does not read what others say: they cannot wait for it. Its own questions can, until it has read. */
  #dropSlowReader(bytes: number): void {
    if (bytes > this.#host.limits.maxQueueBytes) this.#closing.tear(cause("slow-reader", { bytes }));
  }

  // -- the end -------------------------------------------------------------------------------------------------------

  /** FIN, once everything that was said has gone; then a bounded drain. */
  close(): void {
    this.#closing.to({ type: "close" });
  }

  /** The role stops: a peer that nothing is under way with is told so and goes, another when its transfer or reply is done. */
  closeGracefully(farewell: string): void {
    this.story.operate({ action: "leave", farewell });
    this.#closing.to({ type: "stop", farewell });
  }

  onLeaving(): void {
    const { life } = this.#closing;
    const { phase } = this.#intake;
    if (life.is !== "leaving" || !phase || phase.underWay) return;
    // A read of its own: behind a reply that has just gone out it would be taken for its end [FRAME-6].
    if (life.farewell !== "" && phase.reads === "text") this.send(life.farewell, { apart: true });
    this.close();
  }

  onError(error: Error): void {
    this.#closing.to({ type: "broke", cause: breakCause(error) });
  }

  /** The first fault is the cause; what breaks after it is not told. */
  onBreak(why: Cause): void {
    if (this.story.fault) return;
    this.story.fail("failed", why);
    this.#host.telemetry({ type: "connection.failed", id: this.id, cause: why });
  }

  onClose(): void {
    this.#closing.to({ type: "closed" });
  }

  onEnded({ closedBy }: { readonly closedBy: Side }): void {
    // The file client's complaint is then not the server's doing.
    this.#intake.stop(closedBy === "us" ? NetlabError.of("interrupted", cause("stopped", {})) : undefined);
    this.dispatch({ type: "peer.closed" });
    this.story.waitsFor = undefined;
  }

  onOver(): void {
    this.story.waitsFor = undefined;
    this.#host.over(this);
  }

  /** [FRAME-7] Called by the listener's sweep. */
  sweep(now: number): void {
    const { idleMs } = this.#host.limits;
    if (now - this.lastMovedAt < idleMs) return;
    const { queuedBytes } = this.#link;
    if (this.isClosing) this.#link.destroy();
    else if (this.#outflow.isFileUnderWay) this.#closing.tear(cause("transfer-idle", { idleMs }));
    else if (queuedBytes > 0) this.#closing.tear(cause("slow-reader", { bytes: queuedBytes }));
    else if (this.#closing.isOpen) this.#refuseAndClose("idle-too-long", cause("idle-too-long", { idleMs }));
  }

  /** Hand of an operator on it. */
  get control(): ConnectionControl {
    return new OperatorHand(this, { ...this.#parts, dispatch: (event) => this.dispatch(event) });
  }

  get snapshot(): AnyMachineSnapshot | undefined {
    return this.#machine.snapshot;
  }
}
