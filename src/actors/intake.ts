/**
 * Input of one peer: framed into messages for the phase that its machine is in, or poured past all framing into a sink. Input is
 * held back wherever the machine waits for none: a reply or transfer under way is never overtaken [FRAME-8].
 *
 * Long, because each reason to hand over no more - phase, turn, sink, peer - is looked at where a read comes.
 */
import type { Link } from "../link/link.ts";
import type { Phase, Session } from "../machines/_role.ts";
import type { ByteSink, Clock } from "../machines/_world.ts";
import type { Story } from "../stories/story.ts";
import { Framer, type FramerLimits, type FramingOption, type StaleHandler } from "../wire/framer.ts";
import { PeerMessage } from "../wire/message.ts";
import { asciiText } from "../wire/text-lines.ts";
import { tellHeld } from "./held-loop.ts";
import { Inflow } from "./inflow.ts";
import type { Telemetry } from "./telemetry.ts";
import { Throttle } from "./throttle.ts";
import { LARGE_READ, type Turns, type TurnTaker } from "./turns.ts";

const NEWLINE = 0x0a;
/** Input held back beyond this is left in the kernel, and so with the peer. */
const HELD_BYTES = 65_536;

export interface IntakeLimits extends FramerLimits {
  readonly framing: FramingOption;
}

/** Common ground of all intakes of one server, or of one run of a client. */
export interface IntakeHost {
  readonly clock: Clock;
  readonly limits: IntakeLimits;
  readonly turns: Turns;
  readonly telemetry: Telemetry;
}

export interface IntakeHandlers extends Session {
  /** Messages are wanted: the conversation goes on. */
  readonly isReading: boolean;
  /** `at`: when it was read, in its story's time. */
  onMessage(phase: Phase, message: PeerMessage, at: number): void;
  /** [FRAME-8] The FIN is an event behind the last message, told once to each state that waits. */
  onNoMore(): void;
  onTooLong(): void;
  /** Something came in a state that waits for nothing from the peer. */
  onEarly(): void;
  /** Reading is over for now: what it caused may go out. */
  onRead(): void;
  crash(error: unknown): void;
}

/**
 * Lines of many KiB stay bytes, which lie outside V8's heap: as text, the beginnings of those of fifty peers would be moved about in it by
 * each collection.
 */
const isOfLongLine = (chunk: Buffer) => {
  if (chunk.length < LARGE_READ) return false;
  const end = chunk.indexOf(NEWLINE);
  return end < 0 || end >= LARGE_READ;
};

/** Framing has whole milliseconds, of the same clock as the story: the wall's may be set. */
const toMs = (storyTime: number) => Math.floor(storyTime / 1_000);

export class Intake implements StaleHandler, TurnTaker {
  readonly #story: Story;
  readonly #host: IntakeHost;
  readonly #handlers: IntakeHandlers;
  readonly #framer: Framer;
  readonly #throttle: Throttle;
  #phase: Phase | undefined;
  /** Bytes of an unknown habit, or of an unfinished message, wait for more until then. */
  #timer: unknown;
  #inflow: Inflow | undefined;
  #isPumping = false;
  /** Messages are left that wait for their turn. */
  #isInterrupted = false;
  lastTurnMs = 0;
  #stepSince = 0;
  #hasEnded = false;
  /** Why nothing more comes, where that is not the peer's doing. */
  #endError: Error | undefined;
  #endDeliveredTo: Phase | undefined;
  /** True while input is behind a told size, or behind a refusal. */
  #isLate = false;

  constructor(link: Link, story: Story, host: IntakeHost, handlers: IntakeHandlers) {
    this.#story = story;
    this.#host = host;
    this.#handlers = handlers;
    this.#framer = new Framer(host.limits.framing, host.limits, this);
    this.#throttle = new Throttle(link);
  }

  get framer(): Framer {
    return this.#framer;
  }

  /** A round of reading is under way: replies may still be joined. */
  get isPumping(): boolean {
    return this.#isPumping;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get phase(): Phase | undefined {
    return this.#phase;
  }

  /** A state that is entered again is a new visit: its phase may be told of the FIN again. */
  enter(phase: Phase | undefined): void {
    this.#phase = phase;
    this.#endDeliveredTo = undefined;
    if (phase) this.#isLate = false;
  }

  /** Input from here on was not asked for; until another phase is entered. */
  expectNothing(): void {
    this.#isLate = true;
  }

  /** `isOwn`: the only view of the chunk's memory, which is gone as soon as all of it is read. */
  onData(chunk: Buffer, isOwn = false): void {
    const { length } = chunk;
    const at = this.#story.now();
    const now = toMs(at);
    const isText = this.#framer.takesText && !this.#inflow && !isOfLongLine(chunk);
    const text = isText ? asciiText(chunk) : undefined;
    this.#record(chunk, at, text);
    this.#framer.push(chunk, now, text, isOwn);
    if (this.#inflow) return this.#inflow.flow();
    if (this.#phase) this.#pumpInTurn(length, at);
    else this.#keep();
    if (this.#throttle.isBurst(length, now)) this.#awaitTurn();
  }

  /** Each byte is told once: of a file's, those that come while it is taken; the rest as the reads that they came in. */
  #record(chunk: Buffer, at: number, text: string | undefined): void {
    const ofFile = Math.min(chunk.length, this.#inflow?.awaitedBytes ?? 0);
    if (ofFile > 0) this.#inflow?.count(ofFile);
    if (ofFile === chunk.length) return;
    if (this.#inflow || this.#isLate) this.#story.recordUnread("late", chunk.subarray(ofFile));
    else this.#story.recordRead(chunk, text, at);
  }

  onStale(bytes: Buffer): void {
    this.#story.recordDropped(bytes);
  }

  onEnd(): void {
    this.#hasEnded = true;
    this.#framer.end();
    if (this.#inflow) this.#inflow.end();
    else this.pump();
  }

  #keep(): void {
    this.#handlers.onEarly();
    if (this.#framer.unreadBytes > HELD_BYTES) this.#throttle.hold();
  }

  #pumpInTurn(readBytes: number, at: number): void {
    const isLarge = readBytes >= LARGE_READ;
    if (isLarge && this.#host.turns.isSliceSpent) this.#interrupt();
    else this.pump(isLarge, at);
  }

  /** Hands over messages for as long as the machine waits for them, the peer reads the answers, and its turn lasts. */
  pump(isLarge = false, at = this.#story.now()): void {
    if (this.#isPumping || this.#isInterrupted || this.#inflow) return;
    this.#isPumping = true;
    const { turns } = this.#host;
    const { state } = this.#story;
    turns.begin(isLarge);
    try {
      // Time stands still while messages are handed over: they are all of one read.
      const now = toMs(at);
      while (this.#phase && this.#handlers.isReading && !this.#throttle.isStopped) {
        if (!this.#handNext(this.#phase, now, at)) break;
        if (turns.isOver() && this.#framer.unreadBytes > 0) {
          this.#interrupt();
          break;
        }
      }
    } catch (error) {
      this.#handlers.crash(error);
    } finally {
      this.#isPumping = false;
      this.#finishRead(state, at);
      this.lastTurnMs = turns.end();
    }
    if (this.#phase) this.#throttle.release();
  }

  /** The time of what goes out now is that of the end: then the clock need not be asked again. */
  #finishRead(state: string, since: number): void {
    const story = this.#story;
    const { movedAt } = story;
    this.#handlers.onRead();
    tellHeld(
      this.#host.telemetry,
      story,
      state,
      since,
      story.movedAt > movedAt ? story.movedAt : story.now(),
    );
  }

  /** Step of the machine: one that a message leads to is measured with all that came with it, any other by itself. */
  beginStep(): void {
    if (!this.#isPumping) this.#stepSince = this.#story.now();
  }

  endStep(from: string): void {
    if (!this.#isPumping) tellHeld(this.#host.telemetry, this.#story, from, this.#stepSince);
  }

  /** Leaves what has come for its turn, and reads nothing more until then. */
  #interrupt(): void {
    this.#isInterrupted = true;
    this.#awaitTurn();
  }

  #awaitTurn(): void {
    // On its way out, everything is read.
    if (!this.#handlers.isReading) return;
    this.#throttle.awaitTurn();
    this.#host.turns.wait(this);
  }

  takeTurn(): void {
    const isInterrupted = this.#isInterrupted;
    this.#isInterrupted = false;
    this.#throttle.takeTurn();
    if (isInterrupted) this.pump(true);
  }

  /** The peer leaves unread what it is sent: it is answered no more before `drained`. */
  fill(): void {
    this.#throttle.fill();
  }

  drained(): void {
    if (!this.#throttle.isFull) return;
    this.#throttle.drain();
    if (this.#framer.unreadBytes > 0 || this.#hasEnded) this.#interrupt();
  }

  /** As much of what it has said is unanswered as may be, or that is over. */
  setBusy(isBusy: boolean): void {
    if (isBusy) return this.#throttle.awaitAnswers();
    this.#throttle.takeAnswers();
    if (this.#framer.unreadBytes > 0 || this.#hasEnded) this.#interrupt();
  }

  /** Whether it is worth asking for another message. */
  #handNext(phase: Phase, now: number, at: number): boolean {
    this.#stopTimer();
    const framed = this.#framer.next(phase, now, this.#handlers);
    if (framed.kind === "line") {
      this.#story.framing = "line";
      this.#handlers.onMessage(phase, new PeerMessage(framed.text), at);
      // The usual read of a line peer is one line: of the same phase there is no more to ask then.
      return this.#framer.hasLines || this.#phase !== phase || this.#hasEnded || this.#framer.unreadBytes > 0;
    }
    this.#story.framing = this.#framer.framing;
    switch (framed.kind) {
      case "message":
        this.#handlers.onMessage(phase, new PeerMessage(framed.bytes, framed.value), at);
        return true;
      case "wait":
        this.#timer = this.#host.clock.setTimeout(() => this.pump(), framed.ms);
        return false;
      case "tooLong":
        this.#handlers.onTooLong();
        return false;
      case "nothing":
        return this.#deliverEnd(phase);
    }
  }

  #deliverEnd(phase: Phase): boolean {
    if (!this.#hasEnded || this.#endDeliveredTo === phase) return false;
    this.#endDeliveredTo = phase;
    this.#handlers.onNoMore();
    return true;
  }

  /** The next so many bytes into a sink. Rejects when they do not all come, or the sink fails. */
  async receiveInto(sink: ByteSink, sizeBytes: number): Promise<void> {
    const ahead = Math.min(this.#framer.unreadBytes, sizeBytes);
    const record = this.#story.recordFile("in", "", sizeBytes, ahead);
    this.#inflow = new Inflow(this.#framer, this.#throttle, sink, sizeBytes, this.#host.clock, record);
    if (this.#hasEnded) this.#inflow.end(this.#endError);
    this.#inflow.flow();
    try {
      await this.#inflow.whole;
      this.#isLate = this.#phase === undefined;
    } finally {
      this.#inflow = undefined;
    }
  }

  /** Nothing is handed over any more; what is under way ends as it is, and whatever still comes is read. */
  drain(): void {
    this.#stopTimer();
    this.#throttle.open();
  }

  /** Nothing comes any more; `error` is why a file under way is not whole, where that is not the peer's doing. */
  stop(error?: Error): void {
    this.#stopTimer();
    this.#hasEnded = true;
    this.#endError = error;
    this.#inflow?.end(error);
    this.#phase = undefined;
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#host.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
