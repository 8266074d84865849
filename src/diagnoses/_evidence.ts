/** A story as a diagnosis reads it: reads with their boundaries, and the messages that framing made of them. */

import type { Role } from "../machines/_role.ts";
import { type HiddenSpan, printable } from "../printable.ts";
import type { LiveView } from "../stories/live-view.ts";
import { maskedBytes, type ShownBytes, shownText } from "../stories/redaction.ts";
import type { Entry, Story } from "../stories/story.ts";
import { usualBuffers } from "../wire/usual-buffers.ts";

/** A story and its circumstances. Role and options are the instance's, where there still is one. */
export interface Case {
  readonly story: Story;
  readonly role: Role | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  /** As they were typed. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Where the role listens, or a client's server is. */
  readonly host: string;
  readonly port: number;
  /** What it is doing now; undefined: it is over. */
  readonly live: LiveView | undefined;
  /** What whoever asks may see of these bytes: tokens are hidden. */
  readonly redact: (bytes: Buffer) => ShownBytes;
}

/** One read, as the kernel handed it over. */
export interface Read {
  /** From 1, over the whole story. */
  readonly number: number;
  readonly at: number;
  /** What is kept of it. */
  readonly bytes: Buffer;
  readonly keptBytes: number;
  readonly size: number;
  /** What of it is not to be shown. */
  readonly hidden?: readonly HiddenSpan[];
}

/** One message, as framing made it of the reads. */
export interface Said {
  readonly index: number;
  readonly bytes: Buffer;
  readonly text: string;
  readonly state: string;
  readonly rule: string;
  readonly reads: readonly Read[];
  /** Nothing of its last read lies behind it, and nothing of its first before. */
  readonly isWholeReads: boolean;
}

type Kind<K extends Entry["kind"]> = Extract<Entry, { kind: K }>;

const QUOTED_CHARACTERS = 60;

export class Evidence {
  readonly story: Story;
  readonly role: Role | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly given: Readonly<Record<string, unknown>>;
  readonly host: string;
  readonly port: number;
  readonly live: LiveView | undefined;
  readonly redact: (bytes: Buffer) => ShownBytes;
  /** What is kept of the conversation itself: a client's questions to the registry come before it. */
  readonly entries: readonly Entry[];
  readonly reads: readonly Read[];
  readonly messages: readonly Said[];

  constructor({ story, role, options, given, host, port, live, redact }: Case) {
    this.story = story;
    this.role = role;
    this.options = options;
    this.given = given;
    this.host = host;
    this.port = port;
    this.live = live;
    this.redact = redact;
    const kept = story.omitted > 0 ? story.entries.slice(0, story.entriesBeforeGap) : story.entries;
    const start = kept.findLastIndex((entry) => entry.kind === "transition" && isConnected(entry.event));
    this.entries = kept.slice(start + 1);
    const numbered = numberReads(kept);
    this.reads = this.entries.flatMap((entry) => numbered.get(entry) ?? []);
    this.messages = isDatagrams(story) ? this.#datagrams() : this.#framed(numbered);
  }

  /** Our server's peer is a client; the other way round it is their server that is looked at. */
  get isServer(): boolean {
    return this.role?.side === "server";
  }

  get roleName(): string {
    return this.story.subject.role;
  }

  /** How long nothing has moved; 0 where the connection is over. */
  get stillMs(): number {
    return this.live?.stillMs ?? 0;
  }

  /** These bytes in a command that a person completes: tokens are masked. */
  masked(bytes: Buffer): Buffer {
    return maskedBytes(this.redact(bytes));
  }

  /** What no state has read yet. */
  get unread(): Buffer {
    return this.live?.unread ?? Buffer.alloc(0);
  }

  /** The very first bytes that came, however they were cut up. */
  get opening(): Buffer {
    return Buffer.concat(this.reads.slice(0, 4).map(({ bytes }) => bytes)).subarray(0, 512);
  }

  /** Does its hub send what the peer has not asked for? Then silence is no sign of anything. */
  get isTalkedTo(): boolean {
    return this.role?.hub !== undefined;
  }

  all<K extends Entry["kind"]>(kind: K): Kind<K>[] {
    return this.entries.filter((entry): entry is Kind<K> => entry.kind === kind);
  }

  last<K extends Entry["kind"]>(kind: K): Kind<K> | undefined {
    return this.all(kind).at(-1);
  }

  /** What moved last, in or out. */
  get lastMove(): Kind<"in"> | Kind<"out"> | undefined {
    return this.entries.findLast((entry) => entry.kind === "in" || entry.kind === "out");
  }

  option(name: string): string | undefined {
    const value = this.options[name];
    return typeof value === "string" ? value : undefined;
  }

  #datagrams(): Said[] {
    const state = this.story.state;
    return this.reads.map((read, index) => ({
      index,
      bytes: read.bytes,
      text: read.bytes.toString("utf8"),
      state,
      rule: this.story.lastRule ?? "",
      reads: [read],
      isWholeReads: true,
    }));
  }

  /** Walks along the bytes that came and takes off message after message; what is not kept is passed over. */
  #framed(numbered: ReadonlyMap<Entry, Read>): Said[] {
    const stream = new Stream(this.reads, this.story.framing);
    const messages: Said[] = [];
    let isAll = false;
    for (const [index, entry] of this.entries.entries()) {
      const read = numbered.get(entry);
      isAll ||= read !== undefined && read.bytes.length < read.size;
      if (entry.kind !== "message") continue;
      const reads = this.role?.phases[entry.state]?.reads ?? "text";
      const taken = stream.take(entry.size, reads === "text");
      messages.push({ index, state: entry.state, rule: entry.rule, ...taken });
      if (isAll) break;
    }
    return messages;
  }
}

/** XState names a promise after the state that invoked it. */
const isConnected = (event: string) => event === "connecting done" || event === "connect done";
const isDatagrams = ({ subject, framing }: Story) => subject.transport === "udp" || framing === "datagram";

function numberReads(entries: readonly Entry[]): Map<Entry, Read> {
  const reads = new Map<Entry, Read>();
  for (const entry of entries) {
    if (entry.kind !== "in") continue;
    const { at, bytes, size } = entry;
    reads.set(entry, { number: reads.size + 1, at, bytes, keptBytes: bytes.length, size });
  }
  return reads;
}

class Stream {
  readonly #reads: readonly Read[];
  readonly #framing: string;
  /** Where each read starts in the stream. */
  readonly #starts: number[] = [];
  readonly #bytes: Buffer;
  #position = 0;

  constructor(reads: readonly Read[], framing: string) {
    this.#reads = reads;
    this.#framing = framing;
    let start = 0;
    for (const { bytes } of reads) {
      this.#starts.push(start);
      start += bytes.length;
    }
    this.#bytes = Buffer.concat(reads.map(({ bytes }) => bytes));
  }

  take(size: number, isText: boolean): Omit<Said, "index" | "state" | "rule"> {
    if (isText) this.#skip("\n\r\0");
    const start = this.#position;
    const end = Math.min(start + size, this.#bytes.length);
    this.#position = end;
    if (isText) this.#skipEnding();
    const bytes = this.#bytes.subarray(start, end);
    const touched = this.#reads.filter((_, index) => this.#touches(index, start, end));
    const first = this.#startOf(touched[0]);
    const isWholeReads = first === start && this.#isAtBoundary();
    return { bytes, text: bytes.toString("utf8"), reads: touched, isWholeReads };
  }

  #touches(index: number, start: number, end: number): boolean {
    const from = this.#starts[index] ?? 0;
    const to = this.#starts[index + 1] ?? this.#bytes.length;
    return from < end && to > start;
  }

  #startOf(read: Read | undefined): number {
    return read ? (this.#starts[this.#reads.indexOf(read)] ?? -1) : -1;
  }

  #isAtBoundary(): boolean {
    return this.#position >= this.#bytes.length || this.#starts.includes(this.#position);
  }

  #skip(characters: string): void {
    while (
      this.#position < this.#bytes.length &&
      characters.includes(String.fromCharCode(this.#bytes[this.#position] ?? 0x20))
    )
      this.#position += 1;
  }

  /** Its newline or NUL; in a fixed buffer, all that is stale behind it. */
  #skipEnding(): void {
    const next = this.#starts.find((start) => start > this.#position) ?? this.#bytes.length;
    const read = this.#reads[this.#starts.findLastIndex((start) => start <= this.#position)];
    const isNul = this.#bytes[this.#position] === 0;
    if (isNul && read && usualBuffers.has(read.size)) this.#position = next;
    else if (this.#framing === "line" || this.#framing === "nul" || isNul) this.#skip("\n\r\0");
  }
}

/** Around a peer's words, until they are shown: what is hidden in a sentence is hidden in them alone. No peer's words have these. */
const OPEN = "\uE000";
const CLOSE = "\uE001";
const PEER_WORDS = /\uE000([^\uE001]*)\uE001/g;

/** A peer's text in a sentence of a finding. */
export function quoted(text: string): string {
  return OPEN + text.replace(/[\uE000\uE001]/g, "\uFFFD") + CLOSE;
}

/** The sentence as whoever asks may see it. */
export function shownSentence(sentence: string, redact: Case["redact"]): string {
  return sentence.replace(
    PEER_WORDS,
    (_, words: string) => `"${printable(shownText(redact(Buffer.from(words))), QUOTED_CHARACTERS)}"`,
  );
}

/** `1 byte`, `3 bytes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
