/**
 * Packets → conversations: whose they are, who began, and what each side said in order. Pure. An address that talks again from the same port
 * after the end is another conversation.
 */
import type { HiddenSpan } from "../printable.ts";
import type { Endpoint } from "../stories/story.ts";
import { hiddenSpansOf } from "./capture-comment.ts";
import { CaptureError } from "./capture-error.ts";
import type { CapturedPacket } from "./capture-reader.ts";
import { TcpFlag } from "./ip-packet.ts";
import { type TransportPacket, transportPacket } from "./packet-layers.ts";
import { type Piece, StreamReassembly } from "./reassembly.ts";

export type Speaker = "client" | "server";

export type WireEvent = { readonly ns: bigint; readonly from: Speaker } & (
  | {
      readonly kind: "data";
      /** Bytes that the capture has; fewer than `size` where it cut the packet. */
      readonly bytes: Buffer;
      readonly size: number;
      /** Bytes that stand for a secret. */
      readonly hidden: readonly HiddenSpan[];
    }
  /** Bytes that went over the wire, and that the capture has no packet of. */
  | { readonly kind: "lost"; readonly size: number }
  | { readonly kind: "fin" | "reset" }
);

export interface Conversation {
  readonly transport: "tcp" | "udp";
  /** The side that connected, or asked first. */
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** The handshake is in the capture: nothing came before. */
  readonly isFromStart: boolean;
  /** The client's SYN was answered by a reset: there was no connection. */
  readonly isRefused: boolean;
  /** In the order in which each could be read. */
  readonly events: readonly WireEvent[];
}

export interface CaptureLimits {
  readonly conversations: number;
  /** Of payload that is kept. */
  readonly bytes: number;
}

const CAPTURE_LIMITS: CaptureLimits = { conversations: 20_000, bytes: 512 * 1_048_576 };

const { FIN, SYN, RST, ACK } = TcpFlag;
/** A sender of datagrams that is silent this long, and then speaks, has begun anew. */
const UDP_PAUSE_NS = 60_000_000_000n;

/** In the order in which they began. Throws a CaptureError where there are more than the limits allow. */
export function conversationsOf(
  packets: Iterable<CapturedPacket>,
  limits: CaptureLimits = CAPTURE_LIMITS,
): Conversation[] {
  const found: Builder[] = [];
  const open = new Map<string, Builder>();
  let bytes = 0;
  for (const captured of packets) {
    const packet = transportPacket(captured);
    if (!packet) continue;
    bytes += packet.bytes.length;
    if (bytes > limits.bytes) throw new CaptureError("too-large", limits.bytes);
    const key = keyOf(packet);
    let builder = open.get(key);
    if (!builder || builder.isOverBefore(packet, captured.ns)) {
      if (found.length >= limits.conversations) throw new CaptureError("too-many", limits.conversations);
      builder = new Builder(packet, captured.ns);
      open.set(key, builder);
      found.push(builder);
    }
    builder.take(packet, captured);
  }
  return found.map((builder) => builder.conversation());
}

/** The same for both directions. */
function keyOf({ transport, from, to }: TransportPacket): string {
  const ends = [`${from.address} ${from.port}`, `${to.address} ${to.port}`].sort();
  return `${transport} ${ends.join(" ")}`;
}

class Builder {
  readonly #transport: "tcp" | "udp";
  readonly #client: Endpoint;
  readonly #server: Endpoint;
  readonly #startNs: bigint;
  readonly #isFromStart: boolean;
  /** Number of the client's SYN: another one is another conversation. */
  readonly #synSequence: number | undefined;
  readonly #streams = { client: new StreamReassembly(), server: new StreamReassembly() };
  readonly #events: WireEvent[] = [];
  #lastNs: bigint;
  #isReset = false;
  #isTaken = false;
  #isRefused = false;

  constructor(packet: TransportPacket, ns: bigint) {
    const opener = openerOf(packet);
    this.#transport = packet.transport;
    this.#client = opener === "sender" ? packet.from : packet.to;
    this.#server = opener === "sender" ? packet.to : packet.from;
    this.#startNs = ns;
    this.#lastNs = ns;
    const isSyn = packet.tcp !== undefined && (packet.tcp.flags & (SYN | ACK)) === SYN;
    this.#isFromStart = packet.transport === "udp" || isSyn;
    this.#synSequence = isSyn ? packet.tcp?.sequence : undefined;
  }

  /** The packet begins another conversation of the same two ends. */
  isOverBefore({ tcp }: TransportPacket, ns: bigint): boolean {
    if (!tcp) return ns - this.#lastNs > UDP_PAUSE_NS;
    if ((tcp.flags & (SYN | ACK)) !== SYN) return false;
    return this.#isReset || tcp.sequence !== this.#synSequence;
  }

  take(packet: TransportPacket, { ns, comments }: CapturedPacket): void {
    if (ns > this.#lastNs) this.#lastNs = ns;
    const from = this.#speaker(packet);
    const { bytes, size, tcp } = packet;
    if (!tcp) {
      this.#events.push({ ns, from, kind: "data", bytes, size, hidden: hiddenIn(comments) });
      return;
    }
    const stream = this.#streams[from];
    const isSyn = (tcp.flags & SYN) !== 0;
    if (isSyn) stream.start(tcp.sequence);
    if (from === "server" && (tcp.flags & RST) === 0) this.#isTaken = true;
    const sequence = isSyn ? (tcp.sequence + 1) >>> 0 : tcp.sequence;
    this.#add(from, stream.take({ ns, bytes, size, sequence, comments }));
    if ((tcp.flags & FIN) !== 0) stream.finish((sequence + size) >>> 0, ns);
    if ((tcp.flags & RST) === 0 || this.#isReset) return;
    this.#isReset = true;
    this.#isRefused = this.#isFromStart && from === "server" && !this.#isTaken;
    this.#events.push({ ns, from, kind: "reset" });
  }

  conversation(): Conversation {
    for (const from of ["client", "server"] as const) {
      const stream = this.#streams[from];
      this.#add(from, stream.end());
      const finNs = stream.finNs;
      if (finNs !== undefined) this.#events.push({ ns: finNs, from, kind: "fin" });
    }
    return {
      transport: this.#transport,
      client: this.#client,
      server: this.#server,
      startNs: this.#startNs,
      endNs: this.#lastNs,
      isFromStart: this.#isFromStart,
      isRefused: this.#isRefused,
      // Stable: what one side said stays in its order.
      events: this.#events.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0)),
    };
  }

  #add(from: Speaker, pieces: readonly Piece[]): void {
    for (const { ns, bytes, size, isLost, comments } of pieces) {
      if (isLost) this.#events.push({ ns, from, kind: "lost", size });
      else this.#events.push({ ns, from, kind: "data", bytes, size, hidden: hiddenIn(comments) });
    }
  }

  #speaker({ from }: TransportPacket): Speaker {
    const { address, port } = this.#client;
    return from.address === address && from.port === port ? "client" : "server";
  }
}

/** The side that began: the sender of a SYN; of a datagram, its sender; else, in the middle, who has the higher port. */
function openerOf({ transport, from, to, tcp }: TransportPacket): "sender" | "receiver" {
  if (transport === "udp" || !tcp) return "sender";
  if ((tcp.flags & SYN) !== 0) return (tcp.flags & ACK) === 0 ? "sender" : "receiver";
  return from.port > to.port ? "sender" : "receiver";
}

const hiddenIn = (comments: readonly string[]): readonly HiddenSpan[] =>
  comments.flatMap((comment) => hiddenSpansOf(comment) ?? []);
