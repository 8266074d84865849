/**
 * Stories as a pcapng file that Wireshark opens: whole ones in the order in which it all happened, or entry by entry as they come. Headers
 * are synthetic, and the file says so.
 */

import type { ShownEntry } from "../stories/entry-text.ts";
import type { StorySubject } from "../stories/story.ts";
import { entryFromRecord, type StoryRecord } from "../stories/story-record.ts";
import { interfaceDescription, LinkType, type Packet, packetBlock, sectionHeader } from "./pcapng-writer.ts";
import { type StoryPacket, StoryPackets, type Totals } from "./story-packets.ts";

/** A story as the daemon hands it over. */
export interface CapturedStory {
  /** The side that connected. */
  readonly opener: "peer" | "us";
  readonly record: StoryRecord;
}

/** An entry of a story that is followed. */
export interface CapturedEntry extends Totals {
  readonly id: string;
  readonly entry: unknown;
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

/** `calculator-1: calculator at 127.0.0.1:3400/tcp` */
export const roleComment = ({ instance, role, local, transport }: StorySubject) =>
  `${instance}: ${role} at ${local.address.includes(":") ? `[${local.address}]` : local.address}:${local.port}/${transport}`;

export class CaptureEncoder {
  #lastNs = 0n;
  readonly #live = new Map<string, { packets: StoryPackets; openedAt: number }>();
  #notes: string[] = [];

  /** All their packets, in the order of time. */
  stories(stories: readonly CapturedStory[]): Buffer[] {
    const timed = stories.flatMap((story) =>
      packetsOf(story).map((packet) => ({ packet, ns: nsOf(story.record.openedAt, packet.at) })),
    );
    timed.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
    return timed.map(({ packet, ns }) => this.#block(packet, ns));
  }

  /** A story whose entries follow from here on; those that it has already are written at once. */
  begin({ opener, record }: CapturedStory): Buffer[] {
    const packets = new StoryPackets(record.subject, opener);
    this.#live.set(record.subject.id, { packets, openedAt: record.openedAt });
    return record.entries.flatMap((entry) => this.#followed(record.subject.id, entry));
  }

  entry({ id, entry, bytesIn, bytesOut }: CapturedEntry): Buffer[] {
    return this.#followed(id, entry, { bytesIn, bytesOut });
  }

  /** A comment of the next packet of any conversation. */
  note(text: string): void {
    this.#notes.push(text);
  }

  #followed(id: string, entry: unknown, totals?: Totals): Buffer[] {
    const live = this.#live.get(id);
    if (!live) return [];
    const fact = entryFromRecord(entry) as ShownEntry;
    const blocks = live.packets
      .take(fact, totals)
      .map((packet) => this.#block(packet, nsOf(live.openedAt, packet.at)));
    if (fact.kind === "closed") this.#live.delete(id);
    return blocks;
  }

  #block({ packet, direction, comments }: StoryPacket, ns: bigint): Buffer {
    this.#lastNs = ns > this.#lastNs ? ns : this.#lastNs + APART_NS;
    const notes = this.#notes;
    this.#notes = [];
    const whole: Packet = { ...packet, direction, ns: this.#lastNs, comments: [...notes, ...comments] };
    return packetBlock(whole);
  }
}

/** Of a story that is known to its end: what no packet came for stands with the last one, and so do its cards. */
function packetsOf({ opener, record }: CapturedStory): StoryPacket[] {
  const story = new StoryPackets(record.subject, opener);
  const packets = record.entries.flatMap((entry) => story.take(entryFromRecord(entry) as ShownEntry));
  const cards = (record.judged?.cards ?? []).map(({ id, title }) => `${id}: ${title}`);
  packets.at(-1)?.comments.push(...story.leftOver, ...cards);
  return packets;
}

/** Exact: a number of nanoseconds since 1970 is beyond what a double holds. */
const nsOf = (openedAt: number, at: number) => BigInt(Math.round(openedAt * 1_000) + at) * 1_000n;
