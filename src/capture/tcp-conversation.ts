/**
 * The segments of one TCP conversation, made from what its ends wrote: three for the handshake, one for a write with the acknowledgement
 * that follows, and a FIN or a reset. Numbers never jump: bytes that were not kept are segments with bytes that are not there.
 */
import type { Endpoint, Ends } from "../stories/story.ts";
import { MAX_SEGMENT, type Payload, TcpFlag, tcpPacket, type Wired } from "./ip-packet.ts";
import type { Direction } from "./pcapng-writer.ts";

const { FIN, SYN, RST, PSH, ACK } = TcpFlag;
const WINDOW = 65_535;
const NOTHING: Buffer = Buffer.alloc(0);
/** Of a SYN: the longest segment, and a window scale of 7. */
const SYN_OPTIONS = Buffer.of(2, 4, 0xff, 0xcb, 1, 3, 3, 7);

export interface Way {
  readonly direction: Direction;
  readonly packet: Wired;
}

interface End {
  readonly endpoint: Endpoint;
  /** Number of the byte that it sends next. */
  next: number;
  hasEnded: boolean;
}

export class TcpConversation {
  /** The peer: what it sends comes in. */
  readonly #peer: End;
  readonly #us: End;
  readonly #isPeerFirst: boolean;
  #isReset = false;

  /** `seed`: where the numbers begin; `opener`: the side that connects. */
  constructor({ local, remote }: Ends, opener: "peer" | "us", seed: number) {
    this.#peer = { endpoint: remote, next: seed >>> 0, hasEnded: false };
    this.#us = { endpoint: local, next: (seed ^ 0x5bd1e995) >>> 0, hasEnded: false };
    this.#isPeerFirst = opener === "peer";
  }

  get isOver(): boolean {
    return this.#isReset || (this.#peer.hasEnded && this.#us.hasEnded);
  }

  handshake(): Way[] {
    const opener: Direction = this.#isPeerFirst ? "in" : "out";
    const other: Direction = this.#isPeerFirst ? "out" : "in";
    return [
      this.#segment(opener, SYN, NOTHING, 0, SYN_OPTIONS),
      this.#segment(other, SYN | ACK, NOTHING, 0, SYN_OPTIONS),
      this.#segment(opener, ACK),
    ];
  }

  /** A write: one segment, or as few as it needs, and the other end's acknowledgement. */
  data(direction: Direction, { bytes, size }: Payload): Way[] {
    if (this.#isReset || this.#end(direction).hasEnded) return [];
    const ways: Way[] = [];
    for (let at = 0; at < size; at += MAX_SEGMENT) {
      const length = Math.min(MAX_SEGMENT, size - at);
      ways.push(this.#segment(direction, PSH | ACK, bytes.subarray(at, at + length), length));
      ways.push(this.#segment(opposite(direction), ACK));
    }
    return ways;
  }

  fin(direction: Direction): Way[] {
    const end = this.#end(direction);
    if (this.#isReset || end.hasEnded) return [];
    end.hasEnded = true;
    return [this.#segment(direction, FIN | ACK), this.#segment(opposite(direction), ACK)];
  }

  reset(direction: Direction): Way[] {
    if (this.isOver) return [];
    const way = this.#segment(direction, RST | ACK);
    this.#isReset = true;
    return [way];
  }

  #end(direction: Direction): End {
    return direction === "in" ? this.#peer : this.#us;
  }

  #segment(
    direction: Direction,
    flags: number,
    bytes = NOTHING,
    size = bytes.length,
    options = NOTHING,
  ): Way {
    const sender = this.#end(direction);
    const receiver = this.#end(opposite(direction));
    const packet = tcpPacket(
      { from: sender.endpoint, to: receiver.endpoint },
      {
        bytes,
        size,
        flags,
        options,
        window: WINDOW,
        sequence: sender.next,
        // Nothing has been heard yet that a first SYN could acknowledge.
        acknowledgement: (flags & ACK) === 0 ? 0 : receiver.next,
      },
    );
    const counted = size + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    sender.next = (sender.next + counted) >>> 0;
    return { direction, packet };
  }
}

const opposite = (direction: Direction): Direction => (direction === "in" ? "out" : "in");
