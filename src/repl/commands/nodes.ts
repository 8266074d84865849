import stringWidth from "string-width";
import * as z from "zod";
import type { ClusterView, KnownNode } from "../../lab/cluster-view.ts";
import { printable } from "../../printable.ts";
import { otherLabText } from "../../start-advice.ts";
import { type Call, defineCommand } from "../command.ts";
import { clusterOf } from "../node-aim.ts";
import { type Style, styleWord } from "../style.ts";
import { GAP } from "../text-table.ts";
import { wrapped } from "../wrapped.ts";

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
    const { lab, isJson, data, table, out, style, columns } = call;
    const cluster = clusterOf(lab);
    const otherLabs = isJson ? [] : cluster.otherLabs();
    const asked = await Promise.all(cluster.nodes().map((node) => rowOf(call, cluster, node)));
    const rows = asked.map(({ row }) => row);
    if (isJson) return data(rows);
    const cells = rows.map((row) => cellsOf(row, lab.clock.now(), style));
    table(HEAD, withHubs(cells, rows, columns), "HUBS");
    if (!cluster.isBusThere) out(NO_BUS);
    for (const { refusal } of asked) if (refusal !== undefined) out(refusal);
    for (const { row, malformed } of asked) if (malformed > 0) out(malformedText(row.node, malformed));
    for (const other of await otherLabs) out(otherLabText(other));
  },
});

const NO_BUS =
  "the bus between the nodes is away: shared rooms wait, and what the other nodes do now is not known here";

const HEAD = ["NODE", "STATE", "ROLES", "PEERS", "LATENCY", "HEARD", "VERSION", "HUBS"];
const NARROWEST_HUBS = 12;

/** Names of hubs have the rest of the width, in as many lines as they need. */
function withHubs(cells: readonly string[][], rows: readonly NodeRow[], columns: number): string[][] {
  const others = HEAD.slice(0, -1);
  const widths = others.map((head, at) =>
    Math.max(stringWidth(head), ...cells.map((row) => stringWidth(row[at] ?? ""))),
  );
  const taken = widths.reduce((sum, width) => sum + width + GAP, 0);
  const left = Math.max(NARROWEST_HUBS, columns - taken);
  return cells.flatMap((row, at) => {
    const [first = "", ...more] = wrapped(rows[at]?.hubs.join(" ") ?? "", left);
    return [[...row, first], ...more.map((line) => [...others.map(() => ""), line])];
  });
}

const malformedText = (node: string, malformed: number) =>
  `${node} has dropped ${malformed === 1 ? "1 malformed message" : `${malformed} malformed messages`} from the bus: another program may be using netlabd's subjects`;

/** Facts that a node tells of itself, as `info`. */
const toldSchema = z.object({
  instances: z.number(),
  connections: z.number(),
  hubs: z.array(z.string()),
  malformed: z.number().default(0),
});

interface Told {
  readonly roles: number | null;
  readonly peers: number | null;
  readonly hubs: readonly string[];
}

interface Asked {
  readonly row: NodeRow;
  readonly malformed: number;
  /** Why it tells nothing of itself, where it has answered so. */
  readonly refusal?: string | undefined;
}

const NOTHING_TOLD: Told = { roles: null, peers: null, hubs: [] };

async function rowOf(call: Call, cluster: ClusterView, node: KnownNode): Promise<Asked> {
  const { name, version, pid, isOwn, isAlive, heardAt } = node;
  const known = { node: name, version, pid, heardAt: new Date(heardAt).toISOString() };
  if (!isAlive && !isOwn)
    return { row: { ...known, state: "gone", ...NOTHING_TOLD, latencyMs: null }, malformed: 0 };
  // This one too, by way of the bus: whether it hears its own questions is what there is to find out.
  const { latencyMs, told, malformed, refusal } = await askNode(call, cluster, name);
  if (!isOwn) {
    const state = latencyMs === null ? "silent" : "running";
    return { row: { ...known, state, ...told, latencyMs }, malformed, refusal };
  }
  const { lab } = call;
  const own = { roles: lab.instances.length, peers: lab.status().connections, hubs: cluster.hubs };
  return { row: { ...known, state: "here", ...own, latencyMs }, malformed: cluster.malformed };
}

async function askNode({ signal }: Call, cluster: ClusterView, node: string) {
  const askedAt = performance.now();
  const answer = {
    latencyMs: null as number | null,
    told: NOTHING_TOLD,
    malformed: 0,
    refusal: undefined as string | undefined,
  };
  const heard = () => {
    answer.latencyMs = Math.round((performance.now() - askedAt) * 10) / 10;
  };
  const data = (document: unknown) => {
    const told = toldSchema.safeParse(document).data;
    if (!told) return;
    answer.told = { roles: told.instances, peers: told.connections, hubs: told.hubs };
    answer.malformed = told.malformed;
  };
  const err = (text: string) => {
    answer.refusal = printable(text);
  };
  const request = { argv: ["info", "--json"], level: "observe" };
  await cluster.ask(node, request, { heard, data, err }, signal).catch(() => undefined);
  return answer;
}

function cellsOf(row: NodeRow, now: number, style: Style): string[] {
  const { node, state, roles, peers, latencyMs, heardAt, version } = row;
  const heardMs = Math.max(0, now - Date.parse(heardAt));
  return [
    node,
    styleWord(style, state),
    String(roles ?? ""),
    String(peers ?? ""),
    latencyMs === null ? "" : `${latencyMs} ms`,
    state === "here" ? "" : `${(heardMs / 1_000).toFixed(1)} s ago`,
    version,
  ];
}
