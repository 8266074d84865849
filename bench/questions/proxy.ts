/** A proxy between two programs, which records both sides, beside one that only pipes. */
import { figureOf, type Load } from "../contestants.ts";
import { oneRole, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { startBaseline } from "../scene.ts";

const SIZE = 2 ** 30;

interface Behind {
  /** Server of `baselines/` that is talked to. */
  readonly server: string;
  readonly args: readonly string[];
  readonly load: Load;
}

const bulk: Behind = {
  server: "source",
  args: [String(SIZE)],
  load: figureOf("drain", "megabytesPerSecond", { sizeBytes: SIZE }),
};
const requests: Behind = {
  server: "calculator",
  args: [],
  load: figureOf("requests", "perSecond", { clients: 20, ms: 2_000, hello: "ann#\n" }),
};

const ours = ({ server, args, load }: Behind): Contestant => ({
  name: "netlabd",
  start: async () => {
    const behind = await startBaseline(server, ...args);
    const proxy = await startNetlabd(oneRole("proxy", `to: 127.0.0.1:${behind.port}`, "as: calculator"));
    return {
      measure: () => load(proxy.ports[0] ?? 0, proxy.pid),
      stop: async () => {
        await proxy.stop();
        await behind.stop();
      },
    };
  },
});

const piped = ({ server, args, load }: Behind): Contestant => ({
  name: "plain Node, a.pipe(b).pipe(a)",
  start: async () => {
    const behind = await startBaseline(server, ...args);
    const pipe = await startBaseline("pipe", String(behind.port));
    return {
      measure: () => load(pipe.port, pipe.pid),
      stop: async () => {
        await pipe.stop();
        await behind.stop();
      },
    };
  },
});

const questions: Question[] = [
  {
    name: "proxy-bulk",
    what: "1 GiB through a proxy, one client",
    unit: "MB/s",
    better: "more",
    goal: { is: "ratio", limit: 0.8 },
    ours: ours(bulk),
    others: [piped(bulk)],
  },
  {
    name: "proxy-requests",
    what: "calculator through a proxy, 20 line clients, one request outstanding each",
    unit: "/s",
    better: "more",
    ours: ours(requests),
    others: [piped(requests)],
  },
];

export default questions;
