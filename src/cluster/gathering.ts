/**
 * A new owner's question who is there, and what of it makes the hub again: what this node knew, and what the others say of themselves. The
 * hub begins without a node that is silent; the question is over when that one is heard or gone.
 */
import type { Arrival, Heritage } from "./heritage.ts";
import type { HubParts } from "./hub-parts.ts";
import { isVisitOf, nodeOfPeer } from "./hub-subjects.ts";
import { encode, type HereQuestion } from "./hub-wire.ts";
import type { MemberCopy } from "./member-copy.ts";
import type { ClusterNode } from "./nodes.ts";

/** Nodes that have not said so by then are taken as they are known. */
const GATHERING_MS = 1_500;
const AGAIN_MS = 250;

/** Nodes that have the hub open, as they say of themselves, and those that have not: their connections of before are gone. */
export interface Found {
  readonly arrivals: ReadonlyMap<string, Arrival>;
  readonly absent: ReadonlySet<string>;
  /** No other node lives. */
  readonly isWhole: boolean;
}

export interface GatheringHooks {
  /** Makes the hub, of what is found by now. */
  readonly onFound: (found: Found) => void;
  /** All are heard by now, or gone. Hears of those that live, and have said nothing for a lease: they count as gone. */
  readonly onWhole: (silent: readonly string[]) => void;
}

export class Gathering {
  readonly #parts: HubParts;
  readonly #epoch: number;
  readonly #hooks: GatheringHooks;
  readonly #awaited: Set<string>;
  readonly #arrivals = new Map<string, Arrival>();
  readonly #absent = new Set<string>();
  readonly #until: number;
  /** A silent node is awaited for so long, in turns of this: a time for which this node stood still is none. */
  #leftMs: number;
  #timer: unknown;
  #hasFound = false;
  #isOver = false;

  constructor(parts: HubParts, epoch: number, hooks: GatheringHooks) {
    this.#parts = parts;
    this.#epoch = epoch;
    this.#hooks = hooks;
    this.#leftMs = parts.nodes.leaseMs;
    const others = parts.nodes.list().filter(({ name, isAlive }) => isAlive && name !== parts.own);
    this.#awaited = new Set(others.map(({ name }) => name));
    this.#until = parts.clock.now() + GATHERING_MS;
  }

  /** May be over as this returns. */
  begin(): void {
    this.#ask();
  }

  visitOf(node: string): string | undefined {
    return this.#arrivals.get(node)?.visit;
  }

  awaits(node: string): boolean {
    return this.#awaited.has(node);
  }

  arrived(arrival: Arrival): void {
    this.#arrivals.set(arrival.node, arrival);
    this.#absent.delete(arrival.node);
    this.#awaitNoMore(arrival.node);
  }

  /** Waits no more for a node that has not opened the hub, or is gone. */
  without(node: string): void {
    this.#arrivals.delete(node);
    this.#absent.add(node);
    this.#awaitNoMore(node);
  }

  /** A node's life begins: what was said in another is of connections that are gone. */
  began({ name, incarnation }: ClusterNode): void {
    if (!isVisitOf(this.#arrivals.get(name)?.visit, incarnation)) this.without(name);
  }

  #awaitNoMore(node: string): void {
    if (this.#awaited.delete(node)) this.#look();
  }

  stop(): void {
    this.#isOver = true;
    this.#parts.clock.clearTimeout(this.#timer);
  }

  #ask(): void {
    const { bus, clock, subjects, own } = this.#parts;
    if (this.#look()) return;
    const question: HereQuestion = { w: own };
    if (bus.isConnected) bus.publish(subjects.of(this.#epoch, "here"), encode(question));
    this.#timer = clock.setTimeout(() => {
      // An owner that is not sure of itself may be the one that is cut off: the others have a whole lease after that.
      this.#leftMs = this.#parts.nodes.isSure ? this.#leftMs - AGAIN_MS : this.#parts.nodes.leaseMs;
      this.#ask();
    }, AGAIN_MS);
  }

  /** Whether it is over. */
  #look(): boolean {
    if (this.#isOver) return true;
    const isWhole = this.#awaited.size === 0 || this.#leftMs <= 0;
    if (!this.#hasFound && (isWhole || this.#parts.clock.now() >= this.#until)) {
      this.#hasFound = true;
      this.#hooks.onFound({ arrivals: this.#arrivals, absent: this.#absent, isWhole });
    }
    if (!isWhole || this.#isOver) return this.#isOver;
    this.stop();
    this.#hooks.onWhole([...this.#awaited]);
    return true;
  }
}

/** Copies of before, and what live nodes say: each knows best which connections of its own are in. */
export function heritageOf(
  { own, nodes }: HubParts,
  copy: MemberCopy,
  { arrivals, absent, isWhole }: Found,
): Heritage {
  const alive = new Set(nodes.list().flatMap(({ name, isAlive }) => (isAlive ? [name] : [])));
  const told = new Map(
    [...arrivals.values()].flatMap(({ members }) => members.map((one) => [one.id, one] as const)),
  );
  const isThere = (id: string) => {
    const node = nodeOfPeer(id);
    if (node === own) return !copy.isGone(id) && !copy.isUnanswered(id);
    return arrivals.has(node) ? told.has(id) : alive.has(node) && !absent.has(node);
  };
  // Others hear that they leave, save where they have heard it already.
  const gone = copy.all.flatMap(({ id }) => (isThere(id) ? [] : [id]));
  const members = new Map([...copy.all.map((one) => [one.id, one] as const), ...told]);
  const remembered = [...members.values()];
  return { remembered, gone, guests: [...arrivals.values()], isRemade: remembered.length > 0, isWhole };
}

/** The owner before has told everything, and to whom: nothing is asked. */
export function handedHeritage(
  { own }: HubParts,
  copy: MemberCopy,
  taken: Heritage["taken"] & object,
): Heritage {
  const guests = Object.entries(taken)
    .filter(([node]) => node !== own)
    .map(([node, [visit, lastBatch, lastCall]]) => {
      return { node, visit, lastBatch, lastCall, members: [], gone: [] };
    });
  return { remembered: copy.all, gone: [], guests, isRemade: false, isWhole: true, taken };
}
