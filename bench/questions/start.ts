/** The default lab: from exec to ready, and what it holds while nothing happens. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { residentBytes, startServer } from "../scene.ts";

/** Away from the ports of a lab that may be running here, and below those that the system gives away. */
const OFFSET = 20_000;
const SETTLE_MS = 1_000;

const timed = (name: string, run: () => Promise<() => Promise<void>>): Contestant => ({
  name,
  start: async () => ({
    measure: async () => {
      const started = performance.now();
      const stop = await run();
      const ms = performance.now() - started;
      await stop();
      return ms;
    },
    stop: async () => undefined,
  }),
});

const idle = (name: string, start: () => Promise<{ pid: number; stop(): Promise<void> }>): Contestant => ({
  name,
  start: async () => ({
    measure: async () => {
      const server = await start();
      await delay(SETTLE_MS);
      const bytes = residentBytes(server.pid);
      await server.stop();
      return bytes / 1e6;
    },
    stop: async () => undefined,
  }),
});

const questions: Question[] = [
  {
    name: "start-ready",
    what: "netlabd from exec to ready, default lab",
    unit: "ms",
    better: "less",
    goal: { is: "ratio", limit: 4.4 },
    ours: timed("netlabd", async () => (await startNetlabd("default", { port: OFFSET })).stop),
    others: [
      timed("node -e 0", async () => {
        await once(spawn(process.execPath, ["-e", "0"]), "exit");
        return async () => undefined;
      }),
    ],
  },
  {
    name: "start-memory",
    what: "idle resident memory, default lab",
    unit: "MB",
    better: "less",
    goal: { is: "ratio", limit: 1.94 },
    ours: idle("netlabd", () => startNetlabd("default", { port: OFFSET })),
    others: [
      idle("bare node", () =>
        startServer(process.execPath, ["-e", "console.log('idle'); setInterval(() => undefined, 1e6)"]),
      ),
    ],
  },
];

export default questions;
