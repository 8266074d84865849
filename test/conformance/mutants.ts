/** Right peers and their mutants: each is one mistake, and fails exactly the cases that are about it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { programsHere } from "../../src/check/box/programs-here.ts";
import type { WholeCase } from "../../src/check/case.ts";
import { type Checkable, checkableOf } from "../../src/check/checkable.ts";
import type { Report, Side } from "../../src/check/report.ts";
import { runCheck } from "../../src/check/run-check.ts";

const rightPeers = path.join(import.meta.dirname, "right");

export interface Mutant {
  readonly name: string;
  /** Right peer that it is made of: `chat-server`. */
  readonly of: string;
  /** File of the peer in which the mistake is made, where that is one which peers share. */
  readonly in?: string;
  readonly find: string;
  readonly replace: string;
  /** Cases that it fails, and no other; `*`: it fails so much that only some case has to fail. */
  readonly kills: readonly string[] | "*";
  /** Why a MUST that it fails is failed by no mutant alone. */
  readonly why?: string;
}

export const mutants = readdirSync(path.join(import.meta.dirname, "mutants"))
  .filter((name) => name.endsWith(".yaml"))
  .flatMap(
    (name) => parse(readFileSync(path.join(import.meta.dirname, "mutants", name), "utf8")) as Mutant[],
  );

/** `chat-server`, of every role and side. */
export const peers = readdirSync(rightPeers)
  .filter((name) => /-(?:server|client)\.py$/.test(name))
  .map((name) => name.slice(0, -".py".length));

export const partsOf = (peer: string): { role: string; side: Side } => {
  const at = peer.lastIndexOf("-");
  return { role: peer.slice(0, at), side: peer.slice(at + 1) as Side };
};

/** What each program is told beside where it listens, or connects. */
const WORDS: Readonly<Record<string, string>> = {
  "address-book-server": "{book}",
  "bootstrap-server": "{store}",
  "echo-server": "{root}",
  "file-server-server": "{service} {token} {root} {bootstrap}",
  "file-server-client": "{service} {file}",
  "clock-client": "2",
};

export const fileOf = ({ of, in: shared }: Pick<Mutant, "of" | "in">) => `${shared ?? of}.py`;
export const textOf = (mutant: Pick<Mutant, "of" | "in">) =>
  readFileSync(path.join(rightPeers, fileOf(mutant)), "utf8");

const found = new Map<string, Promise<Checkable>>();

function subjectOf(role: string): Promise<Checkable> {
  const known = found.get(role) ?? checkableOf(role);
  found.set(role, known);
  return known;
}

export interface Mistake {
  /** Of test/peers/mistakes. */
  readonly program: string;
  readonly role: string;
  readonly fails: string;
  readonly set?: Readonly<Record<string, string>>;
}

export const mistakes = parse(
  readFileSync(path.join(import.meta.dirname, "mistakes.yaml"), "utf8"),
) as Mistake[];

/** Checks a mistake program with the one case that is about its mistake. */
export async function triedMistake({ program, role, fails, set }: Mistake): Promise<Report> {
  const folder = path.join(import.meta.dirname, "../peers/mistakes");
  const programs = programsHere(folder);
  const run = `PYTHONPATH=${folder} python3 -B ${program}.py {port}`;
  try {
    return await runCheck(
      { side: "server", role, run, cases: [fails], seed: 1, repeat: 1, set },
      { subject: await subjectOf(role), programs, signal: new AbortController().signal },
    );
  } finally {
    await programs.close();
  }
}

/** Cases of a peer's role and side, in their order. */
export async function casesFor(peer: string): Promise<readonly WholeCase[]> {
  const { role, side } = partsOf(peer);
  return (await subjectOf(role)).cases.filter((one) => one.side === side);
}

export interface Trial {
  readonly peer: string;
  readonly mutant?: Mutant;
  readonly seed: number;
  /** Globs of ids; none: all. */
  readonly cases?: readonly string[];
}

/** Checks a right peer, or a mutant of it, in a folder of its own. */
/** Cases of a role's own: the families are the same for all roles, and are proved with the calculator. */
export async function ownIds(peer: string): Promise<readonly string[]> {
  const { role, side } = partsOf(peer);
  const { checks } = await subjectOf(role);
  return (checks?.cases ?? []).filter((one) => one.side === side).map(({ id }) => id);
}

export async function tried({ peer, mutant, seed, cases = [] }: Trial): Promise<Report> {
  const { role, side } = partsOf(peer);
  const folder = mkdtempSync(path.join(os.tmpdir(), "netlabd-mutant-"));
  cpSync(rightPeers, folder, { recursive: true });
  if (mutant) writeFileSync(path.join(folder, fileOf(mutant)), mutated(mutant));
  const programs = programsHere(folder);
  const told = side === "server" ? "{port}" : "{host} {port}";
  const run = `python3 -B ${path.join(folder, peer)}.py ${told} ${WORDS[peer] ?? ""}`.trim();
  try {
    return await runCheck(
      { side, role, run, cases, seed, repeat: 1 },
      { subject: await subjectOf(role), programs, signal: new AbortController().signal },
    );
  } finally {
    await programs.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function mutated(mutant: Mutant): string {
  const { find, replace, name } = mutant;
  const [before = "", after, ...more] = textOf(mutant).split(find);
  if (after === undefined || more.length > 0)
    throw new Error(`${name}: its text stands ${more.length + (after ? 1 : 0)} times`);
  return before + replace + after;
}

/** Ids that failed, and such as our checker could not judge. */
export const failedOf = ({ results, ended }: Report): readonly string[] => [
  ...results.filter(({ status }) => status === "failed" || status === "error").map(({ id }) => id),
  ...(ended ? [`ended: ${ended.message}`] : []),
];
