/**
 * A check from its request to its report: which cases, in which order, each with a program that is fresh, and what came of it. It knows
 * neither terminal nor file: who asks writes the report.
 */
import os from "node:os";
import { version } from "../config.ts";
import { NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { ruleInShort } from "../wire-rules.ts";
import type { WholeCase } from "./case.ts";
import { Chance } from "./chance.ts";
import type { Checkable } from "./checkable.ts";
import type { Programs } from "./program.ts";
import {
  type Ended,
  type Grade,
  type Report,
  type Result,
  type Side,
  type Status,
  scoreOf,
} from "./report.ts";
import { type ServerProgram, StartedServer, serverThere } from "./server-program.ts";
import { tryServerCase } from "./server-try.ts";
import { Stage, type Words } from "./stage.ts";
import { NotStarted } from "./verdict.ts";

/** Plain JSON, so that a run in a box can be given it. */
export interface CheckRequest {
  readonly side: Side;
  readonly role: string;
  /** Text of a role that the user brings. */
  readonly bundle?: string | undefined;
  /** Command with {host} and {port}; undefined: the server is there, at `at`. */
  readonly run?: string | undefined;
  readonly at?: { readonly host: string; readonly port: number } | undefined;
  /** Globs of ids; none: all. */
  readonly cases: readonly string[];
  /** Only cases of this grade. */
  readonly grade?: Grade | undefined;
  readonly seed: number;
  readonly repeat: number;
  /** Values of the program's own, such as a token or a file, where its command does not name them. */
  readonly set?: Words | undefined;
  /** Lines that are typed into a client; undefined: the role's own. */
  readonly script?: readonly string[] | undefined;
}

export interface CheckParts {
  readonly subject: Checkable;
  /** Undefined with `at`. */
  readonly programs: Programs | undefined;
  readonly signal: AbortSignal;
  /** Hears each result as it is there. */
  readonly onResult?: (result: Result, nth: number, of: number) => void;
}

/** Cases that a request asks for. */
export function casesOf({ side, cases: globs, grade }: CheckRequest, all: readonly WholeCase[]): WholeCase[] {
  const patterns = globs.map(globPattern);
  return all
    .filter((one) => one.side === side && (grade === undefined || one.grade === grade))
    .filter(({ id }) => patterns.length === 0 || patterns.some((pattern) => pattern.test(id)));
}

export async function runCheck(request: CheckRequest, parts: CheckParts): Promise<Report> {
  const started = Date.now();
  const { role, counterpart } = parts.subject;
  const cases = casesOf(request, parts.subject.cases);
  const server = serverOf(request, role, parts);
  const results: Result[] = [];
  let ended: Ended | null = null;
  for (const one of cases) {
    if (parts.signal.aborted) ended ??= { code: "interrupted", message: "the check was interrupted" };
    if (ended) break;
    const result = await resultOf(one, request, {
      role,
      counterpart,
      server,
      openStage: (seed) => openStage(seed, request, parts),
    }).catch((error: unknown) => {
      if (!(error instanceof NotStarted)) throw error;
      const output = server.program?.output ?? "";
      ended = { code: "not-started", message: error.message, ...(output === "" ? {} : { output }) };
      return undefined;
    });
    if (!result) break;
    results.push(result);
    parts.onResult?.(result, results.length, cases.length);
  }
  const exit = server.program?.exit?.code ?? null;
  await server.stop();
  return {
    ...blankReport(request, parts.programs),
    started: new Date(started).toISOString(),
    ms: Date.now() - started,
    program: { run: request.run ?? null, at: atOf(request), build: null, exit },
    score: scoreOf(results),
    results,
    ended,
  };
}

const atOf = ({ at }: CheckRequest) => (at ? `${at.host}:${at.port}` : null);

/** Report of a check that has not begun: what is written first, so that a crash is never full marks. */
export function blankReport(request: CheckRequest, programs: Programs | undefined): Report {
  return {
    format: "netlab-check/1",
    version,
    role: request.role,
    side: request.side,
    seed: request.seed,
    started: new Date().toISOString(),
    ms: 0,
    box: programs?.box ?? { kind: "none", notes: [] },
    program: { run: request.run ?? null, at: atOf(request), build: null, exit: null },
    score: { got: 0, max: 0 },
    results: [],
    ended: { code: "interrupted", message: "the check has not come to its end" },
  };
}

/** Values of a stage are drawn apart from those of its case. */
function openStage(
  seed: string,
  { run, set = {} }: CheckRequest,
  { subject: { checks }, programs }: CheckParts,
): Promise<Stage> {
  return Stage.open({
    prepare: checks?.prepare,
    chance: new Chance(`${seed}/stage`),
    command: run,
    given: set,
    shared: programs?.shared ?? os.tmpdir(),
  });
}

interface Subject {
  readonly role: Role;
  readonly counterpart: Role | undefined;
  readonly server: ServerProgram;
  readonly openStage: (seed: string) => Promise<Stage>;
}

function serverOf({ run, at }: CheckRequest, { transport }: Role, { programs }: CheckParts): ServerProgram {
  if (at) return serverThere(at.host, at.port);
  if (!programs || run === undefined) throw new NetlabError("usage/check-nothing");
  return new StartedServer({ programs, command: run, transport });
}

async function resultOf(one: WholeCase, request: CheckRequest, subject: Subject): Promise<Result> {
  const tries: Omit<Result, "tries">[] = [];
  const seeds: string[] = [];
  for (let attempt = 1; attempt <= request.repeat; attempt += 1) {
    const seed = `${request.seed}/${one.id}/${attempt}`;
    seeds.push(seed);
    tries.push(await oneTry(one, seed, request, subject));
  }
  const [first] = tries;
  const worst = tries.find(({ status }) => status === "failed") ?? first;
  if (!worst) throw new Error("a case is tried once at least");
  const isFlaky = tries.some(({ status }) => status === "passed") && worst.status === "failed";
  return {
    ...worst,
    // Chance failures are told, and not held against the program.
    status: isFlaky ? "passed" : worst.status,
    flaky: isFlaky,
    ms: tries.reduce((all, { ms }) => all + ms, 0),
    tries: tries.map(({ status, ms }, index) => ({ status, ms, seed: seeds[index] ?? "" })),
  };
}

async function oneTry(one: WholeCase, seed: string, request: CheckRequest, subject: Subject) {
  const { id, title, grade, weight, rule } = one;
  const from = performance.now();
  const lacking = lackOf(one, request);
  const found = lacking
    ? { ...NOTHING, status: "skipped" as Status, message: lacking }
    : await tryServerCase(one, seed, subject);
  return {
    id,
    title,
    rule,
    ruleText: ruleInShort(rule) ?? null,
    grade,
    weight,
    flaky: false,
    ms: Math.round(performance.now() - from),
    again: againOf(request, id),
    ...found,
  };
}

const NOTHING = {
  message: "",
  remarks: [],
  expected: null,
  got: null,
  closing: null,
  likely: [],
  transcript: [],
  output: "",
};

/** Why it cannot be judged here. */
function lackOf({ needs }: WholeCase, { at }: CheckRequest): string | undefined {
  if (at && needs.includes("start"))
    return "needs a program that the checker starts itself: use --run instead of HOST:PORT";
  return undefined;
}

function againOf({ side, role, run, at, seed }: CheckRequest, id: string): string {
  const target = run === undefined ? `${at?.host}:${at?.port}` : `--run ${shellQuoted(run)}`;
  return `netlabctl check ${side} ${role} ${target} --case ${id} --seed ${seed}`;
}

const shellQuoted = (word: string) =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** `*` and `?`, as in a shell; a dot is a dot. */
function globPattern(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`);
}
