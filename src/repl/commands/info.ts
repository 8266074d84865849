import prettyBytes from "pretty-bytes";
import prettyMilliseconds from "pretty-ms";
import type { Lab } from "../../lab/lab.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "info",
  aliases: ["status"],
  group: "daemon",
  level: "observe",
  summary: "shows the daemon itself: version, uptime, roles, memory, data folder",
  example: "info",
  run({ lab, out, data, isJson }) {
    const { rss } = process.memoryUsage();
    const uptimeMs = lab.clock.now() - lab.startedAt;
    const { connections: live, recordedBytes, descriptorLimit: limit, descriptorsLeft: left } = lab.status();
    if (isJson) {
      return data({
        name: "netlabd",
        version: lab.version,
        node: process.version,
        pid: lab.pid,
        lab: lab.name,
        socket: lab.socketPath,
        data: lab.dataFolder,
        startedAt: new Date(lab.startedAt).toISOString(),
        uptimeMs,
        residentBytes: rss,
        recordedBytes,
        instances: lab.instances.length,
        connections: live,
        ...(lab.cluster ? { hubs: lab.cluster.hubs, malformed: lab.cluster.malformed } : {}),
        descriptorLimit: Number.isFinite(limit) ? limit : null,
        descriptorsLeft: Number.isFinite(left) ? left : null,
      });
    }
    const rows: [string, string][] = [
      ["netlabd", `${lab.version} on Node ${process.version}, pid ${lab.pid}`],
      ["lab", lab.name],
      ["running", prettyMilliseconds(uptimeMs, { compact: false, secondsDecimalDigits: 0 })],
      ["memory", `${prettyBytes(rss)} resident, ${prettyBytes(recordedBytes)} of it recorded stories`],
      ["roles", `${rolesByState(lab)}; ${live} ${live === 1 ? "peer" : "peers"}`],
      ["room", `for ${Math.max(0, left)} more descriptors (ulimit -n is ${limit}, some are kept back)`],
      ["socket", lab.socketPath],
      ["data", lab.dataFolder],
    ];
    return out(rows.map(([name, value]) => `${name.padEnd(8)} ${value}`).join("\n"));
  },
});

/** `11 running, 1 failed (chat-1)`: those that do not run are named. */
function rolesByState({ instances }: Lab): string {
  const groups = [...Map.groupBy(instances, ({ state }) => state)];
  const parts = groups.map(([state, group]) => {
    const names = state === "running" ? "" : ` (${group.map(({ id }) => id).join(", ")})`;
    return `${group.length} ${state}${names}`;
  });
  return parts.join(", ") || "none";
}
