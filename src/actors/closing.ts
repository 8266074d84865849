/** The way out of one connection: its life as it moves, and what each step does to the link [FRAME-8]. */
import type { Link } from "../link/link.ts";
import type { Clock } from "../machines/_world.ts";
import type { Cause } from "../stories/causes.ts";
import type { Story } from "../stories/story.ts";
import { CONVERSING, isOpen, isWritable, type Life, type LifeEvent, lifeAfter } from "./connection-life.ts";
import type { Intake } from "./intake.ts";
import type { Outflow } from "./outflow.ts";

/** Limits of the drain after our FIN, which keeps our last words from being lost to a reset. */
const DRAIN_MS = 1_000;
const DRAIN_BYTES = 1_048_576;
const NO_BYTES = Buffer.alloc(0);

type EndedLife = Extract<Life, { is: "torn" | "over" }>;

export interface ClosingHandlers {
  /** The role stops; it is asked again in each state. */
  onLeaving(): void;
  /** The conversation broke, or was broken. */
  onBreak(cause: Cause): void;
  /** Nothing comes and nothing goes any more. */
  onEnded(life: EndedLife): void;
  /** The system has let go of it. */
  onOver(): void;
}

export interface ClosingParts {
  readonly link: Link;
  readonly story: Story;
  readonly clock: Clock;
  readonly intake: Intake;
  readonly outflow: Outflow;
}

export class Closing {
  readonly #parts: ClosingParts;
  readonly #handlers: ClosingHandlers;
  /** Messages are read and answered. */
  isOpen = isOpen(CONVERSING);
  /** Nothing may be written any more. Both are asked at each read: so they are kept, and not read from the life. */
  isClosing = !isWritable(CONVERSING);
  #life: Life = CONVERSING;
  /** Our FIN is on its way, an operator's included: nothing more is written. */
  #isFinSent = false;
  #drainTimer: unknown;
  #drainedBytes = 0;

  constructor(parts: ClosingParts, handlers: ClosingHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
  }

  get life(): Life {
    return this.#life;
  }

  /** Our last words may still be to come; but after an operator's FIN the conversation goes on in one direction. */
  get mayWrite(): boolean {
    return !this.isClosing && !this.#isFinSent;
  }

  to(event: LifeEvent): void {
    const before = this.#life;
    const life = lifeAfter(before, event);
    if (life === before) return;
    this.#life = life;
    this.isOpen = isOpen(life);
    this.isClosing = !isWritable(life);
    const { outflow } = this.#parts;
    switch (life.is) {
      case "leaving":
        return this.#handlers.onLeaving();
      case "flushing":
        outflow.flush();
        return this.flushed();
      case "draining":
        return this.#startDrain();
      case "torn":
        return this.#onTorn(life, before);
      case "over":
        this.#stop();
        if (before.is !== "torn") this.#end(life);
        return this.#handlers.onOver();
    }
  }

  /** This is the end for story and machine: nothing that is still said goes out, and the system's close is a formality. */
  #onTorn(life: EndedLife, before: Life): void {
    this.#stop();
    this.#parts.intake.drain();
    // An error behind our FIN breaks no conversation.
    if (life.cause && before.is !== "draining") this.#handlers.onBreak(life.cause);
    this.#end(life);
  }

  #end(life: EndedLife): void {
    this.#parts.story.close(life.closedBy, life.cause);
    this.#handlers.onEnded(life);
  }

  /** The outflow may have nothing left. */
  flushed(): void {
    const { intake, outflow } = this.#parts;
    if (!outflow.isWaiting) this.to({ type: "flushed", hasPeerEnded: intake.hasEnded });
  }

  #startDrain(): void {
    const { link, story, clock, intake } = this.#parts;
    // A peer that is gone answers what we said last with a reset, and only a write hears of it: of no bytes will do.
    if (intake.hasEnded && story.bytesOut > 0 && !this.#isFinSent) link.write(NO_BYTES);
    this.sendFin(() => {
      this.#drainTimer = clock.setTimeout(() => link.destroy(), DRAIN_MS);
    });
    // Input that was held back is drained too: a close with unread input would be a reset.
    intake.drain();
  }

  sendFin(onFinished?: () => void): void {
    const { link, story } = this.#parts;
    if (!this.#isFinSent) story.recordEnd("fin");
    this.#isFinSent = true;
    link.end(onFinished);
  }

  /** Bytes behind our close. */
  drain(chunk: Buffer): void {
    const { link, story } = this.#parts;
    this.#drainedBytes += chunk.length;
    story.recordUnread("drained", chunk);
    if (this.#drainedBytes > DRAIN_BYTES) link.destroy();
  }

  /** By us, and by no FIN of ours: a reset where the peer would take the end for the end of a whole file. */
  tear(cause?: Cause): void {
    const { link, outflow } = this.#parts;
    this.#tearBy(outflow.isFileUnderWay ? () => link.reset() : () => link.destroy(), cause);
  }

  reset(cause?: Cause): void {
    this.#tearBy(() => this.#parts.link.reset(), cause);
  }

  #tearBy(end: () => void, cause: Cause | undefined): void {
    this.to({ type: "tear", ...(cause ? { cause } : {}) });
    end();
  }

  #stop(): void {
    this.#parts.clock.clearTimeout(this.#drainTimer);
    this.#parts.outflow.stop();
  }
}
