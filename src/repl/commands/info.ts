import prettyBytes from "pretty-bytes";
import prettyMilliseconds from "pretty-ms";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "info",
  group: "daemon",
  summary: "shows the daemon itself: version, uptime, memory, where its data are",
  example: "info",
  run({ lab, out, data, isJson }) {
    const { rss } = process.memoryUsage();
    const uptimeMs = lab.clock.now() - lab.startedAt;
    const live = lab.recorder.live().filter(({ subject }) => !subject.isOwn).length;
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
        recordedBytes: lab.recorder.costBytes,
        instances: lab.instances.length,
        connections: live,
      });
    }
    const rows: [string, string][] = [
      ["netlabd", `${lab.version} on Node ${process.version}, pid ${lab.pid}`],
      ["lab", lab.name],
      ["running", prettyMilliseconds(uptimeMs, { compact: false, secondsDecimalDigits: 0 })],
      [
        "memory",
        `${prettyBytes(rss)} resident, ${prettyBytes(lab.recorder.costBytes)} of it recorded stories`,
      ],
      ["roles", `${lab.instances.length}, ${live} ${live === 1 ? "peer" : "peers"}`],
      ["socket", lab.socketPath],
      ["data", lab.dataFolder],
    ];
    return out(rows.map(([name, value]) => `${name.padEnd(8)} ${value}`).join("\n"));
  },
});
