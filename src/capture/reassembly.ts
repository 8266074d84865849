/**
 * Bytes of one direction of a TCP conversation, put in order: what was sent again counts once, what came too early waits, and what never came is
 * told as lost. Pure; sequence numbers wrap (RFC 9293, 3.4).
 */

/** A piece of the stream in order. `bytes` is shorter than `size` where the capture cut the packet; all of it is missing in a loss. */
export interface Piece {
  readonly ns: bigint;
  readonly bytes: Buffer;
  readonly size: number;
  /** The capture has no packet with these bytes. */
  readonly isLost: boolean;
  /** Comments of its packet. */
  readonly comments: readonly string[];
}

interface Waiting extends Omit<Piece, "isLost"> {
  readonly sequence: number;
}

/** Bytes that came too early are held up to here: what is missing before them is then told as lost. */
const MAX_HELD_BYTES = 4 * 1_048_576;
const MAX_HELD = 1_024;
const NOTHING = Buffer.alloc(0);

export class StreamReassembly {
  /** Number of the next byte; undefined: nothing was seen yet. */
  #next: number | undefined;
  #held: Waiting[] = [];
  #heldBytes = 0;
  #fin: { sequence: number; ns: bigint } | undefined;
  /** When the last piece was there to be read. */
  #lastNs = 0n;

  /** The SYN was seen: the byte behind it is the first. */
  start(sequence: number): void {
    this.#next ??= (sequence + 1) >>> 0;
  }

  /** Pieces that are now in order. */
  take(packet: Waiting): Piece[] {
    if (packet.size === 0) return [];
    this.#next ??= packet.sequence;
    this.#held.push(packet);
    this.#heldBytes += packet.size;
    const pieces = this.#inOrder();
    while (this.#heldBytes > MAX_HELD_BYTES || this.#held.length > MAX_HELD) pieces.push(...this.#skip());
    return pieces;
  }

  /** Takes the number of its FIN. */
  finish(sequence: number, ns: bigint): void {
    this.#fin ??= { sequence, ns };
  }

  /** When its FIN came, all before it being there; undefined: not yet. */
  get finNs(): bigint | undefined {
    if (!this.#fin || this.#next !== this.#fin.sequence) return undefined;
    return later(this.#fin.ns, this.#lastNs);
  }

  /** Nothing more comes: what is held is given out, and what is missing before it, or before the FIN, is lost. */
  end(): Piece[] {
    const pieces: Piece[] = [];
    while (this.#held.length > 0) pieces.push(...this.#skip());
    const missing = this.#fin && this.#next !== undefined ? distance(this.#next, this.#fin.sequence) : 0;
    if (this.#fin && missing > 0) pieces.push(this.#loss(missing, this.#fin.ns));
    return pieces;
  }

  #inOrder(): Piece[] {
    const pieces: Piece[] = [];
    for (let index = this.#ready(); index >= 0; index = this.#ready()) {
      const [packet] = this.#held.splice(index, 1);
      if (!packet) break;
      this.#heldBytes -= packet.size;
      const known = distance(packet.sequence, this.#next as number);
      // All of it was there already: a retransmission, or the one byte of a keep-alive.
      if (known >= packet.size) continue;
      // A piece that waited for an earlier one could be read only with it.
      this.#lastNs = later(packet.ns, this.#lastNs);
      pieces.push({
        ns: this.#lastNs,
        bytes: packet.bytes.subarray(Math.min(known, packet.bytes.length)),
        size: packet.size - known,
        isLost: false,
        comments: packet.comments,
      });
      this.#next = (packet.sequence + packet.size) >>> 0;
    }
    return pieces;
  }

  /** The first held packet that begins at, or before, the next byte. */
  #ready(): number {
    return this.#held.findIndex(({ sequence }) => distance(sequence, this.#next as number) >= 0);
  }

  #earliest(): Waiting | undefined {
    let earliest: Waiting | undefined;
    for (const packet of this.#held)
      if (!earliest || distance(packet.sequence, earliest.sequence) > 0) earliest = packet;
    return earliest;
  }

  /** Gives up what is missing before the earliest that is held. */
  #skip(): Piece[] {
    const earliest = this.#earliest();
    if (!earliest) return [];
    const missing = distance(this.#next as number, earliest.sequence);
    return [...(missing > 0 ? [this.#loss(missing, earliest.ns)] : []), ...this.#inOrder()];
  }

  #loss(size: number, ns: bigint): Piece {
    this.#next = ((this.#next as number) + size) >>> 0;
    this.#lastNs = later(ns, this.#lastNs);
    return { ns: this.#lastNs, bytes: NOTHING, size, isLost: true, comments: [] };
  }
}

/** How far it is from one number to another, in the shorter way round. */
const distance = (from: number, to: number) => (to - from) | 0;

const later = (a: bigint, b: bigint) => (a > b ? a : b);
