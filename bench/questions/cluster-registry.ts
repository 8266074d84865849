/** Registry of two daemons on NATS: how long a registration at one takes until the other hands it out. */
import { startNodes } from "../nats.ts";
import { oneRole } from "../netlabd.ts";
import type { Contestant, Question, Running } from "../question.ts";
import { runLoad } from "../scene.ts";

/** `asked`: which of the two daemons; `heard`: the one that is asked for it. */
const registering = (name: string, [asked, heard]: readonly [number, number]): Contestant => ({
  name,
  needs: "nats-server",
  start: async (): Promise<Running> => {
    const { ports, stop } = await startNodes(oneRole("bootstrap"), 2);
    const given = { to: ports[asked], at: ports[heard], count: 500 };
    return { measure: async () => (await runLoad<{ p50: number }>("told", given)).p50, stop };
  },
});

const questions: Question[] = [
  {
    name: "cluster-registry",
    what: "REGISTRN at one of two daemons on NATS until DISCOVERY of the other shows it, p50 of 500",
    unit: "ms",
    better: "less",
    goal: { is: "figure", limit: 1 },
    ours: registering("at the other", [0, 1]),
    others: [],
    floors: [registering("at the same", [0, 0])],
  },
];

export default questions;
