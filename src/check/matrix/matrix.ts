/**
 * Matrix of all clients with all servers. The first column is the role of ours: what a client says and hears there is what it is to say
 * and hear with the others. Of a big class each server meets its own client and a few that a seed chooses.
 */
import { createHash } from "node:crypto";
import type { Rung } from "../box/rung.ts";
import type { Limits } from "../program.ts";
import type { KnownRuns } from "./known-runs.ts";
import { type Cell, cellOf, OURS, type PairRun, partnersOf } from "./pair.ts";
import { playLane } from "./pair-lane.ts";
import type { PairsJob } from "./pairs-process.ts";
import { Prospects } from "./prospects.ts";

export interface MatrixRequest {
  readonly role: string;
  readonly commands: PairsJob["commands"];
  readonly script: readonly string[];
  readonly limits: Limits;
  readonly rung: Rung;
  readonly jobs: number;
  readonly seed: number;
  /** Folders by the names that are shown: students' own words, which are no path and may be the name of ours. */
  readonly handIns: ReadonlyMap<string, string>;
  /** Of an earlier matrix, and for a later one. */
  readonly known: KnownRuns;
  readonly signal: AbortSignal;
  readonly onCell: (cell: Cell, progress: MatrixProgress) => void;
}

export interface MatrixProgress {
  readonly cells: number;
  readonly of: number;
}

export interface Matrix {
  readonly clients: readonly string[];
  /** Ours first. */
  readonly servers: readonly string[];
  readonly cells: readonly Cell[];
}

/** So many clients meet every server; of more, each server meets its own client and so many others. */
const MOST_FOR_ALL = 30;
const PARTNERS = 5;

interface Pairing {
  readonly client: string;
  readonly server: string;
}

export async function matrixOf(request: MatrixRequest): Promise<Matrix> {
  const names = [...request.handIns.keys()];
  // In a box a hand-in is its number, whatever it is called.
  const hands = names.map((_, at) => String(at));
  const place = (hand: string) =>
    createHash("sha256")
      .update(`${request.seed}/${names[Number(hand)]}`)
      .digest("hex");
  const partners = partnersOf(hands, { most: MOST_FOR_ALL, each: PARTNERS, place });
  const withOurs = hands.map((client): Pairing => ({ client, server: OURS }));
  const withOthers = [...partners].flatMap(([server, clients]) =>
    clients.map((client): Pairing => ({ client, server })),
  );
  const expected = new Map<string, PairRun>();
  const shown = (hand: string) => (hand === OURS ? OURS : shownName(names[Number(hand)]));
  const cells: Cell[] = [];
  const add = ({ client, server }: Pairing, run: PairRun | undefined) => {
    if (server === OURS && run) expected.set(client, run);
    const cell = run
      ? cellOf(run, expected.get(client))
      : { client, server, verdict: "not judged" as const, differs: null };
    cells.push({ ...cell, client: shown(client), server: shown(server) });
    const made = cells.at(-1);
    if (made && !request.signal.aborted)
      request.onCell(made, { cells: cells.length, of: withOurs.length + withOthers.length });
  };
  const prospects = new Prospects();
  // All of ours first: with them the others are compared.
  for (const pairs of [withOurs, withOthers]) await playAll(pairs, request, prospects, add);
  const servers = [OURS, ...hands.map(shown)];
  return { clients: hands.map(shown), servers, cells: inOrder(cells, servers) };
}

/** Row by row, whichever was played first. */
function inOrder(cells: readonly Cell[], servers: readonly string[]): Cell[] {
  const place = new Map(servers.map((server, nth) => [server, nth]));
  const placeOf = ({ client, server }: Cell) =>
    servers.length * (place.get(client) ?? 0) + (place.get(server) ?? 0);
  return cells.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Told apart from ours. */
const shownName = (name = "") => (name === OURS ? `${name} (hand-in)` : name);

async function playAll(
  pairs: readonly Pairing[],
  request: MatrixRequest,
  prospects: Prospects,
  add: (pair: Pairing, run: PairRun | undefined) => void,
): Promise<void> {
  const { role, commands, script, limits, rung, jobs, handIns, known, signal } = request;
  const told = new Set<Pairing>();
  const tell = (pair: Pairing, run: PairRun | undefined) => {
    told.add(pair);
    if (run) prospects.learn(run);
    add(pair, run);
  };
  const queue = pairs.values();
  const next = () => {
    for (const pair of queue) {
      const run = known.get(pair) ?? prospects.foreseen(pair);
      if (!run) return { ...pair, isHasty: prospects.isHasty(pair) };
      tell(pair, run);
    }
    return undefined;
  };
  const asked = new Map(pairs.map((pair) => [keyOf(pair), pair]));
  const job: PairsJob = { role, commands, script, limits };
  const lane = { job, rung, folders: [...handIns.values()], signal };
  const lanes = Array.from({ length: Math.min(jobs, pairs.length) }, (_, slot) =>
    playLane(lane, slot, next, (pair, run) => {
      if (run) known.add(pair, run);
      tell(asked.get(keyOf(pair)) ?? pair, run);
    }),
  );
  await Promise.all(lanes);
  for (const pair of pairs) if (!told.has(pair)) add(pair, undefined);
}

const keyOf = ({ client, server }: Pairing) => `${client} ${server}`;
