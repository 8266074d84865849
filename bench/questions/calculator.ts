/** One calculator: many clients that wait for each answer, one that does not wait, and what recorder and diagnosis cost. */
import path from "node:path";
import { figureOf, type Load, netlabd, plainNode } from "../contestants.ts";
import { inC } from "../floors.ts";
import { oneRole, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { benchFolder } from "../scene.ts";

const asking = figureOf("requests", "perSecond", { clients: 100, ms: 2_000, hello: "ann#\n" });
const visiting = figureOf("visits", "perSecond", { clients: 20, ms: 4_000 });
const pipelining = figureOf("pipeline", "perSecond", { lines: 2_000_000 });

/** The daemon from its source, whole or with something left out: the built one has no switch for it. */
const fromSource = (
  load: Load,
  without?: { readonly name: string; readonly option: string },
): Contestant => ({
  name: without?.name ?? "netlabd",
  start: async () => {
    const command = [path.join(benchFolder, "unrecorded.ts"), ...(without ? [without.option] : [])];
    const server = await startNetlabd(oneRole("calculator"), { command });
    return { measure: () => load(server.ports[0] ?? 0, server.pid), stop: server.stop };
  },
});

const questions: Question[] = [
  {
    name: "calculator-waiting",
    what: "calculator, 100 line clients, one request outstanding each",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.92 },
    ours: netlabd("calculator", asking),
    others: [plainNode("calculator", asking)],
    floors: [inC("line-calculator", asking)],
  },
  {
    name: "calculator-pipelined",
    what: "calculator, one line client, pipelined",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 1 },
    ours: netlabd("calculator", pipelining),
    others: [plainNode("calculator", pipelining)],
  },
  {
    name: "calculator-recorder",
    what: "the same, recorder on against off",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.92 },
    isFromSource: true,
    ours: fromSource(pipelining),
    others: [fromSource(pipelining, { name: "its recorder off", option: "--unrecorded" })],
  },
  {
    name: "calculator-diagnosis",
    what: "calculator, 20 clients that come, ask once and go: diagnosis at the end on against off",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.95 },
    isFromSource: true,
    ours: fromSource(visiting),
    others: [fromSource(visiting, { name: "without diagnosis", option: "--unjudged" })],
  },
];

export default questions;
