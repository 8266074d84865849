/** A room of 500 line members: one who floods it, and lines said now and then. */

import { figureOf, netlabd, plainNode } from "../contestants.ts";
import type { Contestant, Question } from "../question.ts";
import { freePort, startServer } from "../scene.ts";

const MEMBERS = 500;
const flood = figureOf("flood", "perSecond", { members: MEMBERS, lines: 20_000 });
const paced = figureOf("paced", "p99Ms", { members: MEMBERS, lines: 200, everyMs: 10 });
const room = ["max-connections: 1000"];

const ncatChat: Contestant = {
  name: "ncat --chat",
  needs: "ncat",
  start: async () => ({
    // It ends when a member is torn down: a new one a run.
    measure: async () => {
      const port = await freePort();
      const args = [
        "-v",
        "--chat",
        "--listen",
        "--keep-open",
        "--max-conns",
        "900",
        "127.0.0.1",
        String(port),
      ];
      const server = await startServer("sh", ["-c", `exec ncat ${args.join(" ")} 2>&1`], /Listening on .*\n/);
      const perSecond = await flood(port, server.pid);
      await server.stop();
      return perSecond;
    },
    stop: async () => undefined,
  }),
};

const questions: Question[] = [
  {
    name: "chat-flood",
    what: "chat, 500 line members, one floods 20,000 lines: deliveries",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 1.2 },
    ours: netlabd("chat", flood, room),
    others: [ncatChat],
  },
  {
    name: "chat-flood-plain",
    what: "the same, beside plain Node that does the same [CHAT-2]",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.9 },
    ours: netlabd("chat", flood, room),
    others: [plainNode("chat", flood)],
  },
  {
    name: "chat-paced",
    what: "chat, 500 members, paced lines: p99 time to the last member",
    unit: "ms",
    better: "less",
    goal: { is: "ratio", limit: 1.2 },
    ours: netlabd("chat", paced, room),
    others: [plainNode("chat", paced)],
  },
];

export default questions;
