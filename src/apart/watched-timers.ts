/**
 * Timers of a role's process, as code of the role has them: a callback that holds the event loop is told. The process is the role's alone, so a
 * timer of its module needs no other name. A step of a machine that such a callback led to is told by itself, and not a second time here.
 */
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import { HELD_MS } from "../actors/held-loop.ts";

type Callback = (this: unknown, ...args: unknown[]) => unknown;
type Begin = (callback: unknown, ...rest: unknown[]) => unknown;

const NAMES = ["setTimeout", "setInterval", "setImmediate"] as const;

export class WatchedTimers {
  /** Hears how long a callback has held the loop. */
  onHeld: (ms: number) => void = () => undefined;
  readonly #now: () => number;
  readonly #usual = NAMES.map((name) => [name, timers[name] as Begin] as const);
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** From now on, for all modules alike. */
  watch(): void {
    for (const [name, begin] of this.#usual) {
      const watched: Begin = (callback, ...rest) =>
        begin(typeof callback === "function" ? this.#timed(callback as Callback) : callback, ...rest);
      // With the form that answers a promise.
      this.#set(name, Object.defineProperties(watched, Object.getOwnPropertyDescriptors(begin)));
    }
    syncBuiltinESMExports();
  }

  unwatch(): void {
    for (const [name, begin] of this.#usual) this.#set(name, begin);
    syncBuiltinESMExports();
  }

  /** Takes note that something which held the loop was told. */
  told(): void {
    this.#toldAt = this.#now();
  }

  #set(name: (typeof NAMES)[number], begin: Begin): void {
    Object.assign(timers, { [name]: begin });
    Object.assign(globalThis, { [name]: begin });
  }

  #timed(callback: Callback): Callback {
    const watch = this;
    return function (...args) {
      const since = watch.#now();
      try {
        return callback.apply(this, args);
      } finally {
        const ms = watch.#now() - since;
        if (ms > HELD_MS && watch.#toldAt < since) watch.onHeld(Math.round(ms));
      }
    };
  }
}
