/** Copies of what a machine remembers, as data alone: the peer, the clock, hubs and whatever else acts stay where they are. */
import { types } from "node:util";

const DEEPEST = 6;
const MAX_ENTRIES = 1_000;

export const dataCopy = (value: unknown): unknown => copyOf(value, DEEPEST);

/** Undefined for what is no data. */
function copyOf(value: unknown, depth: number): unknown {
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Date) return new Date(value);
  if (depth === 0 || types.isProxy(value)) return undefined;
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((one) => copyOf(one, depth - 1));
  if (value instanceof Set)
    return new Set([...value].slice(0, MAX_ENTRIES).map((one) => copyOf(one, depth - 1)));
  if (value instanceof Map)
    return new Map(
      [...value].slice(0, MAX_ENTRIES).map(([key, one]) => [copyOf(key, depth - 1), copyOf(one, depth - 1)]),
    );
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? copyOfFields(value, depth) : undefined;
}

/** Accessors are not called; an object that is nothing but functions acts, and is left out. */
function copyOfFields(value: object, depth: number): Record<string, unknown> | undefined {
  const fields = Object.entries(Object.getOwnPropertyDescriptors(value));
  const copied = fields.flatMap(([name, field]) => {
    const copy = copyOf(field.value, depth - 1);
    return copy === undefined ? [] : [[name, copy] as const];
  });
  return copied.length === 0 && fields.length > 0 ? undefined : Object.fromEntries(copied);
}
