/**
 * An answer of the world to a machine - a file that was opened, a room that let its peer in, a program's output - as a
 * story keeps it, so that a replay can give the same answer again. Kept small: a value that cannot be said again is a marker.
 */
import { NetlabError } from "../errors.ts";

export type Answer =
  | { readonly ok: true; readonly value: unknown; readonly sizeBytes: number }
  | { readonly ok: false; readonly error: unknown; readonly sizeBytes: number };

/** Stands for a function in an answer, and for a connection. */
export const FUNCTION = "\u0000function";
export const PEER = "\u0000peer";

const MAX_BYTES = 8_192;
const MAX_ITEMS = 64;
const DEEPEST = 5;

/** Undefined where the event is no answer. */
export function answerIn(event: {
  readonly type: string;
  output?: unknown;
  error?: unknown;
}): Answer | undefined {
  if (event.type.startsWith("xstate.done.actor.")) {
    const budget = { left: MAX_BYTES };
    const value = kept(event.output, budget, 0);
    return { ok: true, value, sizeBytes: MAX_BYTES - budget.left };
  }
  if (!event.type.startsWith("xstate.error.actor.")) return undefined;
  const { error } = event;
  if (error instanceof NetlabError) return { ok: false, error, sizeBytes: 200 };
  return {
    ok: false,
    error: new Error(error instanceof Error ? error.message : String(error)),
    sizeBytes: 200,
  };
}

function kept(value: unknown, budget: { left: number }, depth: number): unknown {
  budget.left -= 8;
  if (typeof value === "function") return FUNCTION;
  if (typeof value === "string") {
    const text = value.slice(0, Math.max(0, budget.left));
    budget.left -= text.length;
    return text;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Buffer.isBuffer(value)) {
    const bytes = Buffer.from(value.subarray(0, Math.max(0, budget.left)));
    budget.left -= bytes.length;
    return bytes;
  }
  if (isPeer(value)) return PEER;
  if (depth >= DEEPEST) return undefined;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => kept(item, budget, depth + 1));
  return Object.fromEntries(
    fieldsOf(value).map((key) => [key, kept(Reflect.get(value, key), budget, depth + 1)]),
  );
}

/** Fields of its own, and methods and getters of its class: an open file is an object with methods. */
function fieldsOf(value: object): string[] {
  const names = new Set(Object.keys(value));
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype && prototype !== Object.prototype)
    for (const name of Object.getOwnPropertyNames(prototype)) if (name !== "constructor") names.add(name);
  return [...names].slice(0, MAX_ITEMS);
}

const isPeer = (value: object) => "sendBytes" in value && "remote" in value;
