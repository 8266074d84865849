/** A chat room of two daemons on NATS beside the same of one, what it takes to lose its owner, and what a cluster costs a daemon alone in it. */
import { figureOf, type Load, netlabd } from "../contestants.ts";
import { startNats, startNodes } from "../nats.ts";
import { oneRole, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question, Running } from "../question.ts";
import { runLoad } from "../scene.ts";

const MEMBERS = 500;
const FEW = 20;
const LEASE_MS = 5_000;
/** A load that is late is no slow reader: where members are dropped, what comes is not what was said. */
const room = ["max-connections: 1000", "max-queue: 64M"];
const flooding = { members: MEMBERS, lines: 300_000, mustBeWhole: true };
const speaking = { members: FEW, lines: 1_000, everyMs: 2 };
const flood = figureOf("flood", "perSecond", flooding);
const paced = (key: "medianMs" | "p99Ms") => figureOf("paced", key, speaking);
const asking = figureOf("requests", "perSecond", { clients: 100, ms: 2_000, hello: "ann#\n" });

const needs = "nats-server";
const oneDaemon = (load: Load) => netlabd("chat", load, room, "one daemon");

/** Members are spread over two daemons. `isGuest`: who begins is at the one that does not own the room. */
const twoDaemons = <Key extends string>(
  load: string,
  key: Key,
  given: Record<string, unknown>,
  { isGuest = false } = {},
): Contestant => ({
  name: "netlabd",
  needs,
  start: async (): Promise<Running> => {
    const { ports, stop } = await startNodes(oneRole("chat", ...room), 2);
    const options = { ...given, ports: isGuest ? ports.toReversed() : ports };
    return { measure: async () => (await runLoad<Record<Key, number>>(load, options))[key], stop };
  },
});

/** Two new daemons a run: the one that owns the room is killed. */
const losingItsOwner: Contestant = {
  name: "netlabd",
  needs,
  start: async () => ({
    measure: async () => {
      const { nodes, ports, stop } = await startNodes(
        oneRole("chat"),
        2,
        "--lease-time",
        `${LEASE_MS / 1_000}s`,
      );
      try {
        return (await runLoad<{ ms: number }>("takeover", { pid: nodes[0]?.pid, ports })).ms;
      } finally {
        await stop();
      }
    },
    stop: async () => undefined,
  }),
};

const aloneInCluster = (role: string, load: Load, ...more: string[]): Contestant => ({
  name: "netlabd",
  needs,
  start: async () => {
    const nats = await startNats();
    const args = ["--cluster", nats.url, "--node", "n1"];
    const server = await startNetlabd(oneRole(role, ...more), { args });
    return {
      measure: () => load(server.ports[0] ?? 0, server.pid),
      stop: async () => {
        await server.stop();
        await nats.stop();
      },
    };
  },
});

const questions: Question[] = [
  {
    name: "cluster-flood",
    what: "chat, 250 line members at each of two daemons, one at the room's owner floods 300,000 lines: deliveries",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.9 },
    ours: twoDaemons("flood", "perSecond", flooding),
    others: [oneDaemon(flood)],
  },
  {
    name: "cluster-flood-afar",
    what: "the same, one at the other daemon floods",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.6 },
    ours: twoDaemons("flood", "perSecond", flooding, { isGuest: true }),
    others: [oneDaemon(flood)],
  },
  {
    name: "cluster-line-p50",
    what: "a line to the last of 20 members, ten at each of two daemons, all speak in turn: p50",
    unit: "ms",
    better: "less",
    goal: { is: "more", limit: 1 },
    ours: twoDaemons("paced", "medianMs", speaking),
    others: [oneDaemon(paced("medianMs"))],
  },
  {
    name: "cluster-line-p99",
    what: "the same, p99",
    unit: "ms",
    better: "less",
    goal: { is: "more", limit: 5 },
    ours: twoDaemons("paced", "p99Ms", speaking),
    others: [oneDaemon(paced("p99Ms"))],
  },
  {
    name: "cluster-takeover",
    what: "the room's owner is killed, lease 5 s: until the room is back and the name of one who died with it is free",
    unit: "ms",
    better: "less",
    goal: { is: "figure", limit: LEASE_MS },
    runs: 3,
    ours: losingItsOwner,
    others: [],
  },
  {
    name: "cluster-alone-calculator",
    what: "calculator, 100 line clients, one request outstanding each, at a daemon alone in a cluster",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.95 },
    ours: aloneInCluster("calculator", asking),
    others: [netlabd("calculator", asking, [], "without --cluster")],
  },
  {
    name: "cluster-alone-flood",
    what: "chat, 500 line members, one floods 300,000 lines, at a daemon alone in a cluster: deliveries",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.95 },
    ours: aloneInCluster("chat", flood, ...room),
    others: [netlabd("chat", flood, room, "without --cluster")],
  },
];

export default questions;
