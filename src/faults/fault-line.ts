/**
 * A line with faults on it, between one connection's wire and its role. Every byte goes in order, or is told as lost; behind an end or a cut
 * nothing goes any more. The role is told no sooner than it reads.
 */

import type { Line, Listener, Wire } from "../link/line.ts";
import { FULL_BYTES } from "../link/link.ts";
import type { Deed, Fault, Piece, StageHost } from "./fault.ts";
import { FaultPipe } from "./fault-pipe.ts";

/** Bytes of the peer's that may be held: from there on the wire is not read. */
const MAX_HELD_BYTES = 262_144;

export type Direction = "in" | "out";

export interface LineHost {
  now(): number;
  later(callback: () => void, ms: number): () => void;
  /** Tells the story. */
  did(id: string, direction: Direction, deed: Deed, size?: number): void;
  /** The connection is over. */
  closed(): void;
}

export interface PlacedFault {
  readonly id: string;
  readonly fault: Fault;
  /** As the fault's schema made them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly random: () => number;
}

export class FaultLine implements Line {
  readonly #wire: Wire;
  readonly #listener: Listener;
  readonly #host: LineHost;
  readonly #pipes = {
    in: new FaultPipe(
      (piece) => this.#arrive(piece),
      () => this.#watchInbound(),
    ),
    out: new FaultPipe(
      (piece) => this.#leave(piece),
      () => this.#watchOutbound(),
    ),
  };
  /** Came out of the pipe while the role does not read. */
  #unread: Piece[] = [];
  #isReaderPaused = false;
  #isWirePaused = false;
  readonly #isOver = { in: false, out: false };
  /** The peer's FIN has come over the wire. */
  #hasEnded = false;
  #isCut = false;
  #isClosed = false;
  #wasFull = false;

  constructor(wire: Wire, listener: Listener, host: LineHost) {
    this.#wire = wire;
    this.#listener = listener;
    this.#host = host;
  }

  get heldBytes(): number {
    return this.#pipes.out.heldBytes;
  }

  /** Nothing is on it, and nothing of what was on it is left. */
  get isClear(): boolean {
    const { in: inbound, out } = this.#pipes;
    return (
      inbound.isEmpty &&
      out.isEmpty &&
      this.#unread.length === 0 &&
      !this.#isCut &&
      !this.#isOver.in &&
      !this.#isOver.out
    );
  }

  place(direction: Direction, { id, fault, attributes, random }: PlacedFault): void {
    this.#pipes[direction].place(id, (next) => {
      const host: StageHost = {
        now: () => this.#host.now(),
        later: (callback, ms) => this.#host.later(() => this.#isClosed || callback(), ms),
        random,
        next,
        cut: (how) => this.#cut(how),
        lose: (piece) => this.#swallow(piece),
        did: (deed, size) => this.#host.did(id, direction, deed, size),
      };
      return fault.stage(attributes, host);
    });
  }

  remove(id: string): void {
    this.#pipes.in.remove(id);
    this.#pipes.out.remove(id);
  }

  // -- from the wire

  onData(bytes: Buffer): void {
    if (this.#isCut || this.#isOver.in) return;
    this.#pipes.in.take({ bytes });
    this.#watchInbound();
  }

  onEnd(): void {
    this.#hasEnded = true;
    if (!this.#isCut && !this.#isOver.in) this.#pipes.in.take({ bytes: undefined });
  }

  onDrain(): void {
    this.#watchOutbound();
  }

  onClose(): void {
    this.#isClosed = true;
    // The peer has said all, and both ends are through: what is held of its words will not be sent again.
    if (this.#hasEnded && !this.#isCut) this.#pipes.in.release();
    this.#host.closed();
  }

  // -- from the role

  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void {
    if (this.#isCut || this.#isOver.out) return onWritten?.(undefined);
    this.#pipes.out.take({ bytes, onGone: onWritten });
    if (this.heldBytes + this.#wire.queuedBytes >= FULL_BYTES) this.#wasFull = true;
  }

  end(onFinished?: () => void): void {
    if (this.#isCut || this.#isOver.out) return onFinished?.();
    this.#pipes.out.take({ bytes: undefined, onGone: onFinished });
  }

  pause(): void {
    this.#isReaderPaused = true;
    this.#pauseWire();
  }

  resume(): void {
    this.#isReaderPaused = false;
    while (!this.#isReaderPaused) {
      const piece = this.#unread.shift();
      if (!piece) break;
      this.#tell(piece);
    }
    this.#watchInbound();
  }

  // -- the ends of the pipes

  #arrive(piece: Piece): void {
    if (this.#isOver.in) return;
    if (!piece.bytes) this.#isOver.in = true;
    if (this.#isReaderPaused || this.#unread.length > 0) this.#unread.push(piece);
    else this.#tell(piece);
  }

  #tell(piece: Piece): void {
    if (piece.bytes) this.#listener.onData(piece.bytes);
    else this.#listener.onEnd();
  }

  #leave(piece: Piece): void {
    if (this.#isOver.out || this.#isClosed) return this.#swallow(piece);
    if (piece.bytes) return this.#wire.write(piece.bytes, piece.onGone);
    this.#isOver.out = true;
    this.#wire.end(piece.onGone);
  }

  #swallow(piece: Piece): void {
    if (piece.bytes) piece.onGone?.(undefined);
    else piece.onGone?.();
  }

  #watchInbound(): void {
    const isTooMuch = this.#pipes.in.heldBytes >= MAX_HELD_BYTES;
    if (isTooMuch) return this.#pauseWire();
    if (this.#isReaderPaused || !this.#isWirePaused) return;
    this.#isWirePaused = false;
    this.#wire.resume();
  }

  #pauseWire(): void {
    if (this.#isWirePaused) return;
    this.#isWirePaused = true;
    this.#wire.pause();
  }

  /** A role that waits with more is told once, when all of it has gone. */
  #watchOutbound(): void {
    if (!this.#wasFull || this.heldBytes > 0 || this.#wire.queuedBytes >= FULL_BYTES) return;
    this.#wasFull = false;
    queueMicrotask(() => this.#listener.onDrain());
  }

  /** The role and the peer are told, each in the way of a wire. */
  #cut(how: "rst" | "fin"): void {
    if (this.#isCut || this.#isClosed) return;
    this.#isCut = true;
    if (how === "rst") return this.#wire.reset();
    this.#wire.end();
    if (this.#isOver.in) return;
    this.#isOver.in = true;
    this.#listener.onEnd();
  }
}
