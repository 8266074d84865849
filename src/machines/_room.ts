/**
 * The room that the connections of one chat share: who is in it, under which names, and who hears what. All that is said
 * goes to everybody in the order in which it was said here [CHAT-4].
 */
import { connected, joined, type Login, left, SERVER, saidBy } from "../wire/chat.ts";
import { Audience } from "./_audience.ts";
import type { HubMember } from "./_role.ts";
import type { HubWorld } from "./_world.ts";

/** `taken` is the name, or the login name, that another member has; `holder` its connection, none where it is ours. */
export type JoinAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly taken: string; readonly holder: string };

export class Room {
  readonly #world: HubWorld;
  /** By connection, in the order in which they came. */
  readonly #members = new Map<string, Login>();
  /** The same members. */
  readonly #audience = new Audience();

  constructor(world: HubWorld, remembered: readonly HubMember[]) {
    this.#world = world;
    for (const { id, name, details } of remembered) this.#add(id, { name, login: details.login ?? name });
  }

  get members(): HubMember[] {
    return Array.from(this.#members, ([id, { name, login }]) => ({ id, name, details: { login } }));
  }

  join(id: string, newcomer: Login): JoinAnswer {
    const { name, login } = newcomer;
    const taken = this.#takenBy(id, name, login);
    if (taken) return { ok: false, ...taken };
    this.#add(id, { name, login });
    this.#world.deliver([id], connected(newcomer));
    this.#deliverToAll(joined(newcomer));
    return { ok: true };
  }

  /** A member that has left meanwhile says nothing. */
  say(id: string, text: string): void {
    const speaker = this.#members.get(id);
    if (speaker) this.#deliverToAll(saidBy(speaker.name, text));
  }

  /** The operator speaks; answers how many hear it. */
  announce(text: string): number {
    this.#deliverToAll(saidBy(SERVER, text));
    return this.#members.size;
  }

  /** Told to the others once, however often it is called, by the machine or by the listener. */
  leave(id: string): void {
    const member = this.#members.get(id);
    if (!member) return;
    this.#members.delete(id);
    this.#audience.delete(id);
    this.#deliverToAll(left(member));
  }

  #add(id: string, login: Login): void {
    this.#members.set(id, login);
    this.#audience.add(id);
  }

  #deliverToAll(text: string): void {
    this.#world.deliver(this.#audience, text);
  }

  /** A member that asks again after a crash of the room may be remembered already: its own names are not taken. */
  #takenBy(id: string, name: string, login: string): { taken: string; holder: string } | undefined {
    const others = [...this.#members].filter(([member]) => member !== id);
    const holderOf = (isIt: (other: Login) => boolean) => others.find(([, other]) => isIt(other))?.[0];
    const byLogin = login === SERVER ? "" : holderOf((other) => other.login === login);
    if (byLogin !== undefined) return { taken: login, holder: byLogin };
    const byName = name === SERVER ? "" : holderOf((other) => other.name === name);
    return byName === undefined ? undefined : { taken: name, holder: byName };
  }
}
