/** A nats-server of a bench's own, and daemons that are one lab on it: on loopback, on ports that the system chooses, in folders of their own. */
import { spawn } from "node:child_process";
import { type LabServer, startNetlabd } from "./netlabd.ts";
import { freePort, newFolder } from "./scene.ts";

export interface Nats {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startNats(): Promise<Nats> {
  const folder = newFolder();
  const port = await freePort();
  const args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder.path];
  const server = spawn("nats-server", args, { stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => server.kill("SIGKILL");
  process.on("exit", kill);
  await new Promise<void>((resolve, reject) => {
    let said = "";
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`nats-server ended: ${said}`)));
    server.stderr.on("data", (data) => {
      said += data;
      if (said.includes("Server is ready")) resolve();
    });
  });
  return {
    url: `nats://127.0.0.1:${port}`,
    stop: async () => {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill();
      await ended;
      process.off("exit", kill);
      folder.remove();
    },
  };
}

export interface LabOfNodes {
  /** By node, in the order in which they came: the first owns what all share. */
  readonly nodes: readonly LabServer[];
  /** Of the only role, a node each. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** `count` daemons that play this lab together. */
export async function startNodes(lab: string, count: number, ...more: string[]): Promise<LabOfNodes> {
  const nats = await startNats();
  const nodes: LabServer[] = [];
  const stop = async () => {
    for (const node of nodes) await node.stop();
    await nats.stop();
  };
  try {
    for (let number = 1; number <= count; number += 1) {
      const args = ["--cluster", nats.url, "--node", `n${number}`, ...more];
      nodes.push(await startNetlabd(lab, { args }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, ports: nodes.map(({ ports }) => ports[0] ?? 0), stop };
}
