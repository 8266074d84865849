/**
 * Calls of connections that are outside, and ask to come in, while a new owner has not heard all nodes that live: one of those may have a
 * member whose name is asked for, of which only the owner before knew. Members go on.
 */
import type { HubCall } from "../actors/hub-call.ts";
import { callerOf } from "./call-load.ts";
import { nodeOfPeer } from "./hub-subjects.ts";

interface Held {
  readonly node: string;
  readonly call: HubCall;
}

export class OutsideCalls {
  /** Undefined once all are heard. */
  #inside: Set<string> | undefined;
  #held: Held[] = [];

  constructor(isWhole: boolean, inside: Iterable<string>) {
    this.#inside = isWhole ? undefined : new Set(inside);
  }

  get isWhole(): boolean {
    return this.#inside === undefined;
  }

  /** Members of a node that is heard late. */
  add(ids: Iterable<string>): void {
    for (const id of ids) this.#inside?.add(id);
  }

  /** Whether it is such a call, of this node. */
  isOutside(call: HubCall, node: string): boolean {
    const caller = this.#inside && callerOf(call);
    return caller !== undefined && nodeOfPeer(caller) === node && !this.#inside?.has(caller);
  }

  /** Keeps the call of another node, where it has to wait. */
  keeps(call: HubCall, node: string): boolean {
    const isKept = this.isOutside(call, node);
    if (isKept) this.#held.push({ node, call });
    return isKept;
  }

  /** The node's visit is over, and with it what its connections have asked. */
  forget(node: string): void {
    this.#held = this.#held.filter((one) => one.node !== node);
  }

  /** All are heard; answers what has waited, in its order. */
  becomeWhole(): HubCall[] {
    this.#inside = undefined;
    return this.#held.splice(0).map(({ call }) => call);
  }
}
