/** A user's role, which plays in a process of its own, beside the very same in the daemon's thread. */
import path from "node:path";
import { type Load, netlabd } from "../contestants.ts";
import type { Question } from "../question.ts";
import { benchFolder, runLoad } from "../scene.ts";

const role = path.join(benchFolder, "roles", "calculator-apart.ts");

/** Mean time of a request, in microseconds. */
const asking =
  (clients: number): Load =>
  async (port) => {
    const options = { port, clients, ms: 2_000, hello: "ann#\n" };
    const { perSecond } = await runLoad<{ perSecond: number }>("requests", options);
    return (clients * 1e6) / perSecond;
  };

const beside = (name: string, what: string, clients: number): Question => ({
  name,
  what,
  unit: "µs",
  better: "less",
  goal: { is: "ratio", limit: 1.3 },
  ours: netlabd(role, asking(clients), [], "apart"),
  others: [netlabd("calculator", asking(clients), [], "the same role in the thread")],
});

const questions: Question[] = [
  beside(
    "apart-many",
    "a user's role apart, 100 line clients, one request outstanding each: time of a request",
    100,
  ),
  beside("apart-one", "the same, one client", 1),
];

export default questions;
