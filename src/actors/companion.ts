/** An actor that lives as long as its instance listens, e.g. a file server's registration. */
import type { AnyStateMachine } from "xstate";
import { stateName } from "../machines/_state-names.ts";
import type { Network, Screen, World } from "../machines/_world.ts";
import { LoneSteps, WatchedClock } from "./held-loop.ts";
import { ask, connect, localAddressTowards, send } from "./network.ts";
import { type RoleActor, runMachine } from "./run-machine.ts";
import { registryOf, type ServiceContext } from "./service.ts";

/** The network as a server's machines use it: they ask and send, they do not converse. */
export function serverNetwork({ environment: { clock } }: ServiceContext): Network {
  return {
    ask: (question) => ask(question, clock),
    send: async (to, text) => void (await send(to, text)),
    localAddressTowards,
    connect: async (to) => {
      (await connect(to, clock)).destroy();
      throw new Error("a server's machine has no client connections");
    },
  };
}

/** A role's view of the world, without a peer. */
export function worldOf(
  context: ServiceContext,
  listening: World["listening"],
  network: Network,
  hub: World["hub"] = {},
): World {
  const { random, files, addressBook, programs } = context.environment;
  const { options, screen = noScreen, id } = context;
  const { telemetry } = context.environment;
  return {
    options,
    clock: new WatchedClock(context),
    random,
    files,
    network,
    registry: registryOf(context),
    addressBook,
    programs,
    note: (text) => telemetry({ type: "instance.note", id, text }),
    registered: (entry) => telemetry({ type: "instance.registered", id, ...entry }),
    screen,
    hub,
    listening,
  };
}

/** A client in the daemon prints nowhere: its story has it. */
const noScreen: Screen = { show: () => undefined, hint: () => undefined };

export class Companion {
  readonly #actor: RoleActor;

  constructor(machine: AnyStateMachine, world: World, context: ServiceContext) {
    const steps = new LoneSteps(context);
    const inCompanion = (state: string) => `${state} of its companion`;
    this.#actor = runMachine(machine, {
      input: world,
      id: `${context.id}/companion`,
      clock: context.environment.clock,
      watcher: {
        before: () => steps.begin(),
        after: (from) => steps.end(inCompanion(from)),
        failed: context.onCrash,
        done: () => undefined,
      },
    });
    steps.begin();
    this.#actor.start();
    steps.end(inCompanion(this.state));
  }

  get state(): string {
    return stateName(this.#actor.getSnapshot().value);
  }

  stop(): void {
    this.#actor.stop();
  }
}
