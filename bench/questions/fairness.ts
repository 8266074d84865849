/** A good client, beside fifty peers that push lines and never read an answer. */
import { type Load, netlabd, plainNode } from "../contestants.ts";
import { inC } from "../floors.ts";
import type { Contestant, Question } from "../question.ts";
import { runLoad, startLoad } from "../scene.ts";

const PEERS = 50;
const SHORT = "1 + 234";
const LONG = "x".repeat(60_000);

const asking = async (port: number) =>
  (await runLoad<{ p99Ms: number }>("beside", { port, ms: 2_000, everyMs: 2, hello: "ann\n" })).p99Ms;

const pushed =
  (line: string): Load =>
  async (port) => {
    const pushing = startLoad("push", { port, peers: PEERS, line });
    await pushing.ready;
    const p99Ms = await asking(port);
    pushing.end();
    await pushing.answer.catch(() => undefined);
    return p99Ms;
  };

const renamed = (contestant: Contestant, name: string): Contestant => ({ ...contestant, name });

const questions: Question[] = [
  {
    name: "fairness-short",
    what: "a good client's p99 beside 50 that push 8-byte lines and never read",
    unit: "ms",
    better: "less",
    goal: { is: "ratio", limit: 0.1 },
    ours: netlabd("calculator", pushed(SHORT)),
    others: [renamed(plainNode("calculator", pushed(SHORT)), "plain Node, pushed alike")],
  },
  {
    name: "fairness-long",
    what: "the same, 60 kB lines",
    unit: "ms",
    better: "less",
    goal: { is: "ratio", limit: 4 },
    ours: netlabd("calculator", pushed(LONG)),
    others: [
      renamed(plainNode("calculator", asking), "plain Node, nobody pushes"),
      // What reading alone costs the good client.
      renamed(plainNode("drop", pushed(LONG)), "plain Node that reads and drops, pushed alike"),
    ],
    floors: [
      inC("drop", pushed(LONG), "that reads and drops, pushed alike"),
      inC("drop", pushed(LONG), "that leaves unread who pushes", ["--unread"]),
    ],
  },
];

export default questions;
