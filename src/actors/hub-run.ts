/**
 * A hub as an actor: calls are taken in order, all that are waiting in one microtask, and answered as promises. A throw is the hub's crash: it is
 * told, and a new hub is made from the members that the old one knew; the connections stay, and hear of it. A hub that
 * crashes too often is its instance's crash.
 */
import { messageOf } from "../errors.ts";
import type { HubDefinition, HubMember, SayOptions } from "../machines/_role.ts";
import type { AsyncHub, HubWorld } from "../machines/_world.ts";
import { HubCall } from "./hub-call.ts";
import { proxyOf } from "./hub-proxy.ts";
import type { HubFace, HubWatch } from "./hubs.ts";

/** OTP's default: more than so many crashes within the period, and making it again does not help. */
const INTENSITY = { crashes: 3, periodMs: 5_000 };

type Methods = Record<string, (...args: unknown[]) => unknown>;

export class HubRun implements HubFace {
  readonly proxy: AsyncHub<unknown>;
  readonly #definition: HubDefinition;
  readonly #world: HubWorld<never>;
  readonly #watch: HubWatch;
  /** When it crashed, within the last period. */
  #crashes: number[] = [];
  #hasGivenUp = false;
  #hub: Methods;
  /** Calls that wait for the next microtask. */
  #calls: HubCall[] = [];

  /** `remembered`: members of a hub that this one takes over from. */
  constructor(
    definition: HubDefinition,
    world: HubWorld,
    watch: HubWatch,
    remembered: readonly HubMember[] = [],
  ) {
    this.#definition = definition;
    this.#world = world as HubWorld<never>;
    this.#watch = watch;
    this.#hub = definition.create(this.#world, remembered) as Methods;
    if (remembered.length > 0) definition.restarted?.(this.#hub);
    this.proxy = proxyOf((name, args) => this.#call(name, args));
  }

  get members(): readonly HubMember[] {
    return this.#definition.members(this.#hub);
  }

  get say(): ((text: string, options: SayOptions) => Promise<string>) | undefined {
    const { say } = this.#definition;
    return say && ((text, options) => say(this.proxy, text, options));
  }

  /** Makes the hub again with members that others knew, in silence. */
  remember(members: readonly HubMember[]): void {
    if (this.#hasGivenUp || members.length === 0) return;
    try {
      this.#hub = this.#definition.create(this.#world, [...this.members, ...members]) as Methods;
    } catch (error) {
      this.#giveUp(error);
    }
  }

  forget(id: string): void {
    try {
      this.#definition.forget?.(this.proxy, id);
    } catch (error) {
      this.#rebuild(error);
    }
  }

  /** Tells its members what they hear when it was made again. */
  tellRestarted(): void {
    try {
      this.#definition.restarted?.(this.#hub);
    } catch (error) {
      this.#rebuild(error);
    }
  }

  #call(name: string, args: readonly unknown[]): HubCall {
    const call = new HubCall(name, args);
    this.take(call);
    return call;
  }

  /** Takes a call that was made elsewhere, in its turn. */
  take(call: HubCall): void {
    if (this.#calls.push(call) === 1) queueMicrotask(() => this.#runAll());
  }

  #runAll(): void {
    const calls = this.#calls;
    this.#calls = [];
    const since = this.#world.clock.now();
    for (const call of calls) this.#run(call);
    this.#watch.onCalled?.(this.#world.clock.now() - since);
  }

  #run(call: HubCall): void {
    const { name, args } = call;
    const method = isOfObjects(name) ? undefined : this.#hub[name];
    if (typeof method !== "function") return call.fail(new Error(`the hub has no method ${name}`));
    try {
      call.answer(method.apply(this.#hub, args as unknown[]));
    } catch (error) {
      this.#rebuild(error);
      call.fail(error);
    }
  }

  #rebuild(error: unknown): void {
    if (this.#hasGivenUp) return;
    if (this.#isTooOften()) return this.#giveUp(error);
    const before = this.#remembered(error);
    try {
      this.#hub = this.#definition.create(this.#world, before) as Methods;
      this.#watch.onCrash(error, before);
      this.#definition.restarted?.(this.#hub);
    } catch (second) {
      this.#giveUp(also(error, "it cannot be made again", second));
    }
  }

  /** Once: its instance ends all its connections, and each of them still asks to be forgotten. */
  #giveUp(error: unknown): void {
    this.#hasGivenUp = true;
    this.#watch.onGiveUp(error);
  }

  #isTooOften(): boolean {
    const now = this.#world.clock.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < INTENSITY.periodMs), now];
    return this.#crashes.length > INTENSITY.crashes;
  }

  /** Members that it knew; none, where it cannot even tell that. */
  #remembered(error: unknown): readonly HubMember[] {
    try {
      return this.#definition.members(this.#hub);
    } catch (second) {
      this.#watch.onCrash(also(error, "its members are lost", second), []);
      return [];
    }
  }
}

/** Names that every object has are no words of a hub, and other nodes may send any name: `constructor` cannot be called. */
const isOfObjects = (name: string) => name in Object.prototype;

const also = (error: unknown, what: string, second: unknown) =>
  new Error(`${messageOf(error)}; ${what}: ${messageOf(second)}`, { cause: error });
