/** Instances of this node that share a hub: what is said in it goes to the connections of each. */
import type { HubHome, HubWatch } from "../actors/hubs.ts";
import { Audience } from "../machines/_audience.ts";
import type { HubDefinition, HubMember } from "../machines/_role.ts";
import type { HubWorld } from "../machines/_world.ts";

export interface Seat {
  readonly instance: string;
  readonly definition: HubDefinition;
  readonly world: HubWorld;
  readonly watch: HubWatch;
}

/** Lines to connections of this node; those that are gone are passed over. */
export class HubSeats {
  /** By instance: one that opens it again, with another edition of its role, takes its old place. */
  readonly #seats = new Map<string, Seat>();

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** The one whose role the hub is made by. */
  get first(): Seat {
    const [first] = this.#seats.values();
    if (!first) throw new Error("no instance has the hub open");
    return first;
  }

  take(seat: Seat): void {
    this.#seats.set(seat.instance, seat);
  }

  /** Whether it was this one that had the place. */
  give(seat: Seat): boolean {
    return this.#seats.get(seat.instance) === seat && this.#seats.delete(seat.instance);
  }

  deliver(audience: Iterable<string>, text: string): void {
    const heard = this.#seats.size === 1 || audience instanceof Audience ? audience : [...audience];
    for (const { world } of this.#seats.values()) world.deliver(heard, text);
  }

  notify(text: string): void {
    for (const { world } of this.#seats.values()) world.notify(text);
  }

  crashed(error: unknown, members: readonly HubMember[]): void {
    for (const { watch } of this.#seats.values()) watch.onCrash(error, members);
  }

  called(ms: number): void {
    for (const { watch } of this.#seats.values()) watch.onCalled?.(ms);
  }

  /** The hub cannot be kept going: so are they. */
  gaveUp(error: unknown): void {
    for (const { watch } of [...this.#seats.values()]) watch.onGiveUp(error);
  }

  busy(id: string, isBusy: boolean): void {
    for (const { watch } of this.#seats.values()) watch.onBusy?.(id, isBusy);
  }

  moved(members: readonly string[], to: HubHome): void {
    for (const { watch } of this.#seats.values()) watch.onMoved?.(members, to);
  }

  cutOff(members: readonly string[]): void {
    if (members.length === 0) return;
    for (const { watch } of this.#seats.values()) watch.onCutOff?.(members);
  }
}
