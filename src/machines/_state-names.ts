/** States and events as they are told: a snapshot's value as one name, XState's own event names in the reader's words. */
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate";

/** The state that a machine begins in, before there is an actor of it. */
export function initialStateName({ root }: AnyStateMachine): string {
  const names: string[] = [];
  for (let node = root.initial?.target?.[0]; node; node = node.initial?.target?.[0]) names.push(node.key);
  return names.join(".");
}

/** The events that the present state takes, its own timers and actors left out. */
export function eventsOf(snapshot: AnyMachineSnapshot): string[] {
  const nodes = snapshot._nodes as { ownEvents: string[] }[];
  const events = nodes.flatMap(({ ownEvents }) => ownEvents).filter((name) => !name.startsWith("xstate."));
  return [...new Set(events)].sort();
}

/** `awaitingToken`, or `sending.paused` for a nested one. */
export function stateName(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => {
      const rest = stateName(inner);
      return rest === "[object Object]" || rest === "" ? key : `${key}.${rest}`;
    })
    .join("+");
}

/** XState's own event names in a reader's words: `after gapTime`, `opening done`. */
export function eventName(type: string): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(type);
  if (after) return `after ${after[1]}`;
  const settled = /^xstate\.(done|error)\.actor\.(?:\d+\.)?(.+)$/.exec(type);
  if (settled) return `${settled[2]?.split(".").at(-1)} ${settled[1] === "done" ? "done" : "failed"}`;
  return type;
}

/** The id of an actor that the present state invoked, by the name that `eventName` tells it with; undefined: none runs. */
export function invokedActor(snapshot: AnyMachineSnapshot, name: string): string | undefined {
  const nodes = snapshot._nodes as { invoke: { id: string }[] }[];
  const invoked = nodes.flatMap(({ invoke }) => invoke).find(({ id }) => id.split(".").at(-1) === name);
  return invoked?.id;
}
