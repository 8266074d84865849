/** Trials of right peers, of their mutants, and of the corpus of mistakes: each is checked as a hand-in is. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { boxedCheck } from "../../src/check/box/boxed-check.ts";
import { DEFAULT_LIMITS } from "../../src/check/box/limits.ts";
import { programsHere } from "../../src/check/box/programs-here.ts";
import { chooseRung, type Rung } from "../../src/check/box/rung.ts";
import type { Report } from "../../src/check/report.ts";
import { runCheck } from "../../src/check/run-check.ts";
import { fileOf, known, type Mutant, mutated, partsOf, subjectOf } from "./mutants.ts";
import { rightPeers } from "./right-peers.ts";

/** `npm run mutants` builds first: a tester of ours starts for each of six hundred trials, as built with a third of the work. */
const isBuilt = process.env.MUTANTS === "all";
/** Python without the modules of the machine's `site`, which are most of a start: each of these programs is started twenty times. */
const PYTHON = "python3 -B -S";

/** A mutant that fails everything takes so long on a machine that has other things to do. */
const LONGEST_MS = 240_000;

/** Words that each program is told beside where it listens, or connects. */
const WORDS: Readonly<Record<string, string>> = {
  "address-book-server": "{book}",
  "bootstrap-server": "{store}",
  "echo-server": "{root}",
  "file-server-server": "{service} {token} {root} {bootstrap}",
  "file-server-client": "{service} {file}",
  "clock-client": "2",
};

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
  const run = `PYTHONPATH=${folder} ${PYTHON} ${program}.py {port}`;
  try {
    return await runCheck(
      { side: "server", role, run, cases: [fails], seed: 1, repeat: 1, set },
      { subject: await subjectOf(role), programs, signal: new AbortController().signal },
    );
  } finally {
    await programs.close();
  }
}

export interface Trial {
  readonly peer: string;
  readonly mutant?: Mutant;
  readonly seed: number;
  /** Globs of ids; none: all. */
  readonly cases?: readonly string[];
}

/** Servers whose own mutants are tried with the families, too: those are the same for all roles, and clients have few cases. */
const WITH_FAMILIES = new Set(["calculator-server", "chat-server"]);

/** Cases of a role's own. */
async function ownIds(peer: string): Promise<readonly string[]> {
  const { role, side } = partsOf(peer);
  const { checks } = await subjectOf(role);
  return (checks?.cases ?? []).filter((one) => one.side === side).map(({ id }) => id);
}

/** Cases that a mutant is tried with: of the others none is expected to fail. */
export async function casesToTry({ of, isShared, kills }: Mutant): Promise<readonly string[]> {
  const all = known.get(of) ?? [];
  if (partsOf(of).side === "client" || (WITH_FAMILIES.has(of) && !isShared)) return all;
  const own = new Set(await ownIds(of));
  if (!isShared) return all.filter((id) => own.has(id) || kills.includes(id));
  // A mistake in what all share breaks cases of a role's own, too, each in its way.
  return all.filter((id) => !own.has(id) || kills.includes(id));
}

let rung: Promise<Rung> | undefined;
/** Numbers of boxes that run: other tests begin at 0. */
const slots = new Set<number>();
const FIRST_SLOT = 40;

function takeSlot(): number {
  let slot = FIRST_SLOT;
  while (slots.has(slot)) slot += 1;
  slots.add(slot);
  return slot;
}

/**
 * Checks a right peer, or a mutant of it, in a folder and a box of its own: two at a time do not see one another, a look at the
 * program's processes is not one at all of the machine's, and nothing stays when a run is killed.
 */
export async function tried({ peer, mutant, seed, cases = [] }: Trial): Promise<Report> {
  const { role, side } = partsOf(peer);
  const folder = mkdtempSync(path.join(os.tmpdir(), "netlabd-mutant-"));
  cpSync(rightPeers, folder, { recursive: true });
  if (mutant) writeFileSync(path.join(folder, fileOf(mutant)), mutated(mutant));
  const told = side === "server" ? "{port}" : "{host} {port}";
  const run = `exec ${PYTHON} ${peer}.py ${told} ${WORDS[peer] ?? ""}`.trim();
  rung ??= chooseRung({ wanted: "auto", isUnsafe: true });
  const slot = takeSlot();
  try {
    const answer = await boxedCheck({
      rung: await rung,
      folder,
      build: undefined,
      request: { side, role, run, cases, seed, repeat: 1 },
      limits: { ...DEFAULT_LIMITS, timeMs: LONGEST_MS },
      slot,
      isBuilt,
      signal: new AbortController().signal,
    });
    if ("fault" in answer) throw new Error(answer.fault);
    return answer.report;
  } finally {
    slots.delete(slot);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ids that failed, and such as our checker could not judge. */
export const failedOf = ({ results, ended }: Report): readonly string[] => [
  ...results.filter(({ status }) => status === "failed" || status === "error").map(({ id }) => id),
  ...(ended ? [`ended: ${ended.message}`] : []),
];
