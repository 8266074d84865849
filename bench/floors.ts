/** Floors: minimal servers that show what a machine allows, told beside the figures and no part of the ratio. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import type { Load } from "./contestants.ts";
import type { Contestant } from "./question.ts";
import { benchFolder, newFolder, startServer } from "./scene.ts";

/** A server of `floors/`, compiled on this machine; it prints its port. `does`: what it does, where that is not what ours does. */
export const inC = (source: string, load: Load, does?: string, args: readonly string[] = []): Contestant => ({
  name: does === undefined ? "in C" : `in C, ${does}`,
  needs: "gcc",
  start: async () => {
    const folder = newFolder();
    const program = path.join(folder.path, source);
    execFileSync("gcc", ["-O2", "-o", program, path.join(benchFolder, "floors", `${source}.c`)]);
    const server = await startServer(program, args);
    return {
      measure: () => load(Number(server.said.trim()), server.pid),
      stop: async () => {
        await server.stop();
        folder.remove();
      },
    };
  },
});
