/** Ten thousand connections: what each costs, and whether it slows the next or its neighbours. */
import type { Load } from "../contestants.ts";
import { oneRole, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { residentBytes, runLoad, startBaseline, startLoad } from "../scene.ts";

const MANY = 10_000;
const FIRST = 2_000;
const FEW = 10;
const room = "max-connections: 13000";

interface MemoryServer {
  readonly name: string;
  start(): Promise<{ port: number; pid: number; stop(): Promise<void> }>;
}

/** Resident memory that connections in their steady state add, each, in KB: a new server a run, with so many that are there `before`. */
function memoryOf({ name, start }: MemoryServer, before: number): Contestant {
  const measure = async () => {
    const server = await start();
    const held = before > 0 ? [await holdOn(server.port, before)] : [];
    const bytes = residentBytes(server.pid);
    held.push(await holdOn(server.port, MANY));
    const added = residentBytes(server.pid) - bytes;
    for (const holding of held) {
      holding.end();
      await holding.answer;
    }
    await server.stop();
    return added / MANY / 1_024;
  };
  return { name, start: async () => ({ measure, stop: async () => undefined }) };
}

const ours: MemoryServer = {
  name: "netlabd",
  start: async () => {
    const server = await startNetlabd(oneRole("calculator", room));
    return { ...server, port: server.ports[0] ?? 0 };
  },
};
const plain: MemoryServer = { name: "plain Node", start: () => startBaseline("calculator") };

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
    what: "resident memory per connection, 10,000 held in their steady state, counted from none",
    unit: "KB",
    better: "less",
    goal: { is: "figure", limit: 6 },
    runs: 3,
    ours: memoryOf(ours, 0),
    others: [memoryOf(plain, 0)],
  },
  {
    // Without what is loaded and compiled as the first come, which is no connection's own.
    name: "many-memory-more",
    what: "the same, of 10,000 more beside 2,000 that are there (no goal: told)",
    unit: "KB",
    better: "less",
    runs: 3,
    ours: memoryOf(ours, FIRST),
    others: [memoryOf(plain, FIRST)],
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
