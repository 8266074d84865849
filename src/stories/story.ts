/**
 * The story of one peer: what came, what it caused, what was sent, how it ended. The first entries and the last are
 * kept, whole bytes up to a limit; what fell out between them is counted, so that nobody mistakes a gap for silence.
 */

import type { AnyMachineSnapshot } from "xstate";
import type { Role } from "../machines/_role.ts";
import type { Answer } from "./answer.ts";
import type { Concealment } from "./redaction.ts";

export type Entry =
  | { readonly at: number; readonly kind: "opened"; readonly state: string }
  /** One read, exactly as the kernel handed it over. */
  | { readonly at: number; readonly kind: "in"; readonly bytes: Buffer; readonly size: number }
  /** What framing made of the reads: one message for the state that waited for it. */
  | {
      readonly at: number;
      readonly kind: "message";
      readonly size: number;
      readonly state: string;
      readonly rule: string;
    }
  | { readonly at: number; readonly kind: "out"; readonly bytes: Buffer; readonly size: number }
  | {
      readonly at: number;
      readonly kind: "transition";
      readonly from: string;
      readonly to: string;
      readonly event: string;
      /** What moved it, where the world had been asked: a replay gives the same answer. */
      readonly answer?: Answer;
    }
  /** What the machine asked of the world within a step, and was told: a replay tells the same. */
  | { readonly at: number; readonly kind: "input"; readonly what: string; readonly answer: unknown }
  | {
      readonly at: number;
      readonly kind: "file";
      readonly direction: "in" | "out";
      readonly name: string;
      readonly size: number;
    }
  | { readonly at: number; readonly kind: "remark"; readonly text: string }
  | {
      readonly at: number;
      readonly kind: "refused";
      readonly rule: string;
      readonly words: string;
      readonly why: string;
    }
  | { readonly at: number; readonly kind: "operator"; readonly text: string }
  /** The peer's FIN. */
  | { readonly at: number; readonly kind: "ended" }
  | { readonly at: number; readonly kind: "closed"; readonly by: "peer" | "us"; readonly how: string }
  | { readonly at: number; readonly kind: "crashed"; readonly error: string };

/** What a transition was, and why. */
export interface Cause {
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly answer?: Answer;
}

export type Fault = "crashed" | "refused" | "failed";

/** What can be asked of a connection while it lives. */
export interface Live {
  readonly framing: string;
  /** Bytes that no state has read yet. */
  readonly unreadBytes: number;
  unread(limit: number): Buffer;
  /** Bytes that wait for a peer that does not read. */
  readonly queuedBytes: number;
  /** When bytes last moved, either way. */
  readonly lastMovedAt: number;
  kill(why: string): void;
  /** For connections, not for senders of datagrams. */
  inject?(bytes: Uint8Array, text: string): void;
  raise?(event: { readonly type: string }): boolean;
  readonly acceptedEvents?: readonly string[];
  /** Its machine's; undefined before it starts. */
  readonly snapshot?: AnyMachineSnapshot | undefined;
  /** Shows the peer the door: its machine hears that it is gone, then our FIN and the drain. */
  kick?(): void;
  fin?(): void;
  reset?(): void;
}

/** How a role shows its lines, e.g. reversed [REV-4]. */
export type Display = (text: string) => string;

export interface StorySubject {
  /** `file-server-1/c17` */
  readonly id: string;
  /** The instance's id. */
  readonly instance: string;
  readonly role: string;
  /** The role as it was when the peer came: loading it again does not change what this one is played by. */
  readonly definition?: Role | undefined;
  readonly label: string | undefined;
  readonly transport: "tcp" | "udp";
  /** A question of our own, e.g. of a file server's registrar: nobody's visit. */
  readonly isOwn?: boolean;
  readonly display?: Display | undefined;
  /** What hides its tokens from whoever looks. */
  readonly concealment?: Concealment | undefined;
  /** The port it came in by, where a role is reached on more than one. */
  readonly localPort?: number | undefined;
  /** A client's changes as it goes from the registry to a server. */
  remote: { readonly address: string; readonly port: number };
}

export interface Keeper {
  /** What an entry keeps of these bytes. */
  keptOfRead(bytes: Buffer): Buffer;
  keptOfWrite(bytes: Buffer): Buffer;
  kept(story: Story, entry: Entry, costBytes: number): void;
}

const FIRST_ENTRIES = 32;
/** Most stories are short: the last entries have an array when there are some. */
const NONE: Entry[] = [];
const LAST_ENTRIES = 64;
/** What an entry costs, and what keeping bytes costs besides their number: as measured, so that the budget is kept. */
const ENTRY_COST = 80;
const BUFFER_COST = 240;

export class Story {
  readonly subject: StorySubject;
  readonly openedAt: number;
  endedAt: number | undefined;
  state: string;
  /** What the present state waits for, in words; undefined: not for the peer. */
  waitsFor: string | undefined;
  bytesIn = 0;
  bytesOut = 0;
  framing = "unknown";
  lastRule: string | undefined;
  fault: Fault | undefined;
  /** Why, in a sentence, where there is a fault. */
  reason: string | undefined;
  live: Live | undefined;
  /** Estimated bytes of memory. */
  cost = 0;
  /** Entries that are no longer kept, between the first and the last. */
  omitted = 0;

  readonly #keeper: Keeper;
  readonly #first: Entry[] = [];
  #last: Entry[] = NONE;
  /** Where the next of the last entries goes, once they are full. */
  #next = 0;
  /** Entries of a macrostep under way: they follow the transition that caused them. */
  #held: { at: number; entries: Entry[] } | undefined;

  constructor(subject: StorySubject, state: string, openedAt: number, keeper: Keeper) {
    this.subject = subject;
    this.state = state;
    this.openedAt = openedAt;
    this.#keeper = keeper;
  }

  /** Everything kept, in order. */
  get entries(): Entry[] {
    return [...this.#first, ...this.#last.slice(this.#next), ...this.#last.slice(0, this.#next)];
  }

  /** How many of `entries` come before the gap. */
  get entriesBeforeGap(): number {
    return this.#first.length;
  }

  add(entry: Entry): void {
    if (this.#held) this.#held.entries.push(entry);
    else this.#keep(entry);
  }

  came(bytes: Buffer, at: number): void {
    this.bytesIn += bytes.length;
    this.add({ at, kind: "in", bytes: this.#keeper.keptOfRead(bytes), size: bytes.length });
  }

  sent(bytes: Buffer, at: number): void {
    this.bytesOut += bytes.length;
    this.add({ at, kind: "out", bytes: this.#keeper.keptOfWrite(bytes), size: bytes.length });
  }

  /** A fault is told once: the first is the cause. */
  faulted(fault: Fault, reason: string): void {
    // The first one is the cause of those behind it; but a crash is ours, and is never hidden behind what a peer did.
    if (this.fault !== undefined && fault !== "crashed") return;
    this.fault = fault;
    this.reason = reason;
  }

  /** From here to `release`, entries wait, so that the transition comes before what it did. */
  hold(at: number): void {
    this.#held ??= { at, entries: [] };
  }

  release(cause: Cause | undefined): void {
    const { at, entries } = this.#held ?? { at: 0, entries: [] };
    this.#held = undefined;
    if (cause) this.#keep({ at, kind: "transition", ...cause });
    for (const entry of entries) this.#keep(entry);
  }

  #keep(entry: Entry): void {
    let cost = costOf(entry);
    if (this.#first.length < FIRST_ENTRIES) {
      this.#first.push(entry);
    } else if (this.#last.length < LAST_ENTRIES) {
      if (this.#last === NONE) this.#last = [];
      this.#last.push(entry);
    } else {
      const gone = this.#last[this.#next];
      this.#last[this.#next] = entry;
      this.#next = (this.#next + 1) % LAST_ENTRIES;
      this.omitted += 1;
      if (gone) cost -= costOf(gone);
    }
    this.cost += cost;
    this.#keeper.kept(this, entry, cost);
  }
}

function costOf(entry: Entry): number {
  const answerBytes = entry.kind === "transition" ? (entry.answer?.sizeBytes ?? 0) : 0;
  return ENTRY_COST + answerBytes + ("bytes" in entry ? BUFFER_COST + entry.bytes.length : 0);
}
