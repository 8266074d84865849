import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";
import { clusterOf } from "../node-aim.ts";

export default defineCommand({
  name: "drain",
  group: "daemon",
  level: "operate",
  summary: "gives a node's hubs, e.g. its chat rooms, to other nodes, before that node is stopped",
  args: [{ name: "node", summary: "default: this one", isOptional: true, completes: "node" }],
  example: "drain node2",
  // Runs at the node that is named.
  async run({ lab, out, data, isJson }) {
    const cluster = clusterOf(lab);
    const given = await cluster.drain();
    if (isJson) return data(given);
    if (given.length === 0) return out(`${cluster.own} owns no hub`);
    for (const { hub, to } of given)
      out(
        to === null
          ? `${printable(hub)} is free: no other node is there`
          : `${printable(hub)} is on ${to} now`,
      );
    return undefined;
  },
});
