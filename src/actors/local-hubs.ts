/** Hubs that run in this process: what a daemon of its own has. */
import type { HubDefinition } from "../machines/_role.ts";
import type { HubWorld } from "../machines/_world.ts";
import { HubRun } from "./hub-run.ts";
import type { HubFace, Hubs, HubWatch } from "./hubs.ts";

export class LocalHubs implements Hubs {
  open(_instance: string, definition: HubDefinition, world: HubWorld, watch: HubWatch): HubFace {
    return new HubRun(definition, world, watch);
  }
}
