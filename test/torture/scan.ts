/**
 * Tools that people turn on a machine to see what is there: nmap's service scan of every role of the default lab, which
 * says a hundred things that no lab protocol knows, and a Python program that holds connections with half a message each.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "../e2e/daemon.ts";
import { freeOffset } from "../e2e/free-ports.ts";
import { peers } from "../e2e/scene.ts";
import { count, ms } from "./_figures.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { compared, isAnswered, isUnharmed, Probe, type Probes } from "./_probe.ts";
import { Witness } from "./_witness.ts";

const LAB_PORTS = [1234, 1236, 1237, 1238, 1239, 4386, 4387, 4388, 4389, 4390, 4444, 5000, 5001, 8080];
/** Peers that a tool has left are gone by then. */
const GONE_MS = 10_000;

const has = (tool: string, option: string) => spawnSync(tool, [option]).status === 0;

interface House {
  readonly trial: Trial;
  readonly daemon: TestDaemon;
  readonly probe: Probe;
  readonly quiet: Probes;
  readonly portOf: (type: string) => number;
}

export default defineOrdeal({
  name: "scan",
  summary: "nmap's service scan and slow peers against every role of the default lab",
  limitMs: { short: 60_000, long: 420_000 },
  run: async (trial) => {
    const offset = await freeOffset(LAB_PORTS);
    const args = ["--lab", "default", "--port-offset", String(offset)];
    const daemon = await TestDaemon.start(trial.scene, { args });
    const portOf = (type: string) => daemon.ready.instances.find((one) => one.type === type)?.port ?? 0;
    const [echo, registry] = [portOf("echo"), portOf("bootstrap")];
    const probe = await Probe.start({ echo, registry, everyMs: 5, pid: daemon.ready.pid });
    try {
      const quiet = await probe.quiet(trial.sized(300, 5_000));
      const house: House = { trial, daemon, probe, quiet, portOf };
      return [await scanned(house), await slowed(house)];
    } finally {
      await probe.end();
      await daemon.stop();
    }
  },
});

const portsOf = ({ daemon }: House, wanted: "tcp" | "udp") =>
  daemon.ready.instances.filter(({ transport }) => transport === wanted).map(({ port }) => port);

/** The short form only knocks: the service scan alone waits six seconds for each port to speak first. */
async function scanned(house: House): Promise<Finding> {
  const { trial } = house;
  const [tcp, udp] = [portsOf(house, "tcp"), portsOf(house, "udp")];
  const promised = "a service scan of every role harms nobody";
  if (!has("nmap", "--version"))
    return { promised, done: "nothing", figure: "not tried: no nmap", held: true };
  const isRoot = process.getuid?.() === 0;
  const both = isRoot ? ["-sU", "-p", `T:${tcp},U:${udp}`] : ["-p", String(tcp)];
  const arguments_ = ["-sT", ...trial.sized([], ["-sV"]), "-Pn", "-n", "--open", ...both, "127.0.0.1"];
  return besides(house, promised, async () => {
    const { stdout, exit } = await trial.scene.run("nmap", arguments_).ended;
    const open = stdout.match(/^\d+\/tcp +open/gm)?.length ?? 0;
    const wrong = exit === 0 && open === tcp.length ? [] : [`nmap ended with ${exit} and saw ${open} ports`];
    const what = trial.sized("a connect scan", "`nmap -sV`");
    return { done: `${what} of ${tcp.length} TCP${isRoot ? ` and ${udp.length} UDP` : ""} roles`, wrong };
  });
}

async function slowed(house: House): Promise<Finding> {
  const { trial } = house;
  const promised = "peers that hold half a message harm nobody";
  if (!has("python3", "--version"))
    return { promised, done: "nothing", figure: "not tried: no python3", held: true };
  const tcp = portsOf(house, "tcp");
  const [seconds, each] = [trial.sized(1.5, 60), trial.sized(10, 80)];
  return besides(house, promised, async () => {
    const words = [join(peers, "slow_peers.py"), String(seconds), String(each), ...tcp.map(String)];
    const { stdout, stderr, exit } = await trial.scene.run("python3", words).ended;
    const wrong = exit === 0 ? [] : [stderr];
    const held = /held (\d+)/.exec(stdout)?.[1] ?? "0";
    return {
      done: `${count(each * tcp.length)} connections over ${tcp.length} roles, a byte a second each for ${seconds} s, ${held} still open then`,
      wrong,
    };
  });
}

/** What a tool did, while one client asks on a thread of its own and another checks every answer to the byte. */
async function besides(
  house: House,
  promised: string,
  act: () => Promise<{ done: string; wrong: readonly string[] }>,
): Promise<Finding> {
  const { daemon, probe, quiet, portOf, trial } = house;
  const witness = await Witness.at(portOf("calculator"));
  let isOver = false;
  const asking = witness.keepAsking(() => !isOver, 20);
  const { result, probes } = await probe.during(act);
  isOver = true;
  await asking;
  witness.end();
  const wrong = [...result.wrong, ...witness.wrong, ...(await aftermath(daemon))];
  const answers = `${count(witness.delays.length)} answers checked, ${witness.wrong.length} wrong, the slowest after ${ms(witness.slowestMs)}`;
  return {
    promised,
    done: result.done,
    figure:
      wrong.length > 0
        ? wrong.join("; ")
        : `${answers}; ${compared(quiet, probes)}; every role running, nothing crashed, nobody left`,
    // In the short form there are too few answers for a p99.
    held:
      wrong.length === 0 &&
      (trial.size === "short" ? isAnswered(probes) : isUnharmed(quiet, probes, trial.size)),
  };
}

/** Every role as it was: none restarted, no connection crashed, none of the tool's still there. */
async function aftermath(daemon: TestDaemon): Promise<string[]> {
  const instances = await daemon.document<InstanceDocument[]>("ls");
  const harmed = instances.filter(({ state, restarts }) => state !== "running" || restarts > 0);
  const crashed = (await daemon.document<ConnectionDocument[]>("conns", "--all")).filter(
    ({ verdict }) => verdict === "crashed",
  );
  const until = performance.now() + GONE_MS;
  const left = async () => {
    const live = await daemon.document<ConnectionDocument[]>("conns");
    // Senders of datagrams are remembered for a while; the echo's is the one that asks meanwhile.
    const isTool = ({ id, state }: ConnectionDocument) =>
      state !== "closed" && /\/c\d+$/.test(id) && !id.startsWith("echo");
    return live.filter(isTool);
  };
  while ((await left()).length > 0 && performance.now() < until) await delay(100);
  const still = (await left()).map(({ id }) => id);
  return [
    ...harmed.map(({ id, state, restarts }) => `${id} is ${state} after ${restarts} restarts`),
    ...crashed.map(({ id }) => `${id} crashed`),
    ...(still.length > 0 ? [`${still.length} connections are still there: ${still.slice(0, 3)}`] : []),
  ];
}
