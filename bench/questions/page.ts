/** The page: what it costs the daemon to show a class that is busy, and what it costs the class. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type LabServer, played, startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { newFolder, runLoad, startLoad } from "../scene.ts";

const STUDENTS = 200;
/** Two classes are there at once, one with pages and one without. */
let nextPort = 24_000;
const PAGES = 20;
/** A student's state moves ten times a second. */
const EVERY_MS = 100;
const MEASURED_MS = 6_000;
/** Kernel ticks a second, on every Linux that there is. */
const TICKS = 100;

interface ClassPlaces {
  readonly socket: string;
  readonly students: readonly number[];
  readonly calculator: number;
}

/** A class of knock-knock, and beside it a calculator for one client. */
async function startClass(): Promise<Omit<LabServer, "ports"> & ClassPlaces> {
  const folder = newFolder();
  const [first, last] = [nextPort, nextPort + 999];
  nextPort += 1_000;
  const roster = path.join(folder.path, "roster.csv");
  writeFileSync(
    roster,
    ["id", ...Array.from({ length: STUDENTS }, (_, index) => `s${index + 1}`), ""].join("\n"),
  );
  const server = await startNetlabd(
    [
      `roster: ${roster}`,
      "class:",
      `  ports: ${first}-${last}`,
      "each:",
      "  - role: knock-knock",
      "    host: 127.0.0.1",
      "roles:",
      "  - role: calculator",
      "    host: 127.0.0.1",
      "    port: 0",
      "",
    ].join("\n"),
  );
  const isStudents = (port: number) => port >= first && port <= last;
  return {
    ...server,
    students: server.ports.filter(isStudents),
    calculator: server.ports.find((port) => !isStudents(port)) ?? 0,
    socket: path.join(server.dataFolder, "..", "s"),
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

function linkOf(socket: string): string {
  const program = path.join(played, "dist", "netlabctl.js");
  const words = [program, "--socket", socket, "web", "--port", "0", "--observer"];
  return execFileSync(process.execPath, words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

/** Milliseconds of processor that a process has had. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function spent(pid: number): Promise<number> {
  const before = processorMs(pid);
  const begun = performance.now();
  await wait(MEASURED_MS);
  return ((processorMs(pid) - before) * 1_000) / (performance.now() - begun);
}

/** Opens the pages, does something, and closes them. */
async function besidePages<Answer>(socket: string, act: () => Promise<Answer>): Promise<Answer> {
  const pages = startLoad("pages", { link: linkOf(socket), pages: PAGES });
  await pages.ready;
  const found = await act();
  pages.end();
  await pages.answer;
  return found;
}

const cost: Contestant = {
  name: "netlabd",
  start: async () => {
    const server = await startClass();
    return {
      /** Both halves beside the same class: the difference is the page's. */
      measure: async () => {
        const jokes = startLoad("jokes", { ports: server.students, everyMs: EVERY_MS });
        await jokes.ready;
        const without = await spent(server.pid);
        const beside = await besidePages(server.socket, () => spent(server.pid));
        jokes.end();
        await jokes.answer.catch(() => undefined);
        return Math.max(0, beside - without);
      },
      stop: server.stop,
    };
  },
};

const asking = (name: string, isWatched: boolean): Contestant => ({
  name,
  start: async () => {
    const server = await startClass();
    const ask = async () => {
      const load = { port: server.calculator, ms: 4_000, everyMs: 5, hello: "ann\n" };
      return (await runLoad<{ p99Ms: number }>("beside", load)).p99Ms;
    };
    return {
      measure: async () => {
        const jokes = startLoad("jokes", { ports: server.students, everyMs: EVERY_MS });
        await jokes.ready;
        const p99Ms = isWatched ? await besidePages(server.socket, ask) : await ask();
        jokes.end();
        await jokes.answer.catch(() => undefined);
        return p99Ms;
      },
      stop: server.stop,
    };
  },
});

const questions: Question[] = [
  {
    name: "page-cost",
    what: "processor a second for 20 open walls, beside 200 students whose states move ten times a second",
    unit: "ms",
    better: "less",
    goal: { is: "figure", limit: 50 },
    runs: 3,
    ours: cost,
    others: [],
  },
  {
    name: "page-fairness",
    what: "a client's p99 beside the same class, with 20 open walls and without",
    unit: "ms",
    better: "less",
    goal: { is: "ratio", limit: 1.25 },
    runs: 3,
    ours: asking("netlabd", true),
    others: [asking("without a page", false)],
  },
];

export default questions;
