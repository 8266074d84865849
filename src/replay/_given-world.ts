/**
 * The world of a replay: nothing in it does anything. What the real one told - an opened file, a name that was free, a
 * random number - is in the story, and is told again at its place there.
 */
import { type AnyActorLogic, type AnyStateMachine, fromPromise } from "xstate";
import type { AsyncHub, Clock, Peer, World } from "../machines/_world.ts";
import { FUNCTION, PEER } from "../stories/answer.ts";
import type { InputName } from "../stories/entry.ts";
import type { Entry, Story } from "../stories/story.ts";

/** Half of what a random number may be, where the story has none. */
const NO_CHANCE = 0.5;

const never = <Value>() => new Promise<Value>(() => undefined);

/** The machine with all that it would ask of the world left unanswered. */
export function unanswered(machine: AnyStateMachine): AnyStateMachine {
  const names = Object.keys(machine.implementations.actors ?? {});
  const silent = fromPromise(() => never<unknown>()) as AnyActorLogic;
  return machine.provide({ actors: Object.fromEntries(names.map((name) => [name, silent])) });
}

/** In the order of the story; what is asked is written into the replay's own story, as it was then. */
export function givenWorld(
  recorded: readonly Entry[],
  story: Story,
  clock: Clock,
  options: unknown,
): Omit<World, "hub"> & { readonly hub: AsyncHub<unknown> } {
  const told = new Map<InputName, unknown[]>();
  for (const entry of recorded)
    if (entry.kind === "input") told.set(entry.name, [...(told.get(entry.name) ?? []), entry.answer]);
  const next = (name: InputName) => {
    const answer = told.get(name)?.shift();
    story.add({ at: story.now(), kind: "input", name, answer });
    return answer;
  };
  return {
    options,
    clock: {
      now: () => Number(next("clock.now") ?? clock.now()),
      setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
      clearTimeout: (id) => clock.clearTimeout(id),
    },
    random: () => Number(next("random") ?? NO_CHANCE),
    addressBook: { find: () => next("addressBook.find") as string | undefined },
    files: { open: () => never(), create: () => never() },
    network: {
      ask: () => never(),
      send: () => never(),
      connect: () => never(),
      localAddressTowards: () => never(),
    },
    programs: { run: () => never() },
    registry: {
      version: 0,
      list: () => [],
      store: () => undefined,
      register: () => never(),
      deregister: () => never(),
      settled: () => undefined,
      watch: () => () => undefined,
    },
    screen: { show: () => undefined, hint: () => undefined },
    note: () => undefined,
    registered: () => undefined,
    hub: silentHub,
    listening: { hosts: [], port: 0 },
  };
}

/** Questions to it are not asked again: what it delivered is in the story. */
const silentHub = new Proxy({} as AsyncHub<unknown>, {
  get: (_, name) => (typeof name === "string" && name !== "then" ? () => never() : undefined),
});

/** An answer as the machine had it: what a file could do is nothing now, and its peer is this replay's. */
export function revived(value: unknown, peer: Peer | undefined): unknown {
  if (value === FUNCTION) return async () => undefined;
  if (value === PEER) return peer;
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map((item) => revived(item, peer));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, revived(field, peer)]));
}
