/** Messages between nodes about a hub, as JSON with short names: batches of calls one way, batches of items the other. */
import type { HubMember } from "../machines/_role.ts";

/** A batch is no longer than this, nor has it more calls; the bus takes 1 MiB. */
export const BATCH_BYTES = 262_144;
export const BATCH_CALLS = 4_096;
/** Parts in which a node says who is there: 100 MiB of members. */
export const MAX_PARTS = 400;

/** A call; or several of one method with one first argument, each of which says one of these lines. */
export type CallEntry =
  | readonly [method: string, ...args: unknown[]]
  | readonly [said: readonly [method: string, first: unknown], lines: string];

/** Calls of a node, in order. */
export interface CallBatch {
  /** Node, and its visit to the hub: another after each time that it was cut off. */
  readonly f: string;
  readonly v: string;
  readonly s: number;
  /** Number of the first call. */
  readonly n: number;
  readonly c: readonly CallEntry[];
}

/** Hearers of a line: an audience that was told, one connection, or several. */
export type Hearers = number | string | readonly string[];

/** Progress of the owner before with a node's calls. */
export type Taken = readonly [visit: string, batch: number, call: number];

export type Item =
  /** Lines. */
  | readonly ["d", Hearers, ...string[]]
  /** Lines to an audience, none of which has a line break, with one between them. */
  | readonly ["j", number, string]
  /** An audience's coming and going. */
  | readonly ["a", number, readonly string[], readonly string[]]
  /** Calls from … to … are answered with nothing. */
  | readonly ["u", number, number]
  | readonly ["v", number, unknown]
  | readonly ["e", number, string]
  /** A member has come, or has changed. */
  | readonly ["m", string, string, HubMember["details"]]
  | readonly ["l", string]
  /** For operators. */
  | readonly ["n", string]
  /** The hub crashed and was made again. */
  | readonly ["c", string]
  /** Connections that the hub does not know: they are to be closed. */
  | readonly ["x", readonly string[]]
  /** All members are told; from here on calls are taken. */
  | readonly ["r", Ready]
  /** To be acknowledged at once: the owner waits for that. */
  | readonly ["k"]
  /** The hub will be the hearer's, by node; or will not after all. */
  | readonly ["h", Readonly<Record<string, Taken>> | 0];

export interface Ready {
  readonly owner: string;
  /** Progress of the owner before; without it, what was on its way to it is lost. */
  readonly taken?: Taken;
  /** The owner before is gone. */
  readonly isRemade?: boolean;
}

export interface OutBatch {
  readonly v: string;
  readonly q: number;
  /** Batch of calls that was taken last. */
  readonly k: number;
  readonly i: readonly Item[];
}

/** Word of the owner outside the stream: what it misses, that it wants to know who is there, or that this visit is over. */
export interface OutWord {
  readonly v: string;
  readonly s?: number;
  readonly w?: 1;
  readonly x?: 1;
}

/** Word of a node about the stream: the one that it has, or the first that it misses. */
export interface StreamWord {
  readonly f: string;
  readonly v: string;
  readonly q: number;
}

/** A new owner asks who is there. */
export interface HereQuestion {
  readonly w: string;
}

export interface HereAnswer {
  readonly f: string;
  /** None where the node has not opened the hub. */
  readonly v?: string;
  /** Batch of calls that it will send next. */
  readonly s?: number;
  /** Members of its own, and those that are gone though others may not know yet. */
  readonly m?: readonly HubMember[];
  readonly g?: readonly string[];
  /** Part, from 0 on, and how many there are: members may be many. */
  readonly p?: number;
  readonly t?: number;
  /** True where it has the hub open no more. */
  readonly b?: 1;
}

export const encode = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));

/** Undefined where it is no JSON: others may publish anything. */
export function decode<Message>(data: Uint8Array): Message | undefined {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8"),
    );
    return typeof value === "object" && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** Arguments as JSON has them; nothing at the end is no argument. */
export function plainArguments(args: readonly unknown[]): readonly unknown[] {
  let end = args.length;
  while (end > 0 && args[end - 1] === undefined) end -= 1;
  return end === args.length ? args : args.slice(0, end);
}

/** So many of them that no part is longer than a batch; at least one part. */
export function inParts<One>(all: readonly One[]): One[][] {
  const parts: One[][] = [[]];
  let bytes = 0;
  for (const one of all) {
    const size = JSON.stringify(one).length;
    if (bytes > 0 && bytes + size > BATCH_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(one);
    bytes += size;
  }
  return parts;
}
