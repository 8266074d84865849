import { setTimeout as delay } from "node:timers/promises";
import prettyBytes from "pretty-bytes";
import * as z from "zod";
import { type Load, LoadMeter, type RoleLoad } from "../../lab/load-meter.ts";
import { duration } from "../../machines/_options.ts";
import { type Call, defineCommand } from "../command.ts";
import { NodeLoads } from "../node-loads.ts";
import { styleWord } from "../style.ts";
import { table } from "../text-table.ts";

const SHORTEST_MS = 50;
/** So much later the first word of another node may come; one that does not hear a question is known sooner. */
const OTHERS_MS = 2_000;

const options = z.object({
  every: duration()
    .refine((ms) => ms >= SHORTEST_MS, `at least ${SHORTEST_MS}ms`)
    .default(1_000)
    .describe("how often, and what the rates are measured over (default: 1s)"),
  n: z.number().int().min(1).max(1_000_000).optional().describe("so many times (default: until Ctrl-C)"),
  plain: z.boolean().default(false).describe("sentences instead of a table, e.g. for a screen reader"),
  all: z.boolean().default(false).describe("roles too at which nothing happens"),
});
type Options = z.output<typeof options>;

export default defineCommand({
  name: "top",
  group: "daemon",
  level: "observe",
  summary: "shows live what the daemon is doing: roles, connections, rates, the loop's delay, memory",
  options,
  example: "top --every 2s",
  async run(call) {
    const {
      lab,
      options: { every, n = Number.POSITIVE_INFINITY },
      signal,
      data,
      isJson,
    } = call;
    const meter = new LoadMeter(lab);
    // They are followed as long as this goes on, and no longer.
    const over = new AbortController();
    const others = NodeLoads.of({ ...call, signal: AbortSignal.any([signal, over.signal]) }, (load) => {
      if (isJson) data(load);
    });
    try {
      meter.look();
      for (let count = 0; count < n && !signal.aborted; count += 1) {
        await delay(every, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) break;
        const load = meter.look();
        others?.look();
        if (isJson) data(load);
        // Others measure for as long as this node does, and tell it by way of the bus.
        if (count === 0) await others?.told(OTHERS_MS);
        if (!isJson) show(call, load, others);
      }
    } finally {
      over.abort();
      meter.close();
    }
  },
});

/** Load of a role, with the node that plays it; undefined: there is but one. */
type PlayedLoad = RoleLoad & { readonly node?: string };

function show(call: Call<Options>, load: Load, others: NodeLoads | undefined): void {
  const {
    options: { plain, all },
  } = call;
  const isBusy = ({ peers, state, openedPerSecond }: RoleLoad) =>
    all || peers > 0 || openedPerSecond > 0 || (state !== "running" && state !== "stopped");
  const loads = others ? [[others.own, load] as const, ...others.loads] : [];
  const roles: readonly PlayedLoad[] = others
    ? loads.flatMap(([node, of]) => (of?.roles ?? []).map((role) => ({ ...role, node })))
    : load.roles;
  const shown = roles.filter(isBusy).sort(byTraffic);
  const quiet = roles.length - shown.length;
  const more = loads
    .slice(1)
    .flatMap(([node, of]) => (of ? [nodeLine(node, of)] : [`${node} has told nothing yet`]));
  if (plain) call.out([...sentences(load, shown), ...more, ...quietLine(quiet)].join("\n"));
  else
    call.frame(
      [...headLines(call, load), ...more, "", ...roleTable(call, shown), ...quietLine(quiet)].join("\n"),
    );
}

function nodeLine(node: string, load: Load): string {
  const { connections, bytesInPerSecond, bytesOutPerSecond, loopDelayMs, residentBytes } = load;
  return `${node}: ${connections} ${connections === 1 ? "connection" : "connections"}, in ${rate(bytesInPerSecond)}, out ${rate(bytesOutPerSecond)}, loop delay ${loopDelayMs.median} ms, ${prettyBytes(residentBytes)}`;
}

const byTraffic = (a: RoleLoad, b: RoleLoad) =>
  b.bytesInPerSecond + b.bytesOutPerSecond - a.bytesInPerSecond - a.bytesOutPerSecond ||
  b.peers - a.peers ||
  (a.id < b.id ? -1 : 1);

const quietLine = (quiet: number) => (quiet > 0 ? [`and ${quiet} without peers (--all lists them)`] : []);

function headLines({ lab, style, options }: Call<Options>, load: Load): string[] {
  const { median, p99, max } = load.loopDelayMs;
  const time = new Date(load.at).toLocaleTimeString("en-GB");
  return [
    `${style.bold(`netlabd ${lab.name}`)}  ${time}  every ${options.every / 1_000} s  Ctrl-C ends it`,
    `connections ${load.connections}   new ${load.openedPerSecond}/s   in ${rate(load.bytesInPerSecond)}   out ${rate(load.bytesOutPerSecond)}`,
    `loop delay  median ${median} ms   99 % ${p99} ms   most ${max} ms`,
    `memory      ${prettyBytes(load.residentBytes)} resident   ${prettyBytes(load.heapBytes)} heap   ${prettyBytes(load.recordedBytes)} stories`,
  ];
}

function roleTable({ columns, style }: Call<Options>, loads: readonly PlayedLoad[]): string[] {
  if (loads.length === 0) return [];
  const isLabelled = loads.some(({ label }) => label !== null);
  const isOfMany = loads.some(({ node }) => node !== undefined);
  const rows = loads.map((one) => [
    ...(isOfMany ? [one.node ?? ""] : []),
    one.id,
    ...(isLabelled ? [one.label ?? ""] : []),
    styleWord(style, one.state),
    String(one.peers),
    String(one.openedPerSecond),
    rate(one.bytesInPerSecond),
    rate(one.bytesOutPerSecond),
    String(one.restarts),
  ]);
  const node = isOfMany ? ["NODE"] : [];
  const head = [
    ...node,
    "ID",
    ...(isLabelled ? ["FOR"] : []),
    "STATE",
    "PEERS",
    "NEW/S",
    "IN",
    "OUT",
    "RESTARTS",
  ];
  return [table(head, rows, columns, "ID")];
}

function sentences(load: Load, loads: readonly PlayedLoad[]): string[] {
  const { median, p99, max } = load.loopDelayMs;
  return [
    `At ${new Date(load.at).toLocaleTimeString("en-GB")}: ${load.connections} connections, ${load.openedPerSecond} new a second, ${rate(load.bytesInPerSecond)} in, ${rate(load.bytesOutPerSecond)} out.`,
    `Event loop delay: median ${median} ms, 99 percent ${p99} ms, most ${max} ms. Memory: ${prettyBytes(load.residentBytes)}.`,
    ...loads.map(
      (one) =>
        `${one.node === undefined ? "" : `${one.node}: `}${one.id}${one.label === null ? "" : ` for ${one.label}`} is ${one.state}: ${one.peers} peers, ${one.openedPerSecond} new a second, ${rate(one.bytesInPerSecond)} in, ${rate(one.bytesOutPerSecond)} out, ${one.restarts} restarts.`,
    ),
  ];
}

const rate = (bytesPerSecond: number) => `${prettyBytes(bytesPerSecond)}/s`;
