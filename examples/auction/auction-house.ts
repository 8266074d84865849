/** What the bidders of one auction share: who they are, and the best bid. It knows no sockets; it delivers. */
import type { HubMember, HubWorld } from "netlabd";
import { bidBy, going, TOO_LOW } from "./words.ts";

export class AuctionHouse {
  readonly #world: HubWorld;
  /** By connection. */
  readonly #bidders = new Map<string, string>();
  #best = 0;

  /** After a crash it is made again from those who were in it. */
  constructor(world: HubWorld, remembered: readonly HubMember[]) {
    this.#world = world;
    for (const { id, name } of remembered) this.#bidders.set(id, name);
  }

  get members(): HubMember[] {
    return [...this.#bidders].map(([id, name]) => ({ id, name, details: {} }));
  }

  enter(id: string, name: string): void {
    this.#bidders.set(id, name);
    this.#world.deliver([id], going(this.#best));
  }

  bid(id: string, amount: number): void {
    const name = this.#bidders.get(id);
    if (name === undefined) return;
    if (amount <= this.#best) return this.#world.deliver([id], TOO_LOW);
    this.#best = amount;
    this.announce(bidBy(name, amount));
  }

  /** Answers how many hear it. */
  announce(text: string): number {
    this.#world.deliver(this.#bidders.keys(), text);
    return this.#bidders.size;
  }

  leave(id: string): void {
    this.#bidders.delete(id);
  }
}
