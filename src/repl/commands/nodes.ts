import type { ClusterView, KnownNode } from "../../lab/cluster-view.ts";
import { type Call, defineCommand } from "../command.ts";
import { clusterOf } from "../node-aim.ts";
import { type Style, styleWord } from "../style.ts";

/** `here` is the node that was asked; `silent` has a lease and does not answer; `gone` has none. */
type NodeState = "here" | "running" | "silent" | "gone";

interface NodeRow {
  readonly node: string;
  readonly state: NodeState;
  readonly version: string;
  readonly pid: number;
  readonly roles: number | null;
  readonly peers: number | null;
  readonly hubs: readonly string[];
  readonly latencyMs: number | null;
  readonly heardAt: string;
}

export default defineCommand({
  name: "nodes",
  group: "daemon",
  level: "observe",
  summary: "lists the nodes of the lab: what each plays and owns, and how far away it is",
  example: "nodes",
  async run(call) {
    const { lab, isJson, data, table, style } = call;
    const cluster = clusterOf(lab);
    const rows = await Promise.all(cluster.nodes().map((node) => rowOf(call, cluster, node)));
    if (isJson) return data(rows);
    const head = ["NODE", "STATE", "ROLES", "PEERS", "HUBS", "LATENCY", "HEARD", "VERSION"];
    const cells = rows.map((row) => cellsOf(row, lab.clock.now(), style));
    return table(head, cells, "HUBS");
  },
});

/** Facts that a node tells of itself. */
interface Told {
  readonly roles: number | null;
  readonly peers: number | null;
  readonly hubs: readonly string[];
}

const NOTHING_TOLD: Told = { roles: null, peers: null, hubs: [] };

async function rowOf(call: Call, cluster: ClusterView, node: KnownNode): Promise<NodeRow> {
  const { name, version, pid, isOwn, isAlive, heardAt } = node;
  const known = { node: name, version, pid, heardAt: new Date(heardAt).toISOString() };
  if (!isAlive && !isOwn) return { ...known, state: "gone", ...NOTHING_TOLD, latencyMs: null };
  // This one too, by way of the bus: whether it hears its own questions is what there is to find out.
  const { latencyMs, told } = await askNode(call, cluster, name);
  if (!isOwn) return { ...known, state: latencyMs === null ? "silent" : "running", ...told, latencyMs };
  const { lab } = call;
  const own = { roles: lab.instances.length, peers: lab.status().connections, hubs: cluster.hubs };
  return { ...known, state: "here", ...own, latencyMs };
}

async function askNode({ signal }: Call, cluster: ClusterView, node: string) {
  const askedAt = performance.now();
  const answer: { latencyMs: number | null; told: Told } = { latencyMs: null, told: NOTHING_TOLD };
  const heard = () => {
    answer.latencyMs = Math.round((performance.now() - askedAt) * 10) / 10;
  };
  const data = (document: unknown) => {
    const { instances, connections, hubs } = document as {
      readonly instances: number;
      readonly connections: number;
      readonly hubs: readonly string[];
    };
    answer.told = { roles: instances, peers: connections, hubs };
  };
  const request = { argv: ["info", "--json"], level: "observe" };
  await cluster.ask(node, request, { heard, data }, signal).catch(() => undefined);
  return answer;
}

function cellsOf(row: NodeRow, now: number, style: Style): string[] {
  const { node, state, roles, peers, hubs, latencyMs, heardAt, version } = row;
  const heardMs = Math.max(0, now - Date.parse(heardAt));
  return [
    node,
    styleWord(style, state),
    String(roles ?? ""),
    String(peers ?? ""),
    hubs.join(" "),
    latencyMs === null ? "" : `${latencyMs} ms`,
    state === "here" ? "" : `${(heardMs / 1_000).toFixed(1)} s ago`,
    version,
  ];
}
