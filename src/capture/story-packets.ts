/**
 * A story as the packets of its conversation. What the machine did stands in the comments of the packet that follows it. Bytes that the
 * story did not keep - of a file, of a long write, of the middle of a long story - are in their packets' lengths, but not in their data.
 *
 * Long, because every kind of entry has its packets here, and so have bytes without one.
 */

import type { HiddenSpan } from "../printable.ts";
import type { Entry } from "../stories/entry.ts";
import { describeEntry, type ShownEntry } from "../stories/entry-text.ts";
import type { Ends, StorySubject } from "../stories/story.ts";
import { hiddenComment, spansWithin } from "./capture-comment.ts";
import { flowOf } from "./flows.ts";
import { MAX_SEGMENT, type Payload, udpPacket } from "./ip-packet.ts";
import type { Direction } from "./pcapng-writer.ts";
import { TcpConversation, type Way } from "./tcp-conversation.ts";

export interface StoryPacket extends Way {
  /** Microseconds since the story opened. */
  readonly at: number;
  readonly comments: string[];
  /** Conversation that it is of, the same in the story of either end. */
  readonly flow: string;
  /** First of a conversation. */
  readonly isStart: boolean;
}

/** Bytes on their way: `start` is how many of their direction went before. */
export interface Piece {
  readonly kind: "in" | "out";
  readonly at: number;
  readonly start: number;
  readonly bytes: Buffer;
  readonly hidden: readonly HiddenSpan[];
}

/** Sums of a live story's bytes, as they stood when an entry came. */
export interface Totals {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

type Side = "in" | "out";

const NOTHING = Buffer.alloc(0);
/** Kinds that go over a connection: an older story does not tell when it stood. */
const WIRED: readonly Entry["kind"][] = [
  "in",
  "out",
  "drained",
  "late",
  "file",
  "gap",
  "ended",
  "fin",
  "closed",
];
/** Kinds before which nothing of a step waits to be told: sums can be compared. */
const SETTLED: readonly Entry["kind"][] = ["in", "ended", "closed"];

export class StoryPackets {
  readonly #subject: StorySubject;
  readonly #opener: "peer" | "us";
  /** Undefined: no connection stands. */
  #tcp: TcpConversation | undefined;
  #flow = "";
  /** Comments that wait for a packet. */
  #comments: string[] = [];
  /** Bytes that are in packets. */
  readonly #told = { in: 0, out: 0 };
  /** Bytes of the entries so far. */
  readonly #listed = { in: 0, out: 0 };
  /** How the end goes over the wire where it was no FIN. */
  #breaksBy: Direction | undefined;
  /** Entries come as they happen. */
  #isFollowed = false;

  /** Bytes that no entry keeps come as pieces. */
  readonly #isWhole: boolean;

  /** `opener`: the side that connected. */
  constructor(subject: StorySubject, opener: "peer" | "us", isWhole = false) {
    this.#subject = subject;
    this.#opener = opener;
    this.#isWhole = isWhole;
  }

  /** Conversation of the last packet. */
  get flow(): string {
    return this.#flow;
  }

  /** Comments that no packet came for. */
  get leftOver(): readonly string[] {
    return this.#comments;
  }

  comment(text: string): void {
    this.#comments.push(text);
  }

  /** Packets of bytes that were listened to on their way, as far as they are in none yet. */
  piece({ kind, at, start, bytes, hidden }: Piece): StoryPacket[] {
    const missed = Math.max(0, start - this.#told[kind]);
    const skipped = Math.max(0, this.#told[kind] - start);
    const before = this.#unseen(at, kind, missed);
    if (skipped >= bytes.length) return before;
    const left = bytes.subarray(skipped);
    const spans = spansWithin(hidden, skipped, left.length);
    return [...before, ...this.#bytes({ at, kind, bytes: left, size: left.length, hidden: spans }, kind)];
  }

  /** Packets of the next entry: none, where it moved nothing. */
  take(entry: ShownEntry, totals?: Totals): StoryPacket[] {
    const packets: StoryPacket[] = [];
    this.#isFollowed = totals !== undefined;
    if (entry.kind === "opened") this.#comment(entry);
    packets.push(...this.#connected(entry));
    if (totals && SETTLED.includes(entry.kind)) packets.push(...this.#caughtUp(entry, totals));
    packets.push(...this.#ofEntry(entry));
    return packets;
  }

  /** The handshake: of a peer that came, at the beginning; of one of our clients, when its connection stood. */
  #connected(entry: ShownEntry): StoryPacket[] {
    const { transport, id, local, remote } = this.#subject;
    if (transport === "udp" || "datagram" in entry) return [];
    const isNew = entry.kind === "connected";
    if (isNew) this.#comment(entry);
    const isDue =
      isNew || (this.#tcp === undefined && (this.#opener === "peer" || WIRED.includes(entry.kind)));
    if (!isDue) return [];
    const ends = isNew ? entry : { local, remote };
    this.#flow = this.#flowOf("tcp", ends);
    this.#tcp = new TcpConversation(ends, this.#opener, seedOf(`${id} ${isNew ? ends.local.port : ""}`));
    const [syn, ...rest] = this.#packed(entry.at, this.#tcp.handshake());
    return syn ? [{ ...syn, isStart: true }, ...rest] : [];
  }

  #flowOf(transport: "tcp" | "udp", { local, remote }: Ends): string {
    return this.#opener === "us" ? flowOf(transport, local, remote) : flowOf(transport, remote, local);
  }

  #ofEntry(entry: ShownEntry): StoryPacket[] {
    switch (entry.kind) {
      case "opened":
      case "connected":
        return [];
      case "in":
      case "drained":
      case "late":
        if (entry.kind !== "in") this.#comment(entry);
        return this.#ofOctets(entry, "in");
      case "out":
        return this.#ofOctets(entry, "out");
      case "file":
        this.#listed[entry.direction] += entry.told - (entry.ahead ?? 0);
        // Of a file that begins now, nothing has gone: its whole size is what there is to tell.
        this.#comment(this.#isFollowed ? { ...entry, size: entry.told } : entry);
        return this.#unseen(entry.at, entry.direction, entry.size);
      case "gap":
        this.#comment(entry);
        // Of datagrams nothing is known but their sum.
        if (!this.#tcp) return [];
        return [
          ...this.#unseen(entry.at, "in", entry.bytesIn),
          ...this.#unseen(entry.at, "out", entry.bytesOut),
        ];
      case "ended":
        return this.#packed(entry.at, this.#tcp?.fin("in") ?? []);
      case "fin":
        return this.#packed(entry.at, this.#tcp?.fin("out") ?? []);
      case "closed":
        return this.#closed(entry);
      default:
        if (entry.kind === "operator" && entry.action === "rst") this.#breaksBy = "out";
        this.#comment(entry);
        return [];
    }
  }

  #closed(entry: ShownEntry & { kind: "closed" }): StoryPacket[] {
    if (entry.cause) this.#comment(entry);
    if (!this.#tcp) return [];
    const isReset = entry.cause?.code === "peer-reset" || entry.cause?.code === "peer-not-reading";
    const breaksBy = isReset ? "in" : this.#breaksBy;
    if (breaksBy) return this.#packed(entry.at, this.#tcp.reset(breaksBy));
    return this.#packed(entry.at, this.#tcp.fin(entry.by === "peer" ? "in" : "out"));
  }

  /** Of a whole capture, pieces may have told them before, or tell them now. */
  #ofOctets(entry: ShownEntry & { bytes: Buffer; size: number }, side: Side): StoryPacket[] {
    const start = this.#listed[side];
    this.#listed[side] += entry.size;
    if (!this.#isWhole) return this.#bytes(entry, side);
    if (entry.bytes.length < entry.size || start + entry.size <= this.#told[side]) return [];
    return this.#bytes(entry, side);
  }

  #bytes(entry: ShownEntry & { bytes: Buffer; size: number }, side: Side): StoryPacket[] {
    this.#told[side] += entry.size;
    const payload = { bytes: entry.bytes, size: entry.size };
    const packets = this.#packed(entry.at, this.#ways(side, payload, entry));
    if (entry.bytes.length < entry.size) packets[0]?.comments.push(notKept(entry.size - entry.bytes.length));
    for (const [index, packet] of packets.filter(({ direction }) => direction === side).entries()) {
      const spans = spansWithin(entry.hidden ?? [], index * MAX_SEGMENT, MAX_SEGMENT);
      if (spans.length > 0) packet.comments.push(hiddenComment(spans));
    }
    return packets;
  }

  #unseen(at: number, side: Side, size: number): StoryPacket[] {
    this.#told[side] += size;
    if (size === 0) return [];
    const packets = this.#packed(at, this.#tcp?.data(side, { bytes: NOTHING, size }) ?? []);
    packets[0]?.comments.push(notKept(size));
    return packets;
  }

  #ways(side: Side, payload: Payload, entry: ShownEntry): Way[] {
    const datagram = "datagram" in entry ? entry.datagram : undefined;
    if (this.#tcp && !datagram) return this.#tcp.data(side, payload);
    const ends = datagram ?? this.#subject;
    const { local, remote } = ends;
    this.#flow = this.#flowOf("udp", ends);
    const path = side === "in" ? { from: remote, to: local } : { from: local, to: remote };
    return [{ direction: side, packet: udpPacket(path, payload) }];
  }

  /** Bytes that moved without an entry: of a file under way, or of entries that the daemon had to leave out. */
  #caughtUp(entry: ShownEntry, totals: Totals): StoryPacket[] {
    const own = { in: sizeIn(entry), out: sizeOut(entry) };
    return [
      ...this.#unseen(entry.at, "out", Math.max(0, totals.bytesOut - own.out - this.#told.out)),
      ...this.#unseen(entry.at, "in", Math.max(0, totals.bytesIn - own.in - this.#told.in)),
    ];
  }

  #comment(entry: ShownEntry): void {
    this.#comments.push(describeEntry(entry).trim());
  }

  /** The first packet takes all comments that wait. */
  #packed(at: number, ways: readonly Way[]): StoryPacket[] {
    const flow = this.#flow;
    const isStart = flow.startsWith("udp");
    const packets = ways.map((way): StoryPacket => ({ ...way, at, comments: [], flow, isStart }));
    const [first] = packets;
    if (first) {
      first.comments.push(...this.#comments);
      this.#comments = [];
    }
    return packets;
  }
}

export const notKept = (size: number) =>
  `${size} ${size === 1 ? "byte" : "bytes"} of this were not kept, and are not in this file`;

const sizeIn = (entry: Entry) => (entry.kind === "in" ? entry.size : 0);
const sizeOut = (entry: Entry) => (entry.kind === "out" ? entry.size : 0);

/** A number that is the same each time this story is written (FNV-1a). */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
