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
import type { RoleEvent } from "../machines/_role.ts";
import { eventName, stateName } from "../machines/_state-names.ts";
import type { Clock } from "../machines/_world.ts";
import { type Answer, answerIn } from "../stories/answer.ts";

export interface MachineWatcher {
  /** A macrostep begins. */
  before?(): void;
  /** End of a macrostep; `to` is undefined where it threw. Called for every event, also where the state stays. */
  after?(from: string, to: string | undefined, event: string, answer: Answer | undefined): void;
  /** An action, guard or invoked actor threw. */
  failed(error: unknown): void;
  /** The machine reached its end. */
  done(output: unknown): void;
  /** An event came to an actor that had been let go: it is for the one that goes on in its place. */
  dispatch?(event: RoleEvent): void;
}

export type RoleActor = Actor<AnyStateMachine>;

/** Sends an event to a machine that may have ended meanwhile: then it is dropped. */
export function sendWhileActive(
  actor: RoleActor | undefined,
  event: { readonly type: string; readonly text?: string },
): void {
  if (isActive(actor)) actor.send(event);
}

export function isActive(actor: RoleActor | undefined): actor is RoleActor {
  return actor?.getSnapshot().status === "active";
}

/** Watchers of actors, or where events go that still reach one that was let go. */
const watchers = new WeakMap<AnyActorRef, MachineWatcher | Retired>();
const watched = new WeakMap<AnyStateMachine, AnyStateMachine>();

interface Running {
  readonly id: string;
  readonly clock: Clock;
  readonly watcher: MachineWatcher;
}

export function runMachine(
  machine: AnyStateMachine,
  { input, ...running }: Running & { readonly input: unknown },
): RoleActor {
  return watchedActor(machine, { input }, running);
}

/** Goes on where another actor of this machine was when it was let go: started, and no action is done again. */
export function resumeMachine(
  machine: AnyStateMachine,
  { snapshot, ...running }: Running & { readonly snapshot: AnyMachineSnapshot },
): RoleActor {
  return watchedActor(machine, { snapshot }, running).start();
}

function watchedActor(
  machine: AnyStateMachine,
  beginning: { readonly input: unknown } | { readonly snapshot: AnyMachineSnapshot },
  { id, clock, watcher }: Running,
): RoleActor {
  // XState's clock answers timer handles only to itself: any handle will do.
  const actor = createActor(watchedMachine(machine), { ...beginning, id, clock: clock as never });
  watchers.set(actor, watcher);
  actor.subscribe(new Observer(actor, watcher));
  return actor;
}

/** An actor is let go, and another will go on in its place: a role that kept `self` still reaches its machine. */
export function retire(actor: RoleActor, watcher: MachineWatcher): void {
  watchers.set(actor, new Retired(watcher));
}

class Retired {
  readonly watcher: MachineWatcher;

  constructor(watcher: MachineWatcher) {
    this.watcher = watcher;
  }
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
      // XState would walk through all that the context leads to, in search of actors that were written down as JSON.
      restoreSnapshot: { value: (snapshot: AnyMachineSnapshot) => snapshot },
    }) as AnyStateMachine;
    watched.set(machine, copy);
  }
  return copy;

  function transitionWatched(...[snapshot, event, scope]: Parameters<AnyStateMachine["transition"]>) {
    const watcher = watchers.get(scope.self);
    if (watcher instanceof Retired) {
      watcher.watcher.dispatch?.(event);
      return snapshot;
    }
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
