/**
 * Starts a machine as a root actor with exactly one observer. Children of one machine cost O(siblings), and a second
 * plain subscriber makes a contained error uncaught again; so every actor of a role starts here and nowhere else.
 */
import {
  type Actor,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
} from "xstate";
import type { Clock } from "../machines/_world.ts";
import { type Answer, answerIn } from "../stories/answer.ts";

export interface MachineWatcher {
  /** A macrostep begins. */
  before?(): void;
  /** It is over; `to` is undefined where it threw. Called for every event, also where the state stays. */
  after?(from: string, to: string | undefined, event: string, answer: Answer | undefined): void;
  /** An action, guard or invoked actor threw. */
  failed(error: unknown): void;
  /** The machine reached its end. */
  done(output: unknown): void;
}

export type RoleActor = Actor<AnyStateMachine>;

const watchers = new WeakMap<AnyActorRef, MachineWatcher>();
const watched = new WeakMap<AnyStateMachine, AnyStateMachine>();

export function runMachine(
  machine: AnyStateMachine,
  { input, clock, watcher, id }: { input: unknown; clock: Clock; watcher: MachineWatcher; id: string },
): RoleActor {
  const actor = createActor(watchedMachine(machine), {
    input,
    id,
    // XState's clock answers timer handles only to itself: any handle will do.
    clock: clock as never,
  });
  watchers.set(actor, watcher);
  actor.subscribe(new Observer(actor, watcher));
  return actor;
}

class Observer {
  readonly #actor: RoleActor;
  readonly #watcher: MachineWatcher;

  constructor(actor: RoleActor, watcher: MachineWatcher) {
    this.#actor = actor;
    this.#watcher = watcher;
  }

  error(error: unknown): void {
    this.#watcher.failed(error);
  }

  complete(): void {
    const { status, output } = this.#actor.getSnapshot();
    if (status === "done") this.#watcher.done(output);
  }
}

/** The same machine, telling its actor's watcher about each macrostep: cheaper than inspection by a factor of four. */
function watchedMachine(machine: AnyStateMachine): AnyStateMachine {
  let copy = watched.get(machine);
  if (!copy) {
    copy = Object.create(machine, {
      transition: { value: transitionWatched },
    }) as AnyStateMachine;
    watched.set(machine, copy);
  }
  return copy;

  function transitionWatched(...[snapshot, event, scope]: Parameters<AnyStateMachine["transition"]>) {
    const watcher = watchers.get(scope.self);
    watcher?.before?.();
    let to: string | undefined;
    try {
      const next = machine.transition(snapshot, event, scope);
      to = stateName(next.value);
      return next;
    } finally {
      watcher?.after?.(stateName(snapshot.value), to, eventName(event.type), answerIn(event));
    }
  }
}

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
