/**
 * Side of a pair that a proxy stands between: the connection with the client, or our own with the server. Bytes that come are written into
 * its story and go on to the other side in the same turn; nothing is read into them. A side that is not read holds up the other one.
 *
 * Long, because what comes, what goes, the end and an operator's hand share what is known of one connection.
 */
import { messageOf } from "../errors.ts";
import { FULL_BYTES, type Link, type LinkHandlers } from "../link/link.ts";
import type { Clock } from "../machines/_world.ts";
import { breakCause } from "../os/error-causes.ts";
import { osCode } from "../os/os-errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import type { OperatorAction } from "../stories/entry.ts";
import { type Leg, type Story, wallMs } from "../stories/story.ts";
import type { ConnectionControl } from "./connection-control.ts";
import { asBuffer } from "./delivery.ts";
import type { Telemetry } from "./telemetry.ts";

/** Datagrams that wait for a way to the server. Beyond it they are lost, as in a full buffer of the system. */
const MAX_WAITING = 64;

/** Longer than a story keeps whole. */
const LONG_READ = 16_384;
const MANY_BYTES = 1_048_576;
const HEAD_BYTES = 128;

/** The pair, as its two sides see it. */
export interface LegHost {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The program of this side has said all. */
  ended(leg: ProxyLeg): void;
  /** The program of this side broke the connection. */
  broke(leg: ProxyLeg): void;
  /** Nothing comes and nothing goes any more on this side. */
  over(leg: ProxyLeg): void;
  /** An operator ends both sides: by FINs behind what was said, or at once. */
  finish(): void;
  tear(why?: Cause): void;
}

export class ProxyLeg implements LinkHandlers, ConnectionControl {
  readonly side: Leg;
  readonly story: Story;
  readonly framing = "raw";
  readonly unreadBytes = 0;
  readonly acceptedEvents: readonly string[] = [];
  readonly #host: LegHost;
  readonly #other: () => ProxyLeg;
  #link: Link | undefined;
  #waiting: Buffer[] = [];
  /** The program of this side has sent its FIN. */
  #hasEnded = false;
  #isFinSent = false;
  #closer: { readonly by: "peer" | "us"; readonly cause?: Cause } | undefined;
  #isOver = false;
  #isHeld = false;

  constructor(side: Leg, story: Story, host: LegHost, other: () => ProxyLeg) {
    this.side = side;
    this.story = story;
    story.framing = this.framing;
    this.#host = host;
    this.#other = other;
  }

  get id(): string {
    return this.story.subject.id;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Each side has said all, and has been told so. */
  get isComplete(): boolean {
    return this.#hasEnded && this.#isFinSent;
  }

  get #isDatagrams(): boolean {
    return this.story.subject.transport === "udp";
  }

  /** Takes its connection. `isHeld`: nothing is read before `goOn`. */
  open(link: Link, isHeld: boolean): void {
    this.#link = link;
    const { subject } = this.story;
    subject.local = link.local;
    subject.remote = link.remote;
    link.attach(this);
    if (isHeld) this.hold();
    for (const bytes of this.#waiting.splice(0)) this.pass(bytes);
  }

  hold(): void {
    this.#isHeld = true;
    this.#link?.pause();
  }

  goOn(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#link?.resume();
  }

  // -- what comes from this side -----------------------------------------------------------------------------------

  onData(bytes: Buffer, isOwn = false): void {
    const other = this.#other();
    if (!other.takes) return this.story.recordUnread("drained", bytes);
    const head = this.#headOf(bytes);
    if (head === undefined) this.story.recordRead(bytes);
    else this.story.recordHead("in", bytes.length, head);
    other.pass(bytes, head, isOwn);
  }

  /** A file in the middle of its way: a story would keep no read of it whole, and forget nearly all of them. */
  #headOf(bytes: Buffer): string | undefined {
    if (bytes.length < LONG_READ || this.story.bytesIn < MANY_BYTES) return undefined;
    return bytes.toString("latin1", 0, HEAD_BYTES);
  }

  onEnd(): void {
    this.#hasEnded = true;
    this.#closer ??= { by: "peer" };
    this.story.recordEnd("ended");
    this.#host.ended(this);
  }

  onDrain(): void {
    this.#other().goOn();
  }

  onError(error: Error): void {
    if (this.#isDatagrams) return this.remark(datagramCause(error));
    if (this.#isOver) return;
    const why = breakCause(error);
    if (!this.isComplete) this.#fail(why);
    this.#closer = { by: "peer", cause: why };
    this.#host.broke(this);
  }

  onClose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { by, cause: why } = this.#closer ?? { by: "us" };
    this.story.close(by, why);
    this.#host.over(this);
  }

  // -- what goes to this side --------------------------------------------------------------------------------------

  /** Whether bytes may go to it, now or when it is connected. */
  get takes(): boolean {
    return !this.#isOver && !this.#isFinSent;
  }

  /** `head`: enough for its story, of bytes that are many. `isOwn`: no other view of their memory is kept. */
  pass(bytes: Buffer, head?: string, isOwn = false): void {
    const link = this.#link;
    if (!link) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(bytes);
      return;
    }
    if (head === undefined) this.story.recordWrite(bytes);
    else this.story.recordHead("out", bytes.length, head);
    // A file's reads are written from the same few pieces of memory then, which the processor has at hand.
    if (isOwn && head !== undefined && link.writeOwn) link.writeOwn(bytes);
    else link.write(bytes);
    if (link.queuedBytes >= FULL_BYTES) this.#other().hold();
  }

  /** Our FIN, behind what was said. */
  finish(): void {
    if (this.#isFinSent || this.#isOver) return;
    this.#isFinSent = true;
    this.#closer ??= { by: "us" };
    this.story.recordEnd("fin");
    this.#link?.end();
  }

  /** RST, which is passed on as it came, or is ours. Datagrams know none: it is forgotten. */
  abort(why?: Cause): void {
    if (this.#isOver) return;
    this.#closer ??= { by: "us", ...(why ? { cause: why } : {}) };
    if (this.#link) this.#link.reset();
    else this.onClose();
  }

  /** Ends a side that never was connected. */
  fail(why: Cause): void {
    this.#fail(why);
    this.#closer = { by: "peer", cause: why };
    this.onClose();
  }

  #fail(why: Cause): void {
    if (this.story.fault) return;
    this.story.fail("failed", why);
    this.#host.telemetry({ type: "connection.failed", id: this.id, cause: why });
  }

  /** To the story of this side, and the log. */
  remark(why: Cause): void {
    this.story.remark(why);
    this.#host.telemetry({ type: "connection.remark", id: this.id, cause: why });
  }

  // -- an operator's hand ------------------------------------------------------------------------------------------

  get queuedBytes(): number {
    return this.#link?.queuedBytes ?? 0;
  }

  /** By the wall's clock, in milliseconds. */
  get lastMovedAt(): number {
    return Math.round(wallMs(this.story, { at: this.story.movedAt }));
  }

  get link(): Link {
    if (!this.#link) throw new Error(`${this.id} is not connected yet`);
    return this.#link;
  }

  unread(): Buffer {
    return Buffer.alloc(0);
  }

  inject(bytes: Uint8Array): void {
    this.story.operate({ action: "send", size: bytes.length });
    if (this.takes) this.pass(asBuffer(bytes));
  }

  /** Refuses: the machine of a pair is moved by its two programs alone. */
  sendEvent(): boolean {
    return false;
  }

  fin(): boolean {
    this.story.operate({ action: "fin" });
    this.finish();
    return true;
  }

  /** As if its program had broken the connection: the other side is reset too. */
  reset(): void {
    this.story.operate({ action: "rst" });
    this.#host.tear(cause("by-operator", {}));
  }

  kick(): void {
    this.story.operate({ action: "kick" });
    this.#host.finish();
  }

  kill(action: OperatorAction = { action: "kill" }): void {
    this.story.operate(action);
    this.#host.tear(cause("by-operator", {}));
  }
}

/** An ICMP message comes back as the error of a later datagram. */
function datagramCause(error: Error): Cause {
  return cause(osCode(error) === "ECONNREFUSED" ? "datagram-refused" : "datagram-not-sent", {
    error: messageOf(error),
  });
}
