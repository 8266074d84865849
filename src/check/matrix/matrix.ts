/**
 * Matrix of all clients with all servers. The first column is the role of ours: what a client says and hears there is what it is to say
 * and hear with the others. Of a big class each server meets a few clients, drawn by a seed.
 */
import { createHash } from "node:crypto";
import { messageOf } from "../../errors.ts";
import { boxedJob } from "../box/boxed-job.ts";
import type { Rung } from "../box/rung.ts";
import type { Limits } from "../program.ts";
import { type Cell, cellOf, OURS, type PairRun, partnersOf } from "./pair.ts";
import type { ColumnJob, ColumnNews } from "./pairs-process.ts";

export interface MatrixRequest {
  readonly role: string;
  readonly commands: ColumnJob["commands"];
  readonly script: readonly string[];
  readonly limits: Limits;
  readonly rung: Rung;
  readonly jobs: number;
  readonly seed: number;
  /** Folders by the names that are shown: students' own words, which are no path and may be the name of ours. */
  readonly handIns: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly onColumn: (server: string) => void;
}

export interface Matrix {
  readonly clients: readonly string[];
  /** Ours first. */
  readonly servers: readonly string[];
  readonly cells: readonly Cell[];
}

/** So many clients meet every server; of more, each server meets some. */
const MOST_FOR_ALL = 30;
const PARTNERS = 5;
/** At most, on a machine that is busy; a build comes before the first. */
const PAIR_MS = 120_000;
const BUILD_MS = 60_000;

export async function matrixOf(request: MatrixRequest): Promise<Matrix> {
  const names = [...request.handIns.keys()];
  // In a box a hand-in is its number, whatever it is called.
  const hands = names.map((_, at) => String(at));
  const shown = (hand: string) => shownName(names[Number(hand)]);
  const expected = new Map((await columnOf(OURS, hands, 0, request)).map((run) => [run.client, run]));
  const cells = hands.map((client) => cellWith(client, OURS, expected.get(client), expected));
  const pick = (server: string, client: string) =>
    createHash("sha256")
      .update(`${request.seed}/${names[Number(server)]}/${names[Number(client)]}`)
      .digest()
      .readUInt32BE(0);
  const partners = partnersOf(hands, hands, { most: MOST_FOR_ALL, each: PARTNERS, pick });
  const queue = hands.values();
  const workers = Array.from({ length: Math.min(request.jobs, hands.length) }, async (_, slot) => {
    for (const server of queue) {
      if (request.signal.aborted) return;
      const clients = partners.get(server) ?? [];
      const runs = new Map((await columnOf(server, clients, slot, request)).map((run) => [run.client, run]));
      for (const client of clients) cells.push(cellWith(client, server, runs.get(client), expected));
      request.onColumn(shown(server));
    }
  });
  await Promise.all(workers);
  return {
    clients: hands.map(shown),
    servers: [OURS, ...hands.map(shown)],
    cells: cells.map((cell) => ({
      ...cell,
      client: shown(cell.client),
      server: cell.server === OURS ? OURS : shown(cell.server),
    })),
  };
}

/** Told apart from ours. */
const shownName = (name = "") => (name === OURS ? `${name} (hand-in)` : name);

function cellWith(
  client: string,
  server: string,
  run: PairRun | undefined,
  expected: ReadonlyMap<string, PairRun>,
): Cell {
  return run ? cellOf(run, expected.get(client)) : { client, server, verdict: "not judged", differs: null };
}

async function columnOf(
  server: string,
  clients: readonly string[],
  slot: number,
  { role, commands, script, limits, rung, handIns, signal, onColumn: _ }: MatrixRequest,
): Promise<PairRun[]> {
  const runs: PairRun[] = [];
  const job: ColumnJob = { role, server, clients, commands, script, limits };
  const folders = [...handIns.values()];
  const needed = [...new Set([server, ...clients])].filter((hand) => hand !== OURS);
  await boxedJob<ColumnNews>({
    rung,
    handIns: needed.map((hand) => ({ name: hand, folder: folders[Number(hand)] ?? "" })),
    commands: Object.values(commands).filter((command) => command !== undefined),
    tester: "check/matrix/pairs-process",
    job,
    diskBytes: (needed.length + 1) * limits.diskBytes,
    timeMs: (clients.length + 1) * (PAIR_MS + (commands.build === undefined ? 0 : BUILD_MS)),
    slot,
    signal,
    onNews: (news) => {
      if ("run" in news) runs.push(news.run);
    },
  }).catch((error: unknown) => messageOf(error));
  return runs;
}
