/**
 * Starts a machine as a root actor with exactly one observer. Children of one machine cost O(siblings), and a second
 * plain subscriber makes a contained error uncaught again; so every actor of a role starts here and nowhere else.
 */
import { type Actor, type AnyActorRef, type AnyStateMachine, createActor } from "xstate";
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
