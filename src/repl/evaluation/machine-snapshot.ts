/** A machine's snapshot as a copy that is data alone: the peer, the clock, hubs and whatever else acts stay where they are. */
import { types } from "node:util";
import type { AnyMachineSnapshot } from "xstate";
import { MASK } from "../../lab/documents.ts";
import type { Role } from "../../machines/_role.ts";
import { eventsOf, stateName } from "../../machines/_state-names.ts";
import { flagsOf } from "../option-flags.ts";
import { Surface } from "./surface.ts";

const DEEPEST = 6;
const MAX_ENTRIES = 1_000;

export class MachineSnapshot extends Surface {
  /** `awaitingToken`, or `sending.paused` for a nested one. */
  readonly state: string;
  readonly status: string;
  /** The events that the present state takes. */
  readonly takes: readonly string[];
  /** Context that the machine remembers; secrets of its options are masked. */
  readonly context: Readonly<Record<string, unknown>>;

  constructor(state: string, status: string, takes: readonly string[], context: Record<string, unknown>) {
    super("Snapshot");
    this.state = state;
    this.status = status;
    this.takes = takes;
    this.context = context;
  }

  override line() {
    return this.state;
  }

  override brief() {
    const { state, status, takes, context } = this;
    return { state, status, takes, context };
  }
}

export function snapshotOf(snapshot: AnyMachineSnapshot, role: Role | undefined): MachineSnapshot {
  const context = (copyOf(snapshot.context, DEEPEST) ?? {}) as Record<string, unknown>;
  const options = context.options as Record<string, unknown> | undefined;
  const secrets = role ? flagsOf(role.options).filter(({ isSecret }) => isSecret) : [];
  for (const { key } of options ? secrets : []) if (options?.[key] !== undefined) options[key] = MASK;
  return new MachineSnapshot(stateName(snapshot.value), snapshot.status, eventsOf(snapshot), context);
}

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
