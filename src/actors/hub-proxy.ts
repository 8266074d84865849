/** Hub as machines and operators hold it: an object with whatever methods are asked of it. */
import type { AsyncHub } from "../machines/_world.ts";

/** Methods are made when they are first asked for. A promise-like would be awaited by mistake: `then` is none. */
export function proxyOf(call: (name: string, args: unknown[]) => Promise<unknown>): AsyncHub<unknown> {
  const unknownYet = new Proxy(
    {},
    {
      get: (_, name, methods: object) => {
        if (typeof name !== "string" || name === "then") return undefined;
        const value = (...args: unknown[]) => call(name, args);
        Object.defineProperty(methods, name, { value });
        return value;
      },
    },
  );
  return Object.create(unknownYet) as AsyncHub<unknown>;
}
