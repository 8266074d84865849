/** Ten thousand connections: what each costs, and whether it slows the next or its neighbours. */
import type { Load } from "../contestants.ts";
import { oneRole, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { residentBytes, runLoad, startBaseline, startLoad } from "../scene.ts";

const MANY = 10_000;
const FIRST = 2_000;
const FEW = 10;
const room = "max-connections: 13000";

/** Resident memory that connections in their steady state add, each, in KB: a new server a run. */
function memoryOf(
  name: string,
  start: () => Promise<{ port: number; pid: number; stop(): Promise<void> }>,
): Contestant {
  const measure = async () => {
    const server = await start();
    // Some first, which stay: what is loaded and compiled while they come is no connection's cost.
    const held = await holdOn(server.port, FIRST);
    const before = residentBytes(server.pid);
    const more = await holdOn(server.port, MANY);
    const after = residentBytes(server.pid);
    for (const holding of [held, more]) {
      holding.end();
      await holding.answer;
    }
    await server.stop();
    return (after - before) / MANY / 1_024;
  };
  return { name, start: async () => ({ measure, stop: async () => undefined }) };
}

async function holdOn(port: number, count: number) {
  const holding = startLoad("hold", { port, count, hello: "ann#\n" });
  await holding.ready;
  return holding;
}

/** A server with so many connections that say nothing, and a load beside them. */
function besideIdle(role: string, count: number, hello: string, load: Load): Contestant {
  return {
    name: `with ${count.toLocaleString("en")}`,
    start: async () => {
      const server = await startNetlabd(oneRole(role, room));
      const port = server.ports[0] ?? 0;
      const holding = startLoad("hold", { port, count, hello });
      await holding.ready;
      return {
        measure: () => load(port, server.pid),
        stop: async () => {
          holding.end();
          await holding.answer;
          await server.stop();
        },
      };
    },
  };
}

const greeting: Load = async (port) =>
  (await runLoad<{ medianMs: number }>("greetings", { port, count: 300 })).medianMs;
const requesting: Load = async (port) =>
  (await runLoad<{ medianMs: number }>("requests", { port, clients: 1, ms: 1_000, hello: "ann#\n" }))
    .medianMs;

const questions: Question[] = [
  {
    name: "many-memory",
    what: "resident memory per connection, 10,000 held in their steady state beside 2,000",
    unit: "KB",
    better: "less",
    goal: { is: "figure", limit: 6 },
    ours: memoryOf("netlabd", async () => {
      const server = await startNetlabd(oneRole("calculator", room));
      return { ...server, port: server.ports[0] ?? 0 };
    }),
    others: [memoryOf("plain Node", () => startBaseline("calculator"))],
  },
  {
    name: "many-greeting",
    what: "time to accept and greet with 10,000 held, against with 100",
    unit: "ms",
    better: "less",
    goal: { is: "ratio", limit: 1.2 },
    ours: besideIdle("chat", MANY, "", greeting),
    others: [besideIdle("chat", 100, "", greeting)],
  },
  {
    name: "many-request",
    what: "request time with 10,000 idle connections, against with 10",
    unit: "ms",
    better: "less",
    goal: { is: "ratio", limit: 1.2 },
    ours: besideIdle("calculator", MANY, "ann#\n", requesting),
    others: [besideIdle("calculator", FEW, "ann#\n", requesting)],
  },
];

export default questions;
