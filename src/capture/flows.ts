/**
 * Conversations that two roles of one lab had with each other: both have a story, and the packets of both are the same. They are written
 * once, as they are on a wire; what the other's machine did stands in the comments.
 */
import type { Endpoint } from "../stories/story.ts";

/** A flow of both stories: the end that opened it comes first. */
export const flowOf = (transport: "tcp" | "udp", opener: Endpoint, other: Endpoint) =>
  `${transport} ${opener.address} ${opener.port} ${other.address} ${other.port}`;

interface Owner {
  readonly id: string;
  /** The side that connected, as its story has it: the other end's has the other. */
  readonly opener: "peer" | "us";
  readonly startNs: bigint;
  isOver: boolean;
}

export type FlowStart = Pick<Owner, "opener" | "startNs">;

const MOST = 10_000;
/** After so long, the other end's story is of another conversation. */
const LATER_NS = 10_000_000_000n;

/** Of stories that are followed: the one that began a flow has it. */
export class Flows {
  readonly #owners = new Map<string, Owner>();

  /** Whether this story's packet is written. `start`: it begins a conversation. */
  isOf(flow: string, id: string, start: FlowStart | undefined): boolean {
    const owner = this.#owners.get(flow);
    if (owner?.id === id) return true;
    if (owner && !(start && isAnother(owner, start))) return false;
    if (!start) return true;
    if (this.#owners.size >= MOST) this.#forget();
    this.#owners.set(flow, { id, ...start, isOver: false });
    return true;
  }

  over(flow: string, id: string): void {
    const owner = this.#owners.get(flow);
    if (owner?.id === id) owner.isOver = true;
  }

  #forget(): void {
    for (const [flow, { isOver }] of this.#owners) if (isOver) this.#owners.delete(flow);
    const [oldest] = this.#owners.keys();
    if (this.#owners.size >= MOST && oldest !== undefined) this.#owners.delete(oldest);
  }
}

/** The same two ends have begun anew. */
const isAnother = (owner: Owner, { opener, startNs }: FlowStart) =>
  opener === owner.opener || (owner.isOver && startNs - owner.startNs > LATER_NS);
