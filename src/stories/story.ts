/**
 * The story of one peer: what came, what it caused, what was sent, how it ended. The first entries and the last are
 * kept, whole bytes up to a limit; what fell out between them is counted, so that a gap is not mistaken for silence.
 *
 * Long, because all that may be recorded of a peer is a method here, and nothing else writes an entry.
 */

import type { Cause } from "./causes.ts";
import {
  bytesIn,
  bytesOut,
  type Entry,
  type EntryOf,
  type OperatorAction,
  type Transition,
} from "./entry.ts";
import type { ProgramSample } from "./program.ts";
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
  readonly label?: string | undefined;
  readonly transport: "tcp" | "udp";
  /** A question of our own, e.g. of a file server's registrar: no visit. */
  readonly isInternal?: boolean;
  /** Our end. */
  local: Endpoint;
  /** The peer's end; a client's changes as it goes from the registry to a server. */
  remote: Endpoint;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Policy of what is kept of a story, and for how long. */
export interface Retention {
  /** Every entry, however many: for a run that is graded or captured. */
  readonly keepsAll: boolean;
  /** Microseconds by a clock that never goes back. */
  monotonic(): number;
  /** Part of these bytes that an entry keeps. */
  clipRead(bytes: Buffer): Buffer;
  clipWrite(bytes: Buffer): Buffer;
  onEntry(story: Story, entry: Entry, costBytes: number): void;
}

const FIRST_ENTRIES = 32;
/** Most stories are short: the last entries have an array when there are some. */
const NONE: Entry[] = [];
const NO_SECRETS: readonly string[] = [];
const LAST_ENTRIES = 64;
/** Cost of an entry, and of keeping bytes besides their number: as measured, so that the budget is kept. */
const ENTRY_COST = 80;
const BUFFER_COST = 240;

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
  fault: Fault | undefined;
  /** Why, where there is a fault. */
  cause: Cause | undefined;
  /** Name that its peer had given when it left, where the role knows it. */
  peerName: string | undefined;
  /** Judgement of it once it had ended; undefined: none yet. */
  judged: Judged | undefined;
  /** Tokens in its bytes, which are hidden from every reader. A client's run learns more of them. */
  secrets: readonly string[] = NO_SECRETS;
  /** Estimated bytes of memory. */
  cost = 0;
  /** Entries that are no longer kept, between the first and the last, and what went over the wire with them. */
  #gap: { at: number; omitted: number; bytesIn: number; bytesOut: number } | undefined;

  readonly #retention: Retention;
  /** When it opened, by the clock that never goes back. */
  readonly #origin: number;
  readonly #first: Entry[] = [];
  #last: Entry[] = NONE;
  /** Index at which the next of the last entries goes, once they are full. */
  #next = 0;
  /** Entries of a macrostep under way: they follow the transition that caused them. */
  #step: { at: number; entries: Entry[] } | undefined;

  constructor(subject: StorySubject, state: string, openedAt: number, retention: Retention) {
    this.subject = subject;
    this.state = state;
    this.openedAt = openedAt;
    this.#retention = retention;
    this.#origin = retention.monotonic();
  }

  /** Microseconds since it opened: the stamp of an entry that is made now. */
  now(): number {
    return this.#retention.monotonic() - this.#origin;
  }

  /** Another process's story, or one that was stored: nothing is added to it any more. */
  static restored(subject: StorySubject, state: RestoredState, entries: readonly Entry[]): Story {
    const story = new Story(subject, state.state, state.openedAt, PAST);
    Object.assign(story, state);
    const gap = entries.findIndex(({ kind }) => kind === "gap");
    story.#first.push(...(gap < 0 ? entries : entries.slice(0, gap)));
    const [left] = entries.filter((entry) => entry.kind === "gap");
    if (!left) return story;
    const { at, omitted, bytesIn, bytesOut } = left;
    story.#gap = { at, omitted, bytesIn, bytesOut };
    story.#last = entries.slice(gap + 1);
    return story;
  }

  /** Everything kept, in order; one entry stands for those between the first and the last that are not. */
  get entries(): Entry[] {
    const last = [...this.#last.slice(this.#next), ...this.#last.slice(0, this.#next)];
    return this.#gap ? [...this.#first, { kind: "gap", ...this.#gap }, ...last] : [...this.#first, ...last];
  }

  /** How many entries there were, those that are no longer kept too. */
  get length(): number {
    return this.#first.length + this.omitted + this.#last.length;
  }

  /** How many entries are no longer kept. */
  get omitted(): number {
    return this.#gap?.omitted ?? 0;
  }

  /** How many of `entries` come before the gap. */
  get entriesBeforeGap(): number {
    return this.#first.length;
  }

  add(entry: Entry): void {
    if (this.#step) this.#step.entries.push(entry);
    else this.#keep(entry);
  }

  recordRead(bytes: Buffer): void {
    this.bytesIn += bytes.length;
    this.movedAt = this.now();
    this.add({ at: this.movedAt, kind: "in", bytes: this.#retention.clipRead(bytes), size: bytes.length });
  }

  /** Bytes that came and were not read: after our close, or behind a told size or a refusal. */
  recordUnread(kind: "drained" | "late", bytes: Buffer): void {
    this.bytesIn += bytes.length;
    this.movedAt = this.now();
    this.add({ at: this.movedAt, kind, bytes: this.#retention.clipRead(bytes), size: bytes.length });
  }

  /** Bytes of an earlier read that framing passed over. */
  recordDropped(bytes: Buffer): void {
    this.add({ at: this.now(), kind: "dropped", bytes: this.#retention.clipRead(bytes), size: bytes.length });
  }

  recordWrite(bytes: Buffer): void {
    this.bytesOut += bytes.length;
    this.movedAt = this.now();
    this.add({ at: this.movedAt, kind: "out", bytes: this.#retention.clipWrite(bytes), size: bytes.length });
  }

  /** A file's bytes begin to go, or to come; each piece of it is told to `moved`. */
  recordFile(direction: "in" | "out", name: string, told: number, ahead = 0): FileRecord {
    const at = this.now();
    const entry = {
      at,
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
        if (this.#gap && !this.#isKept(entry)) addTo(this.#gap, direction, bytes);
      },
    };
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

  recordProgram(sample: ProgramSample): void {
    this.add({ at: this.now(), kind: "program", ...sample });
  }

  operate(action: OperatorAction): void {
    this.add({ at: this.now(), kind: "operator", ...action });
  }

  close(by: "peer" | "us", cause?: Cause): void {
    this.add({ at: this.now(), kind: "closed", by, ...(cause ? { cause } : {}) });
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
    this.#step ??= { at: this.now(), entries: [] };
  }

  /** The story is in its new state before anybody hears of the transition. */
  endStep(transition: TransitionRecord | undefined, waitsFor?: string): void {
    const { at, entries } = this.#step ?? { at: this.now(), entries: [] };
    this.#step = undefined;
    if (transition) {
      // Listeners to the transition find the story in the state that it tells of.
      this.state = transition.to;
      this.waitsFor = waitsFor;
      this.#keep({ at, kind: "transition", ...transition });
    }
    for (const entry of entries) this.#keep(entry);
  }

  #omit(gone: Entry): void {
    this.#gap ??= { at: gone.at, omitted: 0, bytesIn: 0, bytesOut: 0 };
    this.#gap.omitted += 1;
    this.#gap.bytesIn += bytesIn(gone);
    this.#gap.bytesOut += bytesOut(gone);
  }

  #isKept(entry: Entry): boolean {
    return this.#first.includes(entry) || this.#last.includes(entry);
  }

  #keep(entry: Entry): void {
    let cost = costOf(entry);
    if (this.#retention.keepsAll || this.#first.length < FIRST_ENTRIES) {
      this.#first.push(entry);
    } else if (this.#last.length < LAST_ENTRIES) {
      if (this.#last === NONE) this.#last = [];
      this.#last.push(entry);
    } else {
      const gone = this.#last[this.#next];
      this.#last[this.#next] = entry;
      this.#next = (this.#next + 1) % LAST_ENTRIES;
      if (gone) {
        this.#omit(gone);
        cost -= costOf(gone);
      }
    }
    this.cost += cost;
    this.#retention.onEntry(this, entry, cost);
  }
}

/** Fields of a story that are restored besides its entries. */
export type RestoredState = Pick<
  Story,
  | "openedAt"
  | "endedAt"
  | "state"
  | "waitsFor"
  | "bytesIn"
  | "bytesOut"
  | "framing"
  | "lastRule"
  | "fault"
  | "cause"
  | "peerName"
  | "judged"
  | "secrets"
>;

/** Of a story that is over and done with. */
const PAST: Retention = {
  keepsAll: true,
  monotonic: () => 0,
  clipRead: (bytes) => bytes,
  clipWrite: (bytes) => bytes,
  onEntry: () => undefined,
};

function addTo(sums: { bytesIn: number; bytesOut: number }, direction: "in" | "out", bytes: number): void {
  if (direction === "in") sums.bytesIn += bytes;
  else sums.bytesOut += bytes;
}

/** When an entry happened, in milliseconds since 1970. */
export function wallMs({ openedAt }: Pick<Story, "openedAt">, { at }: Pick<Entry, "at">): number {
  return openedAt + at / 1_000;
}

function costOf(entry: Entry): number {
  const answerBytes = entry.kind === "transition" ? (entry.answer?.sizeBytes ?? 0) : 0;
  return ENTRY_COST + answerBytes + ("bytes" in entry ? BUFFER_COST + entry.bytes.length : 0);
}

export type { Entry, EntryKind, EntryOf, OperatorAction } from "./entry.ts";
