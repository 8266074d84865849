/** A listener's hub: what it says goes to the connections of the listener, and its crash is told to those that it knew. */
import { messageOf } from "../errors.ts";
import type { HubWorld } from "../machines/_world.ts";
import { cause } from "../stories/causes.ts";
import type { Connection } from "./connection.ts";
import type { Crowds } from "./crowd.ts";
import { HELD_MS } from "./held-loop.ts";
import type { HubFace, HubWatch } from "./hubs.ts";
import type { ServiceContext } from "./service.ts";

/** Undefined where the role has none. The hub knows connections by their ids; one that is gone is passed over. */
export function openHub(
  { role, options, common, environment, id, onCrash }: ServiceContext,
  connections: ReadonlyMap<string, Connection>,
  crowds: Crowds,
): HubFace | undefined {
  const { hub } = role();
  if (!hub) return undefined;
  const world: HubWorld = {
    options,
    clock: environment.clock,
    deliver: (audience, text) => crowds.deliver(audience, text),
    notify: (text) => environment.telemetry({ type: "instance.notice", id, text }),
  };
  const watch: HubWatch = {
    onCrash: (error, members) => {
      const text = `its hub crashed and was rebuilt: ${messageOf(error)}`;
      environment.telemetry({ type: "instance.remark", id, text });
      // Each member's story says why something that was said may be lost.
      const rebuilt = cause("hub-rebuilt", { error: messageOf(error) });
      for (const member of members) connections.get(member.id)?.story.remark(rebuilt);
    },
    onCalled: (ms) => {
      if (ms > HELD_MS)
        environment.telemetry({ type: "role.held", id, role: role().name, state: "its hub", ms });
    },
    // The hub cannot be kept going: the instance's own supervisor is the next one up.
    onGiveUp: (error) => onCrash(error),
    ...shared(connections),
  };
  return environment.hubs.open(id, hub, world, watch, { role: role().name, name: common.name });
}

/** News of a hub that other daemons have too, for its connections. */
function shared(connections: ReadonlyMap<string, Connection>): Partial<HubWatch> {
  return {
    onBusy: (id, isBusy) => connections.get(id)?.setBusy(isBusy),
    onMoved: (members, { node, epoch }) => {
      const moved = cause("hub-moved", { node, epoch });
      for (const id of members) connections.get(id)?.remark(moved);
    },
    onCutOff: (members) => {
      const cutOff = cause("cut-off", {});
      for (const id of members) {
        const connection = connections.get(id);
        if (!connection || connection.isClosing) continue;
        connection.onBreak(cutOff);
        connection.close();
      }
    },
  };
}
