/**
 * Stories as a pcapng file that Wireshark opens: whole ones in the order in which it all happened, or entry by entry as they come. Headers
 * are synthetic, and the file says so.
 *
 * Long, because whole stories and those that are followed take the same packets, flows and times.
 */

import type { ShownEntry } from "../stories/entry-text.ts";
import type { StorySubject } from "../stories/story.ts";
import { entryFromRecord, type StoryRecord } from "../stories/story-record.ts";
import { Flows } from "./flows.ts";
import { interfaceDescription, LinkType, type Packet, packetBlock, sectionHeader } from "./pcapng-writer.ts";
import { type CapturedMessage, type FramedBytes, StoryMessages } from "./story-messages.ts";
import { type Piece, type StoryPacket, StoryPackets, type Totals } from "./story-packets.ts";

/** A story as the daemon hands it over. */
export interface CapturedStory {
  /** The side that connected. */
  readonly opener: "peer" | "us";
  readonly record: StoryRecord;
  /** The server's role, where it says what its messages are. */
  readonly protocol?: string | null;
  /** Cards of it, of one that stands as it is. */
  readonly cards?: readonly CapturedCard[];
  readonly messages?: readonly CapturedMessage[];
}

/** A card, and the read that it is of: from 1; null: none alone. */
export interface CapturedCard {
  readonly read: number | null;
  readonly id: string;
  readonly rule: string;
  readonly title: string;
}

/** An entry of a story that is followed. */
export interface CapturedEntry extends Totals {
  readonly id: string;
  readonly entry: unknown;
  readonly message?: FramedBytes;
  /** Cards that are known since then. */
  readonly cards?: readonly CapturedCard[];
}

/** A story that ended without an entry that says so, as those of datagrams do. */
export interface CapturedEnd {
  readonly id: string;
  readonly over: true;
}

/** Bytes that no entry of it keeps. */
export interface CapturedPiece {
  readonly id: string;
  readonly piece: Omit<Piece, "bytes"> & { readonly bytes: string };
}

export interface EncoderOptions {
  /** A packet a message. */
  readonly isMessages?: boolean;
  /** Pieces come, too. */
  readonly isWhole?: boolean;
}

interface Live {
  readonly made: StoryPackets | StoryMessages;
  readonly opener: "peer" | "us";
  readonly openedAt: number;
}

/** Two packets never have the same time: Wireshark sorts by it. */
const APART_NS = 1_000n;

/** The start of the file, with the roles whose conversations are in it. */
export function captureHead(version: string, roles: readonly string[]): Buffer {
  return Buffer.concat([
    sectionHeader(`netlabd ${version}`, roles),
    interfaceDescription(
      LinkType.RAW,
      "netlabd",
      "what netlabd's roles read and wrote; the headers of IP, TCP and UDP are synthetic",
    ),
  ]);
}

/** The same of a file of messages. */
export function messagesHead(version: string, roles: readonly string[]): Buffer {
  return Buffer.concat([
    sectionHeader(`netlabd ${version}`, roles),
    interfaceDescription(
      LinkType.WIRESHARK_UPPER_PDU,
      "netlabd",
      "messages as netlabd's roles framed and wrote them, one a packet; netlabctl dissector reads them",
    ),
  ]);
}

/** `calculator-1: calculator at 127.0.0.1:3400/tcp` */
export const roleComment = ({ instance, role, local, transport }: StorySubject) =>
  `${instance}: ${role} at ${local.address.includes(":") ? `[${local.address}]` : local.address}:${local.port}/${transport}`;

export class CaptureEncoder {
  #lastNs = 0n;
  readonly #live = new Map<string, Live>();
  readonly #flows = new Flows();
  /** By flow, comments of packets that the other end's story has. */
  readonly #twins = new Map<string, string[]>();
  #notes: string[] = [];
  readonly #options: EncoderOptions;

  constructor(options: EncoderOptions = {}) {
    this.#options = options;
  }

  /** All their packets, in the order of time; of a conversation without a protocol there are no messages. */
  stories(stories: readonly CapturedStory[]): Buffer[] {
    const packetsIn = this.#options.isMessages ? messagesOf : packetsOf;
    const timed = stories.flatMap((story) =>
      packetsIn(story).map((packet) => ({
        packet,
        ns: nsOf(story.record.openedAt, packet.at),
        id: story.record.subject.id,
        isServed: story.opener === "peer",
      })),
    );
    timed.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
    const served = new Set(timed.flatMap(({ packet, isServed }) => (isServed ? [packet.flow] : [])));
    return timed.flatMap(({ packet, ns, id, isServed }) =>
      this.#once(packet, ns, id, isServed || !served.has(packet.flow)),
    );
  }

  /** A packet that the story of the other end has is not written again. */
  #once(packet: StoryPacket, ns: bigint, id: string, isOwn: boolean): Buffer[] {
    const { flow, comments } = packet;
    const waiting = this.#twins.get(flow) ?? [];
    this.#twins.delete(flow);
    if (isOwn) return [this.#block({ ...packet, comments: [...waiting, ...comments] }, ns)];
    const told = [...waiting, ...comments.map((comment) => `${id}: ${comment}`)];
    if (told.length > 0) this.#twins.set(flow, told);
    return [];
  }

  /** A story whose entries follow from here on; those that it has already are written at once. */
  begin({ opener, protocol, record, messages = [] }: CapturedStory): Buffer[] {
    const { isMessages, isWhole } = this.#options;
    const { subject, openedAt, entries } = record;
    if (isMessages && !protocol) return [];
    const made = isMessages
      ? new StoryMessages(subject, opener, protocol as string)
      : new StoryPackets(subject, opener, isWhole);
    const live: Live = { made, opener, openedAt };
    this.#live.set(subject.id, live);
    return entries.flatMap((entry, index) => {
      const message = messages.find((one) => one.entry === index);
      return this.#followed(subject.id, live, { entry, ...(message ? { message } : {}) });
    });
  }

  entry(told: CapturedEntry): Buffer[] {
    const live = this.#live.get(told.id);
    return live ? this.#followed(told.id, live, told, told) : [];
  }

  piece({ id, piece }: CapturedPiece): Buffer[] {
    const live = this.#live.get(id);
    if (!(live?.made instanceof StoryPackets)) return [];
    return this.#written(id, live, live.made.piece({ ...piece, bytes: Buffer.from(piece.bytes, "base64") }));
  }

  /** Nothing more of this story comes. */
  over(id: string): void {
    const live = this.#live.get(id);
    if (!live) return;
    this.#live.delete(id);
    this.#flows.over(live.made.flow, id);
  }

  /** A comment of the next packet of any conversation. */
  note(text: string): void {
    this.#notes.push(text);
  }

  #followed(
    id: string,
    live: Live,
    { entry, message, cards = [] }: Pick<CapturedEntry, "entry" | "message" | "cards">,
    totals?: Totals,
  ): Buffer[] {
    const { made } = live;
    const fact = entryFromRecord(entry) as ShownEntry;
    for (const card of cards) made.comment(cardText(card));
    const packets = made instanceof StoryPackets ? made.take(fact, totals) : made.take(fact, message);
    const blocks = this.#written(id, live, packets);
    if (fact.kind === "closed") this.over(id);
    return blocks;
  }

  #written(id: string, { opener, openedAt }: Live, packets: readonly StoryPacket[]): Buffer[] {
    return packets.flatMap((packet) => {
      const ns = nsOf(openedAt, packet.at);
      const start = packet.isStart ? { opener, startNs: ns } : undefined;
      return this.#once(packet, ns, id, this.#flows.isOf(packet.flow, id, start));
    });
  }

  #block({ packet, direction, comments }: StoryPacket, ns: bigint): Buffer {
    this.#lastNs = ns > this.#lastNs ? ns : this.#lastNs + APART_NS;
    const notes = this.#notes;
    this.#notes = [];
    const whole: Packet = { ...packet, direction, ns: this.#lastNs, comments: [...notes, ...comments] };
    return packetBlock(whole);
  }
}

/** Of a story that is known to its end: what no packet came for stands with the last one. */
function packetsOf(story: CapturedStory): StoryPacket[] {
  const { opener, record } = story;
  const made = new StoryPackets(record.subject, opener);
  const cards = new Cards(story);
  const packets = record.entries.flatMap((plain) => {
    const entry = entryFromRecord(plain) as ShownEntry;
    const own = made.take(entry);
    const comments = cards.of(entry);
    own.find(({ direction }) => direction === "in")?.comments.push(...comments);
    return own;
  });
  packets.at(-1)?.comments.push(...made.leftOver, ...cards.ofNone);
  return packets;
}

function messagesOf(story: CapturedStory): StoryPacket[] {
  const { opener, record, protocol, messages = [] } = story;
  if (protocol === undefined || protocol === null) return [];
  const made = new StoryMessages(record.subject, opener, protocol);
  const framed = new Map(messages.map((message) => [message.entry, message]));
  const cards = new Cards(story);
  const packets = record.entries.flatMap((plain, index) => {
    const entry = entryFromRecord(plain) as ShownEntry;
    for (const comment of cards.of(entry)) made.comment(comment);
    return made.take(entry, framed.get(index));
  });
  packets.at(-1)?.comments.push(...made.leftOver, ...cards.ofNone);
  return packets;
}

/** Cards of a story by its reads, which are counted as they are asked for. */
class Cards {
  readonly #cards: readonly CapturedCard[];
  #reads = 0;

  constructor({ cards = [] }: CapturedStory) {
    this.#cards = cards;
  }

  of(entry: ShownEntry): string[] {
    if (entry.kind !== "in") return [];
    this.#reads += 1;
    return this.#cards.filter(({ read }) => read === this.#reads).map(cardText);
  }

  /** Cards of no read alone. */
  get ofNone(): string[] {
    return this.#cards.filter(({ read }) => read === null).map(cardText);
  }
}

const cardText = ({ id, rule, title }: CapturedCard) => `card ${id}: ${title} [${rule}]`;

/** Exact: a number of nanoseconds since 1970 is beyond what a double holds. */
const nsOf = (openedAt: number, at: number) => BigInt(Math.round(openedAt * 1_000) + at) * 1_000n;
