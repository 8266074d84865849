/** Captures: how fast they are written, and what a live one of one role costs another. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { oneRole, played, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { runLoad, startLoad } from "../scene.ts";

/** Entries of a story, as many as one keeps, each of a size that a read of a busy peer has. */
const WRITTEN = { stories: 400, entries: 96, bytes: 1_024 };
const ASKED_MS = 2_000;

const writing: Contestant = {
  name: "netlabd",
  start: async () => ({
    measure: async () => (await runLoad<{ perSecond: number }>("capture-writing", WRITTEN)).perSecond,
    stop: async () => undefined,
  }),
};

const twoRoles = oneRole("calculator") + oneRole("calculator").split("\n").slice(1).join("\n");

/** Answers a second of one calculator, while another, which talks two hundred times a second, is captured or is not. */
const beside = (name: string, isCaptured: boolean): Contestant => ({
  name,
  start: async () => {
    const server = await startNetlabd(twoRoles);
    const [captured = 0, asked = 0] = server.ports;
    const program = path.join(played, "dist", "netlabctl.js");
    const socket = path.join(server.dataFolder, "..", "s");
    const words = [program, "--socket", socket, "capture", "--live", "calculator-1"];
    const capture = isCaptured
      ? spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] })
      : undefined;
    capture?.stdout.resume();
    if (capture) await once(capture.stdout, "data");
    return {
      measure: async () => {
        const talking = startLoad("beside", {
          port: captured,
          ms: ASKED_MS + 500,
          everyMs: 5,
          hello: "eve\n",
        });
        const load = { port: asked, clients: 100, ms: ASKED_MS, hello: "ann#\n" };
        const { perSecond } = await runLoad<{ perSecond: number }>("requests", load);
        await talking.answer;
        return perSecond;
      },
      stop: async () => {
        capture?.kill("SIGINT");
        if (capture) await once(capture, "exit");
        await server.stop();
      },
    };
  },
});

const questions: Question[] = [
  {
    name: "capture-written",
    what: "stories written as a capture: reads and writes of 1 KiB, 96 a story",
    unit: "MB/s",
    better: "more",
    goal: { is: "figure", limit: 100 },
    isFromSource: true,
    ours: writing,
    others: [],
  },
  {
    name: "capture-live",
    what: "calculator, 100 line clients, beside another whose 200 lines a second are captured live",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.95 },
    ours: beside("netlabd", true),
    others: [beside("not captured", false)],
  },
];

export default questions;
