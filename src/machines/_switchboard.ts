/**
 * Switchboard of the relay: the users by their names, and the way from one to the other. It answers in the order in which it is asked, so
 * messages of one sender to one receiver keep theirs [RELAY-3].
 */
import { HOW_TO, messageFrom, NOT_ONLINE, parseMessage, RESTARTED, SERVER } from "../wire/relay.ts";
import type { HubMember } from "./_role.ts";
import type { HubWorld } from "./_world.ts";

/** `holder`: the connection that has the name; none: it is ours. */
export type NameAnswer = { readonly ok: true } | { readonly ok: false; readonly holder: string };

/** No user of that name is here; names of some who are. */
export interface NotOnline {
  readonly user: string;
  readonly online: readonly string[];
}

/** Names that a story keeps of those who were there. */
const MAX_NAMES = 20;

export class Switchboard {
  readonly #world: HubWorld;
  /** The same pairs, by connection and by name. */
  readonly #names = new Map<string, string>();
  readonly #ids = new Map<string, string>();

  constructor(world: HubWorld, remembered: readonly HubMember[]) {
    this.#world = world;
    for (const { id, name } of remembered) this.#add(id, name);
  }

  get members(): HubMember[] {
    return Array.from(this.#names, ([id, name]) => ({ id, name, details: {} }));
  }

  /** [RELAY-1] Whether the name is this connection's now. One that asks again after a crash may have it already. */
  join(id: string, name: string): NameAnswer {
    const holder = this.#ids.get(name) ?? id;
    if (name === SERVER || holder !== id) return { ok: false, holder: name === SERVER ? "" : holder };
    this.#add(id, name);
    return { ok: true };
  }

  /** `text|user`; what cannot be delivered is said to the sender, in the order of what it sent. */
  relay(id: string, message: string): NotOnline | undefined {
    const sender = this.#names.get(id);
    if (sender === undefined) return undefined;
    const parsed = parseMessage(message);
    const receiver = parsed && this.#ids.get(parsed.user);
    if (!parsed) this.#world.deliver([id], HOW_TO);
    else if (receiver === undefined) return this.#notOnline(id, parsed.user);
    else this.#world.deliver([receiver], messageFrom(sender, parsed.text));
    return undefined;
  }

  #notOnline(id: string, user: string): NotOnline {
    this.#world.deliver([id], NOT_ONLINE);
    return { user, online: [...this.#ids.keys()].slice(0, MAX_NAMES) };
  }

  /** Users that wait for an answer that was lost in a crash know why. */
  announceRestart(): void {
    this.#world.deliver(this.#names.keys(), RESTARTED);
  }

  leave(id: string): void {
    const name = this.#names.get(id);
    if (name === undefined) return;
    this.#names.delete(id);
    this.#ids.delete(name);
  }

  #add(id: string, name: string): void {
    this.#names.set(id, name);
    this.#ids.set(name, id);
  }
}
