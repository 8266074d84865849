/** The built daemon, with a lab of the bench's own on free ports. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { checkout, newFolder, type Server, startServer } from "./scene.ts";

export interface LabServer extends Server {
  /** Of the instances, in the order of the lab. */
  readonly ports: readonly number[];
  readonly dataFolder: string;
}

export let played = checkout;

/** Daemons that are started from now on are those that were built in this folder. */
export function playFrom(folder: string): void {
  played = folder;
}

/** `roles`: the lab's YAML, or the name of one that is shipped. */
export async function startNetlabd(
  lab: string,
  { command = [path.join(played, "dist", "netlabd.js")], args = [] as string[], port = 0 } = {},
): Promise<LabServer> {
  const folder = newFolder();
  let labName = lab;
  if (lab.includes("\n")) {
    labName = path.join(folder.path, "bench.yaml");
    writeFileSync(labName, lab);
  }
  const dataFolder = path.join(folder.path, "data");
  const options = [
    "--lab",
    labName,
    "--data",
    dataFolder,
    "--socket",
    path.join(folder.path, "s"),
    "--no-repl",
  ];
  const offset = port === 0 ? [] : ["--port-offset", String(port)];
  const server = await startServer(process.execPath, [
    ...command,
    ...options,
    ...offset,
    "--ready-json",
    ...args,
  ]);
  const { instances } = JSON.parse(server.said) as {
    instances: { id: string; port: number; state: string }[];
  };
  const failed = instances.find(({ state }) => state !== "running");
  if (failed) {
    await server.stop();
    throw new Error(`${failed.id} is ${failed.state} on port ${failed.port}`);
  }
  return {
    ...server,
    ports: instances.map((one) => one.port),
    dataFolder,
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

/** A lab of one role, with options as YAML lines. */
export const oneRole = (role: string, ...options: string[]) =>
  [
    "roles:",
    `  - role: ${role}`,
    ...["port: 0", "host: 127.0.0.1", ...options].map((line) => `    ${line}`),
    "",
  ].join("\n");
