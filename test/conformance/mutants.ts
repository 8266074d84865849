/** Right peers and their mutants: each is one mistake, and fails exactly the cases that are about it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { type RoleTable, scanRoles } from "../../src/catalogue/role-folder.ts";
import { programsHere } from "../../src/check/box/programs-here.ts";
import { checksOf } from "../../src/check/case-folder.ts";
import type { Report, Side } from "../../src/check/report.ts";
import { casesOf, runCheck } from "../../src/check/run-check.ts";

const checkout = path.join(import.meta.dirname, "../..");
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

let roles: Promise<RoleTable> | undefined;
const rolesOf = () => {
  roles ??= scanRoles(path.join(checkout, "src/machines"));
  return roles;
};

export async function idsOf(peer: string): Promise<readonly string[]> {
  const { role, side } = partsOf(peer);
  return (await casesFor(role, side, [])).map(({ id }) => id);
}

export async function casesFor(role: string, side: Side, globs: readonly string[]) {
  const checks = await checksFor(role);
  return checks === undefined ? [] : casesOf({ side, role, cases: globs, seed: 1, repeat: 1 }, checks);
}

async function checksFor(role: string) {
  return checksOf(role, path.join(checkout, "src/check/cases"));
}

export interface Trial {
  readonly peer: string;
  readonly mutant?: Mutant;
  readonly seed: number;
  /** Globs of ids; none: all. */
  readonly cases?: readonly string[];
}

/** Checks a right peer, or a mutant of it, in a folder of its own. */
export async function tried({ peer, mutant, seed, cases = [] }: Trial): Promise<Report> {
  const { role, side } = partsOf(peer);
  const checks = await checksFor(role);
  if (!checks) throw new Error(`no cases of ${role}`);
  const folder = mkdtempSync(path.join(os.tmpdir(), "netlabd-mutant-"));
  cpSync(rightPeers, folder, { recursive: true });
  if (mutant) writeFileSync(path.join(folder, fileOf(mutant)), mutated(mutant));
  const programs = programsHere(folder);
  const told = side === "server" ? "{port}" : "{host} {port}";
  const run = `python3 -B ${path.join(folder, peer)}.py ${told} ${WORDS[peer] ?? ""}`.trim();
  try {
    return await runCheck(
      { side, role, run, cases, seed, repeat: 1 },
      { roles: await rolesOf(), checks, programs, signal: new AbortController().signal },
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
