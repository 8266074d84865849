/** Loaded into a daemon before it starts: on SIGUSR2 it collects garbage and writes down what is really held. */
import { writeFileSync } from "node:fs";

const { NETLABD_RESOURCES: file = "" } = process.env;

process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === "Timeout").length;
  writeFileSync(file, JSON.stringify({ liveBytes: heapUsed + external, timers, at: Date.now() }));
});
