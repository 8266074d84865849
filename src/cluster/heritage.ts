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

/** Puts parts together again. */
export class HereParts {
  readonly #parts = new Map<string, HereAnswer[]>();

  /** The arrival, once all parts of it have come. */
  take(answer: HereAnswer): Arrival | undefined {
    const { f, v = "", p = 0, t = 1 } = answer;
    const key = `${f} ${v}`;
    const parts = this.#parts.get(key) ?? [];
    parts[p] = answer;
    this.#parts.set(key, parts);
    if (parts.filter(Boolean).length < t) return undefined;
    this.#parts.delete(key);
    return {
      node: f,
      visit: v,
      lastBatch: (answer.s ?? 1) - 1,
      lastCall: 0,
      members: parts.flatMap(({ m = [] }) => m),
      gone: parts.flatMap(({ g = [] }) => g),
    };
  }
}
