/**
 * A story as a diagnosis reads it: reads with their boundaries, and the messages that framing made of them.
 *
 * Long, because reads and messages of one story are put together in one walk.
 */

import type { Role } from "../machines/_role.ts";
import type { HiddenSpan } from "../printable.ts";
import type { LiveView } from "../stories/live-view.ts";
import { maskedBytes, type ShownBytes } from "../stories/redaction.ts";
import type { Entry, Story } from "../stories/story.ts";
import type { Turn } from "../stories/verdict.ts";
import { FOUND } from "../wire/file-transfer.ts";
import { type Debt, debtOf } from "./_debts.ts";
import type { Disagreement } from "./_disagreement.ts";
import type { Piece } from "./_sign.ts";
import { type Silence, silenceOf } from "./_silence.ts";
import { Stream } from "./_stream.ts";

/** A story and its circumstances. Role and options are the instance's, where there still is one. */
export interface Incident {
  readonly story: Story;
  readonly role: Role | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  /** As they were typed. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Address on which the role listens, or of a client's server. */
  readonly host: string;
  readonly port: number;
  /** Command that starts a client of ours once more. */
  readonly again: string;
  /** State of the live connection; undefined: it is over. */
  readonly live: LiveView | undefined;
  /** Form of these bytes that a reader may see: tokens are hidden. */
  readonly redact: (bytes: Buffer) => ShownBytes;
  /** Other stories of the same instance, oldest first: asked only where one alone does not tell. */
  readonly others?: (() => readonly Story[]) | undefined;
  /** Of a client's story that an onlooker saw: where its server's words are not ours, and no card tells of it. */
  readonly unexplained?: readonly Disagreement[] | undefined;
}

/** A read, as the kernel handed it over. */
export interface Read {
  /** From 1, over the whole story. */
  readonly number: number;
  readonly at: number;
  /** Bytes of it that are kept. */
  readonly bytes: Buffer;
  readonly keptBytes: number;
  readonly size: number;
  /** Spans of it that are not to be shown. */
  readonly hidden?: readonly HiddenSpan[];
}

/** A message, as framing made it of the reads. */
export interface FramedMessage {
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

export class Evidence {
  readonly story: Story;
  readonly role: Role | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly given: Readonly<Record<string, unknown>>;
  readonly host: string;
  readonly port: number;
  readonly again: string;
  readonly live: LiveView | undefined;
  readonly redact: (bytes: Buffer) => ShownBytes;
  readonly others: () => readonly Story[];
  readonly unexplained: readonly Disagreement[];
  /** Entries of the conversation itself: a client's questions to the registry come before it. */
  readonly entries: readonly Entry[];
  /** State in which the conversation itself began. */
  readonly initialState: string;
  readonly reads: readonly Read[];
  readonly messages: readonly FramedMessage[];
  /** The last silence, of an ended story too, and whose turn it was. */
  readonly silence: Silence;
  /** Of a stream, from its first byte; with what came after a refusal or after our end. */
  readonly pieces: readonly Piece[];
  /** Pieces that a state read as text; empty where the beginning is no longer kept. */
  readonly texts: readonly Piece[];
  /** The peer's program as it was last seen, where it runs on this machine. */
  readonly program: Kind<"program"> | undefined;
  readonly #stream: Stream;

  constructor(incident: Incident) {
    const { story, role, options, given, host, port, again, live, redact, others } = incident;
    this.unexplained = incident.unexplained ?? [];
    this.story = story;
    this.role = role;
    this.options = options;
    this.given = given;
    this.host = host;
    this.port = port;
    this.again = again;
    this.live = live;
    this.redact = redact;
    this.others = others ?? (() => []);
    const kept = story.omitted > 0 ? story.entries.slice(0, story.entriesBeforeGap) : story.entries;
    const start = kept.findLastIndex((entry) => entry.kind === "transition" && isConnected(entry.event));
    this.entries = kept.slice(start + 1);
    const begun = kept[start] ?? kept[0];
    this.initialState = begun?.kind === "transition" ? begun.to : begun?.kind === "opened" ? begun.state : "";
    const numbered = numberReads(kept);
    this.reads = this.entries.flatMap((entry) => numbered.get(entry) ?? []);
    this.#stream = new Stream(this.reads, story.framing);
    this.messages = isDatagrams(story) ? this.#datagrams() : this.#framed(numbered);
    this.pieces = piecesOf(this.entries);
    this.texts = this.#textPieces();
    // The last silence is at the very end, behind what is no longer kept.
    const all = story.omitted > 0 ? story.entries : this.entries;
    this.silence = silenceOf({ story, role, live, entries: all });
    this.program = all.findLast((entry): entry is Kind<"program"> => entry.kind === "program");
  }

  /** Side whose turn it was when it fell silent. */
  get turn(): Turn {
    return this.silence.whose;
  }

  /** Business that both sides had begun, and that is still to come from the peer. */
  get debt(): Debt | undefined {
    return debtOf(this);
  }

  /** A message that has begun and has no end: unread, or cut off by the peer's leaving. */
  get unfinished(): Buffer {
    if (this.live) return this.live.unread;
    const last = this.messages.at(-1);
    const fin = this.entries.findIndex(({ kind }) => kind === "ended");
    const isTail = this.story.framing === "line" && fin >= 0 && last !== undefined && last.index > fin;
    if (isTail && last.reads.at(-1)?.bytes.at(-1) !== NEWLINE) return last.bytes;
    return isDatagrams(this.story) || this.story.omitted > 0 ? Buffer.alloc(0) : this.#stream.rest;
  }

  /** Our server's peer is a client; the other way round it is their server that is looked at. */
  get isServer(): boolean {
    return this.role?.side === "server";
  }

  get roleName(): string {
    return this.story.subject.role;
  }

  /** How long nothing has moved; 0 where the connection is over: `silence` tells of those too. */
  get stillMs(): number {
    return this.live?.stillMs ?? 0;
  }

  /** An operator had a hand in it: what came after that is not the peer's doing alone. */
  get isOperated(): boolean {
    return this.story.subject.transport === "tcp" && this.entries.some(({ kind }) => kind === "operator");
  }

  /** These bytes in a command that a person completes: tokens are masked. */
  masked(bytes: Buffer): Buffer {
    return maskedBytes(this.redact(bytes));
  }

  /** Bytes that no state has read yet. */
  get unread(): Buffer {
    return this.live?.unread ?? Buffer.alloc(0);
  }

  /** The very first bytes that came, however they were cut up. */
  get opening(): Buffer {
    return Buffer.concat(this.reads.slice(0, 4).map(({ bytes }) => bytes)).subarray(0, 512);
  }

  /** True of a client that says what its user says. */
  get hasUser(): boolean {
    return Object.values(this.role?.phases ?? {}).some(({ due }) => due === "user");
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

  /** Last thing that moved, in or out. */
  get lastMove(): Kind<"in"> | Kind<"out"> | Kind<"file"> | undefined {
    return this.entries.findLast(
      (entry) => entry.kind === "in" || entry.kind === "out" || entry.kind === "file",
    );
  }

  option(name: string): string | undefined {
    const value = this.options[name];
    return typeof value === "string" ? value : undefined;
  }

  /** Pieces that phases read as text, and that our clients hear as such. */
  #textPieces(): Piece[] {
    let state = this.initialState;
    const pieces: Piece[] = [];
    for (const entry of this.entries) {
      if (entry.kind === "transition") state = entry.to;
      else if (entry.kind === "in" && this.#isText(state)) {
        // A size that came in one piece with the word before it is no text.
        if (this.role?.side === "client" && isGluedSize(entry.bytes)) break;
        pieces.push(entry);
      }
    }
    return pieces;
  }

  #isText(state: string): boolean {
    const phase = this.role?.phases[state];
    if (this.role?.side === "client")
      return phase === undefined ? this.story.subject.transport === "udp" : phase.isBinary !== true;
    return (phase?.reads ?? "text") === "text";
  }

  #datagrams(): FramedMessage[] {
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
  #framed(numbered: ReadonlyMap<Entry, Read>): FramedMessage[] {
    const stream = this.#stream;
    const messages: FramedMessage[] = [];
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

const NEWLINE = 0x0a;
const isGluedSize = (bytes: Buffer) =>
  bytes.length > FOUND.length && bytes.subarray(0, FOUND.length).toString("latin1") === FOUND;

function piecesOf(entries: readonly Entry[]): Piece[] {
  return entries.filter(
    (entry): entry is Kind<"in"> | Kind<"drained"> | Kind<"late"> =>
      entry.kind === "in" || entry.kind === "drained" || entry.kind === "late",
  );
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

export { count, quoted, shownSentence, withArticle } from "./_words.ts";
export type { Debt, Silence };
