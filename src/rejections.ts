/**
 * Promises of code that is not ours - operators' lines, users' roles - that are rejected and not handled. Node ends a process for one; here it is a
 * word to the operator. Those of other code still end the daemon: they are bugs.
 */
import { types } from "node:util";

type Listener = (error: unknown) => void;

/** By the prototype of the realm's promises. */
const listeners = new WeakMap<object, Listener>();
let isWatching = false;

export function watchRejections(promisePrototype: object, listener: Listener): void {
  listeners.set(promisePrototype, listener);
  if (isWatching) return;
  isWatching = true;
  process.on("unhandledRejection", (error, promise) => {
    const listener = listenerOf(promise);
    if (listener) listener(error);
    // Thrown here it is uncaught, as it would have been without this listener.
    else if (process.listenerCount("unhandledRejection") === 1) throw error;
  });
}

/** A promise may be of a class that extends its realm's. */
function listenerOf(promise: object): Listener | undefined {
  for (
    let one = Object.getPrototypeOf(promise);
    one && !types.isProxy(one);
    one = Object.getPrototypeOf(one)
  ) {
    const listener = listeners.get(one);
    if (listener) return listener;
  }
  return undefined;
}
