/** A new owner's question who is there, and what of it makes the hub again: what this node knew, and what the others say of themselves. */
import type { HubMember } from "../machines/_role.ts";
import type { Arrival, Heritage } from "./heritage.ts";
import type { HubParts } from "./hub-parts.ts";
import { nodeOfPeer } from "./hub-subjects.ts";
import { encode, type HereQuestion } from "./hub-wire.ts";
import type { MemberCopy } from "./member-copy.ts";

/** Nodes that have not said so by then are taken as they are known. */
const GATHERING_MS = 1_500;
const AGAIN_MS = 250;

export class Gathering {
  readonly #parts: HubParts;
  readonly #epoch: number;
  readonly #onDone: (arrivals: ReadonlyMap<string, Arrival>) => void;
  readonly #awaited: Set<string>;
  readonly #arrivals = new Map<string, Arrival>();
  readonly #until: number;
  #timer: unknown;
  #isOver = false;

  /** `onDone` may be called before this is over. */
  constructor(parts: HubParts, epoch: number, onDone: (arrivals: ReadonlyMap<string, Arrival>) => void) {
    this.#parts = parts;
    this.#epoch = epoch;
    this.#onDone = onDone;
    const others = parts.nodes.list().filter(({ name, isAlive }) => isAlive && name !== parts.own);
    this.#awaited = new Set(others.map(({ name }) => name));
    this.#until = parts.clock.now() + GATHERING_MS;
    this.#ask();
  }

  arrived(arrival: Arrival): void {
    this.#arrivals.set(arrival.node, arrival);
    this.without(arrival.node);
  }

  /** Waits no more for a node that has not opened the hub, or is gone. */
  without(node: string): void {
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
    this.#timer = clock.setTimeout(() => this.#ask(), AGAIN_MS);
  }

  #look(): boolean {
    const isDone = this.#awaited.size === 0 || this.#parts.clock.now() >= this.#until;
    if (!isDone || this.#isOver) return isDone;
    this.stop();
    this.#onDone(this.#arrivals);
    return true;
  }
}

/** Copies of before, and what live nodes say. */
export function heritageOf(
  { own, nodes }: HubParts,
  copy: MemberCopy,
  arrivals: ReadonlyMap<string, Arrival>,
): Heritage {
  const alive = new Set(nodes.list().flatMap(({ name, isAlive }) => (isAlive ? [name] : [])));
  const members = new Map<string, HubMember>();
  const gone: string[] = [];
  for (const member of copy.all) {
    const node = nodeOfPeer(member.id);
    const isGone = node === own ? copy.isGone(member.id) : arrivals.get(node)?.gone.includes(member.id);
    // Others hear that they leave, save where they have heard it already.
    members.set(member.id, member);
    if (isGone || !(node === own || alive.has(node))) gone.push(member.id);
  }
  for (const arrival of arrivals.values()) for (const one of arrival.members) members.set(one.id, one);
  const remembered = [...members.values()];
  return { remembered, gone, guests: [...arrivals.values()], isRemade: remembered.length > 0 };
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
  return { remembered: copy.all, gone: [], guests, isRemade: false, taken };
}
