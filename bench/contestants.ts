/** Contestants that several questions share. */

import { oneRole, startNetlabd } from "./netlabd.ts";
import type { Contestant, Running } from "./question.ts";
import { runLoad, startBaseline } from "./scene.ts";

/** How one run of a load on this port becomes a figure. */
export type Load = (port: number, pid: number) => Promise<number>;

/** `options`: of the role, as YAML lines. */
export const netlabd = (
  role: string,
  load: Load,
  options: readonly string[] = [],
  name = "netlabd",
): Contestant => ({
  name,
  start: async (): Promise<Running> => {
    const server = await startNetlabd(oneRole(role, ...options));
    return { measure: () => load(server.ports[0] ?? 0, server.pid), stop: server.stop };
  },
});

export const plainNode = (baseline: string, load: Load): Contestant => ({
  name: "plain Node",
  start: async (): Promise<Running> => {
    const server = await startBaseline(baseline);
    return { measure: () => load(server.port, server.pid), stop: server.stop };
  },
});

/** One figure of what a load answers. */
export const figureOf =
  <Key extends string>(load: string, key: Key, options: Record<string, unknown>): Load =>
  async (port) =>
    (await runLoad<Record<Key, number>>(load, { port, ...options }))[key];
