/** Knowledge of a machine at a moment, as a copy: it may go on counting in place. What it was given of the world is no part of it. */
import { worldMembers } from "../machines/_world.ts";

const MAX_DEPTH = 6;

export function ownData(context: unknown): Record<string, unknown> {
  const own = Object.entries((context ?? {}) as Record<string, unknown>).filter(
    ([key, value]) => !worldMembers.has(key) && typeof value !== "function",
  );
  return Object.fromEntries(own.map(([key, value]) => [key, copied(value, 0)]));
}

function copied(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || isPeer(value)) return value;
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (value instanceof Date) return new Date(value);
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => copied(item, depth + 1));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copied(item, depth + 1)]));
  if (value instanceof Set) return new Set([...value].map((item) => copied(item, depth + 1)));
  const fields = Object.entries(value).filter(([, field]) => typeof field !== "function");
  return Object.fromEntries(fields.map(([key, field]) => [key, copied(field, depth + 1)]));
}

/** The connection is told as one, whatever has become of it. */
const isPeer = (value: object) => "sendBytes" in value && "remote" in value;

/** The same for another process: of the connection it says no more than that it is one. */
export function portable(value: unknown): unknown {
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value) || value instanceof Date)
    return value;
  if (isPeer(value)) return { sendBytes: null };
  if (Array.isArray(value)) return value.map(portable);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [portable(key), portable(item)]));
  if (value instanceof Set) return new Set([...value].map(portable));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, portable(field)]));
}
