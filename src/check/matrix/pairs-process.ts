/**
 * The tester of a column of the matrix: one server, and its clients one after another, each pair with a relay of ours between them. Every
 * program has an inner box of its own, in which it sees its own hand-in alone.
 */
import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import { codeFile } from "../../places.ts";
import type { JobPlaces } from "../box/boxed-job.ts";
import { enterBox } from "../box/inner-box.ts";
import { StartedPrograms } from "../box/started-programs.ts";
import { patience } from "../patience.ts";
import type { Limits, Program } from "../program.ts";
import { OURS, type PairRun } from "./pair.ts";
import { RecordingRelay } from "./recording-relay.ts";

export interface ColumnJob {
  readonly role: string;
  /** `netlabd`, or the number of a hand-in, as all its clients are. */
  readonly server: string;
  readonly clients: readonly string[];
  readonly commands: { readonly server: string; readonly client: string; readonly build: string | undefined };
  readonly script: readonly string[];
  readonly limits: Limits;
}

export type ColumnNews = { readonly run: PairRun } | { readonly fault: string };

const LISTEN_MS = 8_000;
const LOOK_MS = 10;
/** A client that does not come to wait for its keyboard is typed to all the same. */
const TURN_MS = 1_000;
const START_MS = 15_000;
const STILL_MS = 25;
/** So long a client and its server may both wait for each other, and nothing more is to come. */
const HANG_MS = 1_000;
const CLIENT_MS = 6_000;

async function tell(news: ColumnNews): Promise<void> {
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(news)}\n`, resolve));
}

type Job = ColumnJob & JobPlaces;

async function play(job: Job): Promise<void> {
  for (const client of job.clients) await tell({ run: await pairRun(client, job) });
}

async function pairRun(client: string, job: Job): Promise<PairRun> {
  const nothing = {
    client,
    server: job.server,
    frames: [],
    clientExit: undefined,
    hasServerDied: false,
    connections: 0,
  };
  const servers = job.server === OURS ? ourPrograms(job) : await programsOf(job.server, "server", job);
  const clients = await programsOf(client, "client", job);
  let relay: RecordingRelay | undefined;
  try {
    const port = await servers.freePort();
    const command = job.server === OURS ? await ourCommand(job.role, port) : job.commands.server;
    const server = await servers.start({ command, host: "127.0.0.1", port, onTerminal: false });
    const listening = await untilListening(server);
    if (listening === undefined) return { ...nothing, isStarted: false };
    relay = await RecordingRelay.open(listening);
    const request = { command: job.commands.client, host: "127.0.0.1", port: relay.port, onTerminal: true };
    const program = await clients.start(request);
    const pair = { client: program, server, relay };
    await typeScript(pair, job.script);
    await untilStill(pair, { forMs: HANG_MS, withinMs: CLIENT_MS * patience() });
    const { exit } = program;
    return {
      ...nothing,
      isStarted: true,
      frames: relay.frames,
      clientExit: exit ? (exit.code ?? 128) : undefined,
      // A server that ends in order behind its only client has done its work.
      hasServerDied: server.exit !== undefined && server.exit.code !== 0,
      connections: relay.connections,
    };
  } finally {
    relay?.close();
    await Promise.all([servers.close(), clients.close()]);
  }
}

/**
 * Line after line, each when both programs wait for others and nothing is under way between them: typed sooner, a server would read two
 * messages at once, by no fault of either.
 */
async function typeScript(pair: Pair, script: readonly string[]): Promise<void> {
  for (const [nth, line] of [...script, undefined].entries()) {
    // A client that starts is waited for: two lines that wait for it would be sent as one.
    await untilStill(pair, { forMs: STILL_MS, withinMs: nth === 0 ? START_MS : TURN_MS * patience() });
    if (line === undefined) pair.client.endInput();
    else pair.client.type(`${line}\n`);
  }
}

interface Pair {
  readonly client: Program;
  readonly server: Program;
  readonly relay: RecordingRelay;
}

/** Until the client has ended, or both only wait for each other and have done so for a while; at the latest after `withinMs`. */
async function untilStill(
  { client, server, relay }: Pair,
  { forMs, withinMs }: { readonly forMs: number; readonly withinMs: number },
): Promise<void> {
  const until = performance.now() + withinMs;
  let stillSince = performance.now();
  while (client.exit === undefined && performance.now() < until) {
    const before = relay.passedBytes;
    await sleep(LOOK_MS);
    const isStill = (await client.isWaiting()) && (await server.isWaiting()) && relay.passedBytes === before;
    if (!isStill) stillSince = performance.now();
    else if (performance.now() - stillSince >= forMs) return;
  }
}

async function untilListening(server: Program): Promise<number | undefined> {
  const until = performance.now() + LISTEN_MS;
  while (performance.now() < until) {
    const rows = await server.listening("tcp");
    const row = rows.find(({ family, address }) => family === 4 || address === "::");
    if (row) return row.port;
    if (server.exit) return undefined;
    await sleep(LOOK_MS);
  }
  return undefined;
}

const built = new Map<string, string>();

/** Programs of a hand-in, in a copy that each of its sides has for itself; built once. */
async function programsOf(name: string, side: "server" | "client", job: Job): Promise<StartedPrograms> {
  const { given, work, commands } = job;
  const folder = path.join(work, side, name);
  const programs = placed(folder, job);
  if (!built.has(folder)) {
    await mkdir(path.dirname(folder), { recursive: true });
    await cp(path.join(given, name), folder, { recursive: true, verbatimSymlinks: true });
    built.set(folder, name);
    if (commands.build !== undefined) await programs.build(commands.build);
  }
  return programs;
}

function placed(folder: string, { box, limits }: Job): StartedPrograms {
  const isBoxed = box.kind !== "limits";
  return new StartedPrograms({
    box,
    folder: box.kind === "bwrap" ? process.cwd() : folder,
    env: process.env,
    limits,
    enter: enterBox(box, limits, folder),
    hasOwnNetwork: isBoxed,
    hasOwnPids: isBoxed,
    hasOwnUser: isBoxed,
  });
}

/** A daemon of ours that plays the role, beside the tester. */
function ourPrograms({ box, limits }: Job): StartedPrograms {
  return new StartedPrograms({
    box,
    folder: tmpdir(),
    env: process.env,
    limits: { ...limits, processes: 1024, memoryBytes: 4 * limits.memoryBytes },
    enter: [],
    hasOwnNetwork: box.kind !== "limits",
    hasOwnPids: false,
    hasOwnUser: false,
  });
}

async function ourCommand(role: string, port: number): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "ours-"));
  await writeFile(path.join(folder, "lab.yaml"), `roles:\n  - { role: ${role}, port: ${port} }\n`);
  return `exec '${process.execPath}' '${codeFile("netlabd")}' --lab ${folder}/lab.yaml --data ${folder}/data --socket ${folder}/socket --no-repl`;
}

const input = createInterface({ input: process.stdin });
input.once("line", (line) => {
  play(JSON.parse(line) as Job)
    .catch((error: unknown) => tell({ fault: messageOf(error) }))
    .finally(() => process.exit());
});
input.once("close", () => process.exit(1));
