/**
 * The machine of one peer, awake or asleep. An actor is a system of its own, of 4 KB; while it waits for a peer that a phase's handler
 * answers, nothing of it is needed but what it knows. So where there are many, it is let go, and made again for the next event.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate";
import type { RoleEvent } from "../machines/_role.ts";
import { stateName } from "../machines/_state-names.ts";
import type { Clock } from "../machines/_world.ts";
import {
  type MachineWatcher,
  type RoleActor,
  resumeMachine,
  retire,
  sendWhileActive,
} from "./run-machine.ts";

/** An actor takes 30 µs to make: fewer connections than this keep theirs. */
export const SLEEP_FROM = 256;

/** Common ground of all machines of an edition. */
export class Sleep {
  readonly #machine: AnyStateMachine;
  readonly #clock: Clock;
  readonly #isWanted: () => boolean;
  /** Snapshots by their state, without context: the same for everybody. */
  readonly #snapshots = new Map<string, AnyMachineSnapshot>();

  constructor(machine: AnyStateMachine, clock: Clock, isWanted: () => boolean) {
    this.#machine = machine;
    this.#clock = clock;
    this.#isWanted = isWanted;
  }

  /** Snapshot that this actor shares with all that are in its state; undefined: it is to stay awake. */
  of(actor: RoleActor): AnyMachineSnapshot | undefined {
    if (!this.#isWanted()) return undefined;
    const snapshot = actor.getSnapshot();
    if (!isAtRest(actor, snapshot)) return undefined;
    const state = stateName(snapshot.value);
    const known = this.#snapshots.get(state);
    if (known) return known;
    const shared = { ...snapshot, context: undefined } as AnyMachineSnapshot;
    this.#snapshots.set(state, shared);
    return shared;
  }

  wake(snapshot: AnyMachineSnapshot, id: string, watcher: MachineWatcher): RoleActor {
    return resumeMachine(this.#machine, { snapshot, id, clock: this.#clock, watcher });
  }
}

/** Nothing is under way: no timer, no invoked actor, no state to come back to. */
function isAtRest(actor: RoleActor, { status, children, historyValue }: AnyMachineSnapshot): boolean {
  const { _scheduledEvents: timers } = actor.system.getSnapshot();
  return (
    status === "active" && [children, historyValue, timers].every((one) => Object.keys(one).length === 0)
  );
}

export class PeerMachine {
  readonly #sleep: Sleep | undefined;
  #actor: RoleActor | undefined;
  #asleep: AnyMachineSnapshot | undefined;
  /** Context of its snapshot, while it is asleep. */
  #context: unknown;

  constructor(sleep: Sleep | undefined) {
    this.#sleep = sleep;
  }

  attach(actor: RoleActor): void {
    this.#actor = actor;
  }

  get context(): unknown {
    return this.#asleep ? this.#context : this.#actor?.getSnapshot().context;
  }

  /** As it is, or as it would be if it were awake. */
  get snapshot(): AnyMachineSnapshot | undefined {
    if (!this.#asleep) return this.#actor?.getSnapshot();
    return { ...this.#asleep, context: this.#context, children: {} } as AnyMachineSnapshot;
  }

  /** An event for it; it may have ended. */
  send(event: RoleEvent, id: string, watcher: MachineWatcher): void {
    const { snapshot } = this;
    if (this.#asleep && this.#sleep && snapshot) {
      this.#asleep = undefined;
      this.#context = undefined;
      this.#actor = this.#sleep.wake(snapshot, id, watcher);
    }
    sendWhileActive(this.#actor, event);
  }

  /** Lets its actor go, if it may: the machine waits for its peer, and its phase needs no step. */
  rest(watcher: MachineWatcher): void {
    const actor = this.#actor;
    const asleep = actor && this.#sleep?.of(actor);
    if (!asleep) return;
    this.#asleep = asleep;
    this.#context = actor.getSnapshot().context;
    this.#actor = undefined;
    retire(actor, watcher);
  }
}
