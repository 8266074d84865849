/**
 * Facts of a peer's life, as plain data: every one survives JSON (bytes as base64) and `structuredClone`. There is no sentence in them; who
 * wants words asks `entry-text.ts`.
 */

import type { Answer } from "./answer.ts";
import type { Cause } from "./causes.ts";
import type { ProgramSample } from "./program.ts";

/** Times of entries that are as good as equal, in microseconds: those of two stories of one conversation are rounded each by itself. */
export const SAME_US = 2;

/** Version of the form in which stories are kept and sent. */
export const STORY_VERSION = 1;

/** When it happened: microseconds since the story opened, which never go back. */
interface Stamp {
  readonly at: number;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Both ends of what went over the wire: ours, and the peer's. */
export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Bytes that went over the wire: of `size` of them, those that are kept. */
interface Octets extends Stamp {
  readonly bytes: Buffer;
  readonly size: number;
}

/** Actions of an operator, or of a client's user. */
export type OperatorAction = (
  | { readonly action: "kick" | "fin" | "rst" | "kill" }
  /** The role stops: who is idle is told so and goes. */
  | { readonly action: "leave"; readonly farewell: string }
  /** The run or the role ends, and what is still open with it. */
  | { readonly action: "end" }
  /** Bytes into the conversation, past the machine: the next `out` has them. */
  | { readonly action: "send"; readonly size: number }
  | { readonly action: "event"; readonly event: string; readonly text?: string }
  /** A client's user speaks, has no more to say, stops the run. */
  | { readonly action: "say"; readonly text: string }
  | { readonly action: "endOfInput" }
  | { readonly action: "stop" }
) & {
  /** Name of the operator, where there may be several. */
  readonly by?: string;
};

/** Deeds of a line that was made worse on purpose. */
export type LineDeed =
  | "on"
  | "off"
  /** The connection was cut. */
  | "cut"
  /** Nothing more gets through. */
  | "blocked"
  /** Of datagrams. */
  | "lost"
  | "doubled"
  | "reordered"
  | "corrupted";

export interface LineFault {
  /** `f1` */
  readonly fault: string;
  /** `latency` */
  readonly name: string;
  readonly direction: "in" | "out" | "both";
  readonly deed: LineDeed;
  /** Bytes that it was done to. */
  readonly size?: number;
  /** Attributes as they were typed, where it is put on. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export type Transition = Stamp & {
  readonly kind: "transition";
  readonly from: string;
  readonly to: string;
  readonly event: string;
  /** Answer that moved it, where the world had been asked: a replay gives the same. */
  readonly answer?: Answer;
};

export type Entry =
  | (Stamp & { readonly kind: "opened"; readonly state: string })
  /** A client's connection stands. */
  | (Stamp & Ends & { readonly kind: "connected" })
  /** A read, exactly as the kernel handed it over. `datagram`: of a client that asks by one, its ends, which are not the connection's. */
  | (Octets & { readonly kind: "in"; readonly datagram?: Ends })
  /** Bytes that came after we had closed, and were not read. */
  | (Octets & { readonly kind: "drained" })
  /** Bytes behind a told size, or behind a refusal. */
  | (Octets & { readonly kind: "late" })
  /** Bytes of an earlier `in` that framing passed over: not in the sum of what came. */
  | (Octets & { readonly kind: "dropped" })
  /** A message that framing made of the reads, for the state that waited for it. */
  | (Stamp & {
      readonly kind: "message";
      readonly size: number;
      readonly state: string;
      readonly rule: string;
    })
  | (Octets & { readonly kind: "out"; readonly datagram?: Ends })
  /** A file's bytes, past all framing. */
  | (Stamp & {
      readonly kind: "file";
      readonly direction: "in" | "out";
      readonly name: string;
      /** Bytes that have really gone or come; it grows while the file is under way. */
      readonly size: number;
      /** How many bytes it was to be. */
      readonly told: number;
      /** Bytes of it that came with what was read before it, and are counted there. */
      readonly ahead?: number;
    })
  | Transition
  /** A question of the machine to the world, and its answer: a replay gives the same. */
  | (Stamp & { readonly kind: "input"; readonly name: InputName; readonly answer: unknown })
  | (Stamp & { readonly kind: "remark"; readonly cause: Cause })
  /** `words`: what the peer was told. */
  | (Stamp & { readonly kind: "refused"; readonly cause: Cause; readonly words: string })
  | (Stamp & { readonly kind: "operator" } & OperatorAction)
  /** The peer's FIN. */
  | (Stamp & { readonly kind: "ended" })
  /** Our FIN. */
  | (Stamp & { readonly kind: "fin" })
  /** The end. A cause, where it was not two FINs. */
  | (Stamp & { readonly kind: "closed"; readonly by: "peer" | "us"; readonly cause?: Cause })
  | (Stamp & { readonly kind: "crashed"; readonly cause: Cause })
  /** The program at the other end, where it runs on this machine for the same user, and what it did at that moment. */
  | (Stamp & { readonly kind: "program" } & ProgramSample)
  /** A fault that an operator put on the line, and what it did to what went over it. Bytes of `in` and `out` are the role's own. */
  | (Stamp & { readonly kind: "fault" } & LineFault)
  /** Entries that are no longer kept, and what went over the wire with them. */
  | (Stamp & {
      readonly kind: "gap";
      readonly omitted: number;
      readonly bytesIn: number;
      readonly bytesOut: number;
    });

export type EntryKind = Entry["kind"];
export type EntryOf<Kind extends EntryKind> = Extract<Entry, { kind: Kind }>;

/** Questions that a machine can ask of the world within a step. */
export type InputName = "random" | "clock.now" | "addressBook.find";

/** Bytes that came, or went, with an entry. */
export function bytesIn(entry: Entry): number {
  switch (entry.kind) {
    case "in":
    case "drained":
    case "late":
      return entry.size;
    case "file":
      return entry.direction === "in" ? entry.size : 0;
    case "gap":
      return entry.bytesIn;
    default:
      return 0;
  }
}

export function bytesOut(entry: Entry): number {
  switch (entry.kind) {
    case "out":
      return entry.size;
    case "file":
      return entry.direction === "out" ? entry.size : 0;
    case "gap":
      return entry.bytesOut;
    default:
      return 0;
  }
}
