/**
 * An edition of a role at one listener: everything that its connections share. A role that is loaded again brings another
 * edition, with a world and a hub of its own; connections under way keep theirs to the end.
 */
import type { Phase, Role } from "../machines/_role.ts";
import { initialStateName } from "../machines/_state-names.ts";
import type { Clock, World } from "../machines/_world.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionHost, ConnectionLimits } from "./connection-host.ts";
import type { Crowds } from "./crowd.ts";
import type { HubFace } from "./hubs.ts";
import { Sleep } from "./peer-machine.ts";
import type { Environment } from "./service.ts";
import type { Telemetry } from "./telemetry.ts";
import { turns } from "./turns.ts";

export interface EditionParts {
  readonly world: World;
  readonly hub: HubFace | undefined;
  /** The crowds of the hub. */
  readonly crowds: Crowds;
  readonly limits: ConnectionLimits;
  readonly environment: Environment;
  readonly onOver: (connection: Connection) => void;
  /** Machines that wait may sleep now. */
  readonly isSleepWanted: () => boolean;
}

export class Edition implements ConnectionHost {
  readonly role: Role;
  readonly world: World;
  readonly hub: HubFace | undefined;
  readonly crowds: Crowds | undefined;
  readonly limits: ConnectionLimits;
  readonly phases: Readonly<Record<string, Phase>>;
  readonly clock: Clock;
  readonly turns = turns;
  readonly telemetry: Telemetry;
  readonly initialState: string;
  readonly sleep: Sleep;
  readonly #onOver: (connection: Connection) => void;

  constructor(role: Role, { world, hub, crowds, limits, environment, onOver, isSleepWanted }: EditionParts) {
    this.role = role;
    this.world = world;
    this.hub = hub;
    this.crowds = hub && crowds;
    this.limits = limits;
    this.phases = role.phases;
    this.clock = environment.clock;
    this.telemetry = environment.telemetry;
    this.initialState = initialStateName(role.machine);
    this.sleep = new Sleep(role.machine, environment.clock, isSleepWanted);
    this.#onOver = onOver;
  }

  over(connection: Connection): void {
    this.hub?.forget(connection.id);
    this.#onOver(connection);
  }
}
