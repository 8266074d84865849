/** One calculator: many clients that wait for each answer, one that does not wait, and what the recorder costs. */
import path from "node:path";
import { figureOf, netlabd, plainNode } from "../contestants.ts";
import { oneRole, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { benchFolder } from "../scene.ts";

const asking = figureOf("requests", "perSecond", { clients: 100, ms: 2_000, hello: "ann#\n" });
const pipelining = figureOf("pipeline", "perSecond", { lines: 2_000_000 });

/** The daemon from its source, with or without a recorder: the built one has no switch for it. */
const recording = (isOn: boolean): Contestant => ({
  name: isOn ? "netlabd" : "its recorder off",
  start: async () => {
    const command = [path.join(benchFolder, "unrecorded.ts"), ...(isOn ? [] : ["--unrecorded"])];
    const server = await startNetlabd(oneRole("calculator"), { command });
    return { measure: () => pipelining(server.ports[0] ?? 0, server.pid), stop: server.stop };
  },
});

const questions: Question[] = [
  {
    name: "calculator-waiting",
    what: "calculator, 100 line clients, one request outstanding each",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.9 },
    ours: netlabd("calculator", asking),
    others: [plainNode("calculator", asking)],
  },
  {
    name: "calculator-pipelined",
    what: "calculator, one line client, pipelined",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.5 },
    ours: netlabd("calculator", pipelining),
    others: [plainNode("calculator", pipelining)],
  },
  {
    name: "calculator-recorder",
    what: "the same, recorder on against off",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.9 },
    isFromSource: true,
    ours: recording(true),
    others: [recording(false)],
  },
];

export default questions;
