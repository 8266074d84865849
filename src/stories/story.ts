/**
 * The story of one peer: what came, what it caused, what was sent, how it ended. The first entries and the last are
 * kept, whole bytes up to a limit; what fell out between them is counted, so that a gap is not mistaken for silence.
 *
 * Long, because all that may be recorded of a peer is a method here, and nothing else writes an entry.
 */

import type { Cause } from "./causes.ts";
import type { Endpoint, Ends, Entry, EntryOf, LineFault, OperatorAction, Transition } from "./entry.ts";
import { type CountedRun, messageRun } from "./message-run.ts";
import type { ProgramSample } from "./program.ts";
import type { RestoredState } from "./restored-state.ts";
import { PAST, type Retention } from "./retention.ts";
import { sharedFact } from "./shared-facts.ts";
import { coded, entryOf, type Fact, type Held, Slots, slot } from "./slots.ts";
import type { Judged } from "./verdict.ts";

/** A transition, and its reason. */
export type TransitionRecord = Pick<Transition, "from" | "to" | "event" | "answer">;

export type Fault = "crashed" | "refused" | "failed";

/** The subject of a story, as plain data. */
export interface StorySubject {
  /** `file-server-1/c17` */
  readonly id: string;
  /** The instance's id. */
  readonly instance: string;
  /** The role's name. */
  readonly role: string;
  /** Number of the role as it was when the peer came: loading it again does not change what this one is played by. */
  readonly edition: number;
  /** Student or group that it is for; on a port that all share, known once the peer has said its name. */
  label?: string | undefined;
  readonly transport: "tcp" | "udp";
  /** A look of our own into a registry, e.g. of a file server's registrar: no visit. */
  readonly isInternal?: boolean;
  /** Of a proxy: whose side of the pair this is, and the id of the other side's story. */
  readonly leg?: Leg;
  readonly pair?: string;
  /** Neither end was ours: two others were watched. */
  readonly isSeen?: boolean;
  /** Our end. */
  local: Endpoint;
  /** The peer's end; a client's changes as it goes from the registry to a server. */
  remote: Endpoint;
}

/** The two sides of a pair that a proxy stands between: its connection with the client, and its own with the server. */
export type Leg = "client" | "server";

const NO_SECRETS: readonly string[] = [];
const PEER_FIN: Fact = { kind: "ended" };
const OUR_FIN: Fact = { kind: "fin" };

/** A live connection that is still, as its judge saw it: what a story cut off by the daemon's end cannot tell by itself. */
export interface Look {
  /** Entries of the story then: with more of them it has moved since. */
  readonly length: number;
  readonly stillMs: number;
  readonly unreadBytes: number;
  readonly queuedBytes: number;
  readonly waitsFor?: string | undefined;
}

/** A file under way. */
export interface FileRecord {
  readonly moved: (bytes: number) => void;
}

export class Story {
  readonly subject: StorySubject;
  /** By the wall's clock, in milliseconds since 1970. */
  readonly openedAt: number;
  endedAt: number | undefined;
  state: string;
  /** Expected input of the present state, in words; undefined: none of the peer's. */
  waitsFor: string | undefined;
  bytesIn = 0;
  bytesOut = 0;
  /** When bytes last moved, either way: in microseconds since it opened. */
  movedAt = 0;
  framing = "unknown";
  lastRule: string | undefined;
  /** An operator has put a fault on its line: what came over it proves nothing of its peer. */
  isLineBad = false;
  fault: Fault | undefined;
  /** Why, where there is a fault. */
  cause: Cause | undefined;
  /** Name that its peer had given when it left, where the role knows it. */
  peerName: string | undefined;
  /** How it stood when it was last looked at while it was still. */
  look: Look | undefined;
  /** Judgement of it once it had ended; undefined: none yet. */
  judged: Judged | undefined;
  /** Tokens in its bytes, which are hidden from every reader. A client's run learns more of them. */
  secrets: readonly string[] = NO_SECRETS;
  readonly #retention: Retention;
  /** When it opened, by the clock that never goes back. */
  readonly #origin: number;
  #slots: Slots;
  #lastAt = 0;
  /** Estimated bytes of memory. */
  #cost = 0;
  /** Of a macrostep under way: when it began, and in three slots each, entries that follow the transition that caused them. */
  #step: [at: number, ...slots: (number | Held)[]] | undefined;

  /** `wallNow`: the wall's time of this moment, where the story began earlier; `monotonicNow`: the same moment by the retention's clock. */
  constructor(
    subject: StorySubject,
    state: string,
    openedAt: number,
    retention: Retention,
    wallNow: number = openedAt,
    monotonicNow: number = retention.monotonic(),
  ) {
    this.subject = subject;
    this.state = state;
    this.openedAt = openedAt;
    this.#retention = retention;
    this.#origin = monotonicNow - Math.round(1_000 * (wallNow - openedAt));
    this.#slots = new Slots(retention.keepsAll);
  }

  /** Microseconds since it opened: the stamp of an entry that is made now. */
  now(): number {
    return this.#retention.monotonic() - this.#origin;
  }

  /** Another process's story, or one that was stored: nothing is added to it any more. */
  static restored(subject: StorySubject, state: RestoredState, entries: readonly Entry[]): Story {
    const story = new Story(subject, state.state, state.openedAt, PAST);
    Object.assign(story, state);
    story.#slots = Slots.holding(entries);
    return story;
  }

  /** Everything kept, in order; one entry stands for those between the first and the last that are not. */
  get entries(): Entry[] {
    return this.#settled.entries;
  }

  /** How many entries there were, those that are no longer kept too. */
  get length(): number {
    return this.#settled.length;
  }

  /** How many entries are no longer kept. */
  get omitted(): number {
    return this.#settled.omitted;
  }

  /** How many of `entries` come before the gap. */
  get entriesBeforeGap(): number {
    return this.#settled.entriesBeforeGap;
  }

  /** Estimated bytes of memory. */
  get cost(): number {
    return this.#cost;
  }

  add(entry: Entry): void {
    this.put(entry.at, coded(slot.entry), entry);
  }

  recordOpening(): void {
    this.put(0, coded(slot.fact), sharedFact({ kind: "opened", state: this.state }));
  }

  /** `text`: all of the bytes, a character each, where the reader has made it. */
  recordRead(bytes: Buffer, text?: string, at = this.now()): void {
    this.bytesIn += bytes.length;
    this.movedAt = at;
    const limit = this.#retention.bytesPerEntry;
    const isWhole = bytes.length <= limit;
    // A part of the text would keep all of it in memory.
    const kept =
      isWhole && text !== undefined ? text : bytes.toString("latin1", 0, isWhole ? bytes.length : limit);
    this.put(at, coded(isWhole ? slot.in : slot.inCut, bytes.length), kept);
  }

  /** Records one of many long reads, or the write that passes it on: so many bytes, of which this text is the beginning, a character a byte. */
  recordHead(kind: "in" | "out", sizeBytes: number, head: string): void {
    if (kind === "out") return this.#wrote(sizeBytes, slot.outCut, head);
    this.bytesIn += sizeBytes;
    this.movedAt = this.now();
    this.put(this.movedAt, coded(slot.inCut, sizeBytes), head);
  }

  /** Bytes that came and were not read: after our close, or behind a told size or a refusal. */
  recordUnread(kind: "drained" | "late", bytes: Buffer): void {
    this.bytesIn += bytes.length;
    this.movedAt = this.now();
    this.add({ at: this.movedAt, kind, bytes: this.#copyOf(bytes), size: bytes.length });
  }

  /** Bytes of an earlier read that framing passed over. */
  recordDropped(bytes: Buffer): void {
    this.add({ at: this.now(), kind: "dropped", bytes: this.#copyOf(bytes), size: bytes.length });
  }

  /** A buffer as it was read is larger than what is in it. */
  #copyOf(bytes: Buffer): Buffer {
    return Buffer.from(bytes.subarray(0, this.#retention.bytesPerEntry));
  }

  recordWrite(bytes: Buffer): void {
    const kept = this.#retention.clip(bytes);
    const kind = kept.length === bytes.length ? slot.out : slot.outCut;
    this.#wrote(bytes.length, kind, kept);
  }

  /** The same of text, which is so many bytes in UTF-8. */
  recordText(text: string, sizeBytes: number): void {
    if (sizeBytes > this.#retention.bytesPerEntry) return this.recordWrite(Buffer.from(text));
    this.#wrote(sizeBytes, slot.outText, text);
  }

  #wrote(
    sizeBytes: number,
    kind: typeof slot.out | typeof slot.outCut | typeof slot.outText,
    kept: Held,
  ): void {
    this.bytesOut += sizeBytes;
    this.movedAt = this.now();
    this.put(this.movedAt, coded(kind, sizeBytes), kept);
  }

  /** A client's own connection: from here on its bytes go between these ends. */
  recordConnection({ local, remote }: Ends): void {
    this.subject.local = local;
    this.subject.remote = remote;
    this.add({ at: this.now(), kind: "connected", local, remote });
  }

  /** A datagram of a client's, or one that answers it. */
  recordDatagram(kind: "in" | "out", bytes: Buffer, datagram: Ends): void {
    if (kind === "in") this.bytesIn += bytes.length;
    else this.bytesOut += bytes.length;
    this.movedAt = this.now();
    this.add({ at: this.movedAt, kind, bytes: this.#copyOf(bytes), size: bytes.length, datagram });
  }

  /** A message that framing made of the reads, for the present state. `at`: when they were handed over, or whatever happened since. */
  recordMessage(sizeBytes: number, rule: string, handedAt = this.now()): void {
    if (messageRun.goesOn(this, this.state, rule, handedAt, sizeBytes)) return;
    this.lastRule = rule;
    const at = Math.max(handedAt, this.#lastAt);
    const fact = messageRun.factOf(this.state, rule);
    this.put(at, coded(slot.message, sizeBytes), fact);
    if (!this.#step && !this.#isHeard && this.#slots.hasFirst) messageRun.begin(this, fact, at);
  }

  /** Messages that were only counted so far. */
  keepRun(run: CountedRun): void {
    let cost = 0;
    for (let number = run.first; number < run.count; number += 1)
      cost += this.#slots.keep(run.at, coded(slot.message, run.sizeOf(number)), run.fact);
    if (run.first > 0) this.#slots.passOver(run.at, run.first);
    this.charge(cost);
    this.#retention.follower?.onRun(this, run);
  }

  /** All that happened is written. */
  get #settled(): Slots {
    if (messageRun.isOf(this)) messageRun.end();
    return this.#slots;
  }

  /** A file's bytes begin to go, or to come; each piece of it is told to `moved`. */
  recordFile(direction: "in" | "out", name: string, told: number, ahead = 0): FileRecord {
    const entry = {
      at: this.now(),
      kind: "file",
      direction,
      name,
      size: 0,
      told,
      ...(ahead > 0 ? { ahead } : {}),
    } satisfies EntryOf<"file">;
    this.add(entry);
    return {
      moved: (bytes) => {
        entry.size += bytes;
        this.movedAt = this.now();
        if (direction === "in") this.bytesIn += bytes;
        else this.bytesOut += bytes;
        this.#slots.grow(entry, bytes);
      },
    };
  }

  /** A FIN: the peer's, or ours. */
  recordEnd(kind: "ended" | "fin"): void {
    this.put(this.now(), coded(slot.fact), kind === "ended" ? PEER_FIN : OUR_FIN);
  }

  remark(cause: Cause): void {
    this.add({ at: this.now(), kind: "remark", cause });
  }

  /** The peer is told `words`, and its story what for. */
  refuse(cause: Cause, words: string): void {
    if (cause.rule !== undefined) this.lastRule = cause.rule;
    this.fail("refused", cause);
    this.add({ at: this.now(), kind: "refused", cause, words });
  }

  recordFault(fault: LineFault): void {
    this.isLineBad = true;
    this.add({ at: this.now(), kind: "fault", ...fault });
  }

  recordProgram(sample: ProgramSample): void {
    this.add({ at: this.now(), kind: "program", ...sample });
  }

  operate(action: OperatorAction): void {
    this.add({ at: this.now(), kind: "operator", ...action });
  }

  close(by: "peer" | "us", cause?: Cause): void {
    if (cause) this.add({ at: this.now(), kind: "closed", by, cause });
    else this.put(this.now(), coded(slot.fact), sharedFact({ kind: "closed", by }));
  }

  /** Something of ours threw, maybe in the middle of a step. */
  crash(cause: Cause): void {
    this.endStep(undefined);
    this.fail("crashed", cause);
    this.add({ at: this.now(), kind: "crashed", cause });
  }

  /** A fault is told once: the first is the cause. */
  fail(fault: Fault, cause: Cause): void {
    // The first one is the cause of those behind it; but a crash is ours, and is never hidden behind what a peer did.
    if (this.fault !== undefined && fault !== "crashed") return;
    this.fault = fault;
    this.cause = cause;
  }

  /** From here to `endStep`, entries wait, so that the transition comes before what it did. */
  beginStep(): void {
    // Messages of a step wait in it.
    if (messageRun.isOf(this)) messageRun.end();
    this.#step ??= [this.now()];
  }

  get isInStep(): boolean {
    return this.#step !== undefined;
  }

  /** The story is in its new state before anybody hears of the transition. */
  endStep(transition: TransitionRecord | undefined, waitsFor?: string): void {
    const [at, ...waiting] = this.#step ?? [this.now()];
    this.#step = undefined;
    if (transition) {
      // Listeners to the transition find the story in the state that it tells of.
      this.state = transition.to;
      this.waitsFor = waitsFor;
      if (transition.answer) this.add({ at, kind: "transition", ...transition });
      else this.put(at, coded(slot.fact), sharedFact({ kind: "transition", ...transition }));
    }
    for (let next = 0; next < waiting.length; next += 3)
      this.put(waiting[next] as number, waiting[next + 1] as number, waiting[next + 2] as Held);
  }

  /** Keeps what happened, in the form of a slot. */
  put(at: number, code: number, held: Held): void {
    this.#lastAt = at;
    if (this.#step) {
      this.#step.push(at, code, held);
      return;
    }
    this.charge(this.#settled.keep(at, code, held));
    this.#retention.follower?.onSlot(this, at, code, held);
    if (this.#isHeard) this.#retention.onEntry(this, entryOf(at, code, held));
  }

  get #isHeard(): boolean {
    return this.#retention.isTapped && this.#retention.hears(this);
  }

  /** Takes so many bytes more of the memory that all stories share. */
  charge(costBytes: number): void {
    this.#cost += costBytes;
    this.#retention.charge(costBytes);
  }
}

/** When an entry happened, in milliseconds since 1970. */
export function wallMs({ openedAt }: Pick<Story, "openedAt">, { at }: Pick<Entry, "at">): number {
  return openedAt + at / 1_000;
}

export type { Endpoint, Ends, Entry, EntryKind, EntryOf, OperatorAction } from "./entry.ts";
