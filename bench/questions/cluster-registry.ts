/** Registry of two daemons on NATS: how long a registration at one takes until the other hands it out. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { oneRole, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question, Running } from "../question.ts";
import { newFolder, runLoad } from "../scene.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function startNats(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = newFolder();
  const port = await freePort();
  const args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder.path];
  const server = spawn("nats-server", args, { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let said = "";
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
      folder.remove();
    },
  };
}

/** `asked`: which of the two daemons; `heard`: the one that is asked for it. */
const registering = (name: string, [asked, heard]: readonly [number, number]): Contestant => ({
  name,
  needs: "nats-server",
  start: async (): Promise<Running> => {
    const nats = await startNats();
    const lab = oneRole("bootstrap");
    const cluster = ["--cluster", nats.url, "--node"];
    const daemons = [
      await startNetlabd(lab, { args: [...cluster, "n1"] }),
      await startNetlabd(lab, { args: [...cluster, "n2"] }),
    ];
    const ports = daemons.map((daemon) => daemon.ports[0] ?? 0);
    const given = { to: ports[asked], at: ports[heard], count: 500 };
    return {
      measure: async () => (await runLoad<{ p50: number }>("told", given)).p50,
      stop: async () => {
        for (const daemon of daemons) await daemon.stop();
        await nats.stop();
      },
    };
  },
});

const questions: Question[] = [
  {
    name: "cluster-registry",
    what: "REGISTRN at one of two daemons on NATS until DISCOVERY of the other shows it, p50 of 500",
    unit: "ms",
    better: "less",
    goal: { is: "figure", limit: 1 },
    ours: registering("at the other", [0, 1]),
    others: [],
    floors: [registering("at the same", [0, 0])],
  },
];

export default questions;
