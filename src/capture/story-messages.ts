/**
 * A story as its messages, one a packet and without headers: those that framing made of what came, and what was written. What the machine did
 * stands in the comments of the message that follows it.
 */
import { isAscii } from "node:buffer";
import type { HiddenSpan } from "../printable.ts";
import { describeEntry, type ShownEntry } from "../stories/entry-text.ts";
import type { Ends, StorySubject } from "../stories/story.ts";
import { hiddenComment } from "./capture-comment.ts";
import { exportedMessage, type Speaker } from "./exported-message.ts";
import { flowOf } from "./flows.ts";
import type { Direction } from "./pcapng-writer.ts";
import { notKept, type StoryPacket } from "./story-packets.ts";

/** A message that framing made. */
export interface FramedBytes {
  /** base64 */
  readonly bytes: string;
  readonly hidden: readonly HiddenSpan[];
}

/** By the index of its entry. */
export interface CapturedMessage extends FramedBytes {
  readonly entry: number;
}

interface Said {
  readonly bytes: Buffer;
  readonly size: number;
  readonly hidden?: readonly HiddenSpan[] | undefined;
  /** Ends of a client's datagram. */
  readonly datagram?: Ends | undefined;
}

const NOTHING = Buffer.alloc(0);
const NEWLINE = 0x0a;
/** A client of a connection asks a registry, and nothing else, by datagram. */
const REGISTRY = "bootstrap";

export class StoryMessages {
  readonly #subject: StorySubject;
  readonly #protocol: string;
  /** Side that the peer is. */
  readonly #peer: Speaker;
  #comments: string[] = [];
  #ends: Ends;
  #flow = "";

  constructor(subject: StorySubject, opener: "peer" | "us", protocol: string) {
    this.#subject = subject;
    this.#ends = subject;
    this.#protocol = protocol;
    this.#peer = opener === "peer" ? "client" : "server";
  }

  /** Conversation of the last message. */
  get flow(): string {
    return this.#flow;
  }

  /** Comments that no message came for. */
  get leftOver(): readonly string[] {
    return this.#comments;
  }

  comment(text: string): void {
    this.#comments.push(text);
  }

  /** Messages of an entry; `framed`: the bytes of the one that framing made. */
  take(entry: ShownEntry, framed: FramedBytes | undefined): StoryPacket[] {
    switch (entry.kind) {
      case "connected":
        this.#ends = entry;
        this.#comments.push(describeEntry(entry).trim());
        return [];
      case "in":
        if (entry.datagram) return this.#said(entry.at, "in", entry);
        return framed ? this.#framed(entry.at, framed, entry.size) : [];
      case "message":
        this.#comments.push(describeEntry(entry).trim());
        return this.#framed(entry.at, framed, entry.size);
      case "out":
        return linesOf(entry).flatMap((said) => this.#said(entry.at, "out", said));
      case "file":
        this.#comments.push(describeEntry(entry).trim());
        return entry.size === 0
          ? []
          : this.#said(entry.at, entry.direction, { bytes: NOTHING, size: entry.size });
      case "ended":
      case "fin":
        return [];
      default:
        this.#comments.push(describeEntry(entry).trim());
        return [];
    }
  }

  #framed(at: number, framed: FramedBytes | undefined, size: number): StoryPacket[] {
    const bytes = framed ? Buffer.from(framed.bytes, "base64") : NOTHING;
    return this.#said(at, "in", { bytes, size: Math.max(size, bytes.length), hidden: framed?.hidden });
  }

  #said(at: number, direction: Direction, said: Said): StoryPacket[] {
    const { bytes, size, hidden = [], datagram } = said;
    const { local, remote } = datagram ?? this.#ends;
    const transport = datagram ? "udp" : this.#subject.transport;
    const isPeers = direction === "in";
    const packet = exportedMessage({
      protocol: datagram && this.#subject.transport === "tcp" ? REGISTRY : this.#protocol,
      speaker: isPeers === (this.#peer === "client") ? "client" : "server",
      transport,
      from: isPeers ? remote : local,
      to: isPeers ? local : remote,
      bytes,
      size,
    });
    const comments = this.#comments;
    this.#comments = [];
    if (bytes.length < size) comments.push(notKept(size - bytes.length));
    if (hidden.length > 0) comments.push(hiddenComment(hidden));
    const [opener, other] = this.#peer === "client" ? [remote, local] : [local, remote];
    const flow = flowOf(transport, opener, other);
    this.#flow = flow;
    return [{ at, direction, packet, comments, flow, isStart: true }];
  }
}

/** Lines to a line peer may leave in one write: each is a message. */
function linesOf({ bytes, size, hidden }: Said): Said[] {
  const isLines = bytes.length === size && bytes.at(-1) === NEWLINE && isAscii(bytes) && !hidden?.length;
  const first = bytes.indexOf(NEWLINE);
  if (!isLines || first === bytes.length - 1) return [{ bytes, size, hidden }];
  const lines: Said[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start) + 1;
    lines.push({ bytes: bytes.subarray(start, end), size: end - start });
    start = end;
  }
  return lines;
}
