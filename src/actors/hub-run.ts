/**
 * A hub as an actor: calls are taken in order, one a microtask, and answered as promises. A throw is the hub's crash: it is
 * told, and a new hub is made from the members that the old one knew; the connections stay.
 */
import { messageOf } from "../errors.ts";
import type { HubDefinition, HubMember, SayOptions } from "../machines/_role.ts";
import type { AsyncHub, HubWorld } from "../machines/_world.ts";

type Methods = Record<string, (...args: unknown[]) => unknown>;

export class HubRun {
  /** What machines and operators hold: it stays the same over a crash. */
  readonly proxy: AsyncHub<unknown>;
  readonly #definition: HubDefinition;
  readonly #world: HubWorld<never>;
  readonly #onCrash: (error: unknown) => void;
  #hub: Methods;

  constructor(definition: HubDefinition, world: HubWorld, onCrash: (error: unknown) => void) {
    this.#definition = definition;
    this.#world = world as HubWorld<never>;
    this.#onCrash = onCrash;
    this.#hub = definition.create(this.#world, []) as Methods;
    const call = (name: string) => this.#call(name);
    this.proxy = new Proxy({} as AsyncHub<unknown>, {
      // A promise-like would be awaited by mistake: `then` is no method of a hub.
      get: (_, name) => (typeof name === "string" && name !== "then" ? call(name) : undefined),
    });
  }

  get members(): readonly HubMember[] {
    return this.#definition.members(this.#hub);
  }

  /** What an operator's word does; undefined where the role has no use for one. */
  get say(): ((text: string, options: SayOptions) => Promise<string>) | undefined {
    const { say } = this.#definition;
    return say && ((text, options) => say(this.proxy, text, options));
  }

  /** A connection of its instance is over. */
  forget(id: string): void {
    this.#definition.forget?.(this.proxy, id);
  }

  #call(name: string) {
    return (...args: unknown[]): Promise<unknown> => {
      const answer = Promise.resolve().then(() => this.#run(name, args));
      // Whoever does not wait for the answer has no use for its error: the crash is told here.
      answer.catch(() => undefined);
      return answer;
    };
  }

  #run(name: string, args: unknown[]): unknown {
    const method = this.#hub[name];
    if (typeof method !== "function") throw new Error(`the hub has no method ${name}`);
    try {
      return method.apply(this.#hub, args);
    } catch (error) {
      this.#rebuild(error);
      throw error;
    }
  }

  #rebuild(error: unknown): void {
    let remembered: readonly HubMember[] = [];
    try {
      remembered = this.#definition.members(this.#hub);
    } catch (second) {
      this.#onCrash(
        new Error(`${messageOf(error)}; its members are lost: ${messageOf(second)}`, { cause: error }),
      );
    }
    this.#onCrash(error);
    this.#hub = this.#definition.create(this.#world, remembered) as Methods;
  }
}
