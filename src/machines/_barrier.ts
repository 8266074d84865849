/**
 * The operator's barrier [REV-2]: one answer goes to all clients, when each has said something that is not answered yet.
 * It knows its clients by their ids, and the operator's `say` asks it again after each change.
 */
import type { HubMember } from "./_role.ts";
import type { HubWorld } from "./_world.ts";

export interface BarrierOptions {
  /** Every message is answered as it comes: the barrier waits for no client. */
  readonly mirror: boolean;
}

export type Answered =
  | { readonly kind: "said"; readonly to: number }
  | { readonly kind: "nobody" }
  /** Nothing was said: these have no unanswered message, as of this version of the barrier. */
  | { readonly kind: "waiting"; readonly for: readonly string[]; readonly version: number };

interface Client {
  readonly name: string;
  /** Messages that no answer has come for. */
  unanswered: number;
  /** The last of them. */
  said: string;
}

/** Length of a message as it is remembered, for the operator who is about to answer it. */
const SAID_CHARACTERS = 200;
/** A wait that was forgotten in a crash ends by itself, and is asked for again. */
const WAIT_MS = 1_000;

export class Barrier {
  readonly #world: HubWorld<BarrierOptions>;
  readonly #clients = new Map<string, Client>();
  /** Clients that the barrier waits for. */
  readonly #silent = new Set<string>();
  #version = 0;
  readonly #waiters = new Set<() => void>();

  constructor(world: HubWorld<BarrierOptions>, remembered: readonly HubMember[]) {
    this.#world = world;
    for (const { id, name, details } of remembered) {
      const unanswered = Number(details.unanswered);
      this.#clients.set(id, { name, unanswered, said: details.said ?? "" });
      if (unanswered === 0) this.#silent.add(id);
    }
  }

  join(id: string, name: string): void {
    this.#clients.set(id, { name, unanswered: 0, said: "" });
    this.#silent.add(id);
    this.#changed();
  }

  heard(id: string, text: string): void {
    const client = this.#clients.get(id);
    if (!client) return;
    client.unanswered += 1;
    client.said = text.slice(0, SAID_CHARACTERS);
    this.#changed(this.#silent.delete(id));
  }

  leave(id: string): void {
    if (!this.#clients.delete(id)) return;
    this.#changed(this.#silent.delete(id));
  }

  /** Answers every client once, or says for whom it waits. `now`: without waiting. */
  answer(text: string, now: boolean): Answered {
    if (this.#clients.size === 0) return { kind: "nobody" };
    if (this.#silent.size > 0 && !now && !this.#world.options.mirror)
      return { kind: "waiting", for: this.#silentNames(), version: this.#version };
    this.#world.deliver(this.#clients.keys(), text);
    for (const [id, client] of this.#clients) {
      client.unanswered = Math.max(0, client.unanswered - 1);
      if (client.unanswered === 0) this.#silent.add(id);
    }
    this.#changed(true);
    return { kind: "said", to: this.#clients.size };
  }

  /** Resolves when the barrier is no longer as it was then, or after a while. */
  changedSince(version: number): Promise<void> {
    if (version !== this.#version) return Promise.resolve();
    const { clock } = this.#world;
    return new Promise((resolve) => {
      const wake = () => {
        clock.clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = clock.setTimeout(wake, WAIT_MS);
      this.#waiters.add(wake);
    });
  }

  get members(): HubMember[] {
    return Array.from(this.#clients, ([id, { name, unanswered, said }]) => ({
      id,
      name,
      details: { unanswered: String(unanswered), said },
    }));
  }

  #silentNames(): string[] {
    return [...this.#clients].filter(([id]) => this.#silent.has(id)).map(([, { name }]) => name);
  }

  /** `mayBeFull`: the barrier waits for a client less, or all have another message; then the operator is told. */
  #changed(mayBeFull = false): void {
    this.#version += 1;
    for (const wake of [...this.#waiters]) wake();
    const { size } = this.#clients;
    if (mayBeFull && size > 0 && this.#silent.size === 0)
      this.#world.notify(
        size === 1 ? "its client waits for an answer" : `all ${size} clients wait for an answer`,
      );
  }
}
