/**
 * The tester of pairs of a matrix: it hears its job in the first line of standard input and a pair in each that follows, and tells of each
 * what came of it. Every program has an inner box of its own, in which it sees its own hand-in alone.
 */
import { createInterface } from "node:readline";
import { messageOf } from "../../errors.ts";
import type { JobPlaces } from "../box/boxed-job.ts";
import type { Limits } from "../program.ts";
import { HandInCopies } from "./hand-in-copies.ts";
import { OURS, type PairRun } from "./pair.ts";
import { ownServer, type PairServer, startedServer } from "./pair-server.ts";
import { playPair } from "./play-pair.ts";

export interface PairsJob {
  readonly role: string;
  readonly commands: { readonly server: string; readonly client: string; readonly build: string | undefined };
  readonly script: readonly string[];
  readonly limits: Limits;
}

/** Hand-ins by their numbers; a server may be ours. */
export interface AskedPair {
  readonly client: string;
  readonly server: string;
  /** Little time is given: of the two, one ran out of all that there is before. */
  readonly isHasty: boolean;
}

export type PairNews = { readonly run: PairRun } | { readonly fault: string };

async function tell(news: PairNews): Promise<void> {
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(news)}\n`, resolve));
}

async function pairRun(pair: AskedPair, job: PairsJob, copies: HandInCopies): Promise<PairRun> {
  const { client, server: name, isHasty } = pair;
  let server: PairServer | undefined;
  try {
    server = await serverOf(name, job, copies);
    if (!server) return { ...NOT_STARTED, client, server: name };
    const clients = await copies.of(client, "client");
    const { script, commands } = job;
    const came = await playPair({ server, clients, command: commands.client, script, isHasty });
    return { client, server: name, isStarted: true, ...came };
  } finally {
    await server?.close();
  }
}

const NOT_STARTED = {
  isStarted: false,
  frames: [],
  clientExit: undefined,
  isLate: false,
  hasServerDied: false,
  connections: 0,
};

async function serverOf(name: string, { role, commands }: PairsJob, copies: HandInCopies) {
  if (name === OURS) return ownServer(role);
  return startedServer(await copies.of(name, "server"), commands.server);
}

const input = createInterface({ input: process.stdin });
input.once("close", () => process.exit(1));
const lines = input[Symbol.asyncIterator]();
const first = await lines.next();
const job = JSON.parse(String(first.value)) as PairsJob & JobPlaces;
const copies = new HandInCopies({ ...job, build: job.commands.build });
for await (const line of lines) {
  const news = await pairRun(JSON.parse(line) as AskedPair, job, copies).then(
    (run) => ({ run }),
    (error: unknown) => ({ fault: messageOf(error) }),
  );
  await tell(news);
}
