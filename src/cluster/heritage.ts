/** Heritage of a new owner: the members that there are, and the nodes that hear the hub. */
import type { HubMember } from "../machines/_role.ts";
import { type HereAnswer, inParts, type Taken } from "./hub-wire.ts";

/** A node that has the hub open, as it says of itself. */
export interface Arrival {
  readonly node: string;
  readonly visit: string;
  /** Batch and call that were taken of it. */
  readonly lastBatch: number;
  readonly lastCall: number;
  readonly members: readonly HubMember[];
  /** Connections that are gone, though the owner may not have heard of it. */
  readonly gone: readonly string[];
}

export interface Heritage {
  readonly remembered: readonly HubMember[];
  /** Members of nodes that are gone: they are told as leaving. */
  readonly gone: readonly string[];
  readonly guests: readonly Arrival[];
  /** The owner before is gone, and what was said last may be lost. */
  readonly isRemade: boolean;
  /** All nodes that live are heard: no other has a member that is not remembered. */
  readonly isWhole: boolean;
  /** How far the owner before had got, where it gave the hub away. */
  readonly taken?: Readonly<Record<string, Taken>> | undefined;
}

/** As messages: a node may have more members than fit into one. */
export function hereAnswers(
  own: string,
  visit: string,
  nextBatch: number,
  members: readonly HubMember[],
  gone: readonly string[],
): HereAnswer[] {
  const parts = inParts(members);
  return parts.map((m, p) => ({
    f: own,
    v: visit,
    s: nextBatch,
    m,
    ...(p === 0 ? { g: gone } : {}),
    p,
    t: parts.length,
  }));
}

/** Parts that are kept of answers which are not whole: as many as hundreds of thousands of members are. */
const MAX_KEPT_BYTES = 64 * 1_048_576;
/** Cost of a part beside its bytes. */
const FRAME_BYTES = 1_024;

interface Coming {
  readonly visit: string;
  readonly total: number;
  readonly parts: Map<number, HereAnswer>;
  bytes: number;
}

/** Puts parts together again: of each node its newest answer, and of all not more than memory is for. */
export class HereParts {
  /** By node, the one that was heard last behind all others. */
  readonly #coming = new Map<string, Coming>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The arrival, once all parts of it have come. */
  take(answer: HereAnswer, sizeBytes: number): Arrival | undefined {
    const { f: node, v: visit = "", p = 0, t: total = 1 } = answer;
    const before = this.#coming.get(node);
    this.forget(node);
    const isSame = before?.visit === visit && before.total === total;
    const coming = isSame ? before : { visit, total, parts: new Map(), bytes: 0 };
    // A part that is said again takes the place of the first.
    if (!coming.parts.has(p)) coming.bytes += sizeBytes + FRAME_BYTES;
    coming.parts.set(p, answer);
    if (coming.parts.size < total) return this.#keep(node, coming);
    const parts = [...coming.parts].toSorted(([one], [other]) => one - other).map(([, part]) => part);
    return {
      node,
      visit,
      lastBatch: (answer.s ?? 1) - 1,
      lastCall: 0,
      members: parts.flatMap(({ m = [] }) => m),
      gone: parts.flatMap(({ g = [] }) => g),
    };
  }

  /** A node is gone, and what it has not said is not awaited. */
  forget(node: string): void {
    this.#bytes -= this.#coming.get(node)?.bytes ?? 0;
    this.#coming.delete(node);
  }

  #keep(node: string, coming: Coming): undefined {
    this.#coming.set(node, coming);
    this.#bytes += coming.bytes;
    for (const oldest of this.#coming.keys()) {
      if (this.#bytes <= MAX_KEPT_BYTES) return;
      this.forget(oldest);
    }
  }
}
