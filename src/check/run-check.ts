/**
 * A check from its request to its report: which cases, in which order, each with a program that is fresh, and what came of it. It knows
 * neither terminal nor file: who asks writes the report.
 */
import os from "node:os";
import { version } from "../config.ts";
import { NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import type { WholeCase } from "./case.ts";
import { type CheckSubject, lackOf, resultOf } from "./case-result.ts";
import { Chance } from "./chance.ts";
import type { Checkable } from "./checkable.ts";
import type { Programs } from "./program.ts";
import { type Ended, type Grade, type Report, type Result, type Side, scoreOf } from "./report.ts";
import { type ServerProgram, ServerThere, StartedServer } from "./server-program.ts";
import { Silence } from "./silence.ts";
import { Stage, type Words } from "./stage.ts";
import type { TimeLimit } from "./time-limit.ts";
import { CheckOver, NotReached, NotStarted } from "./verdict.ts";

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
  /** Only cases of these grades; none: all. */
  readonly grades?: readonly Grade[] | undefined;
  readonly seed: number;
  readonly repeat: number;
  /** Values of the program's own, such as a token or a file, where its command does not name them. */
  readonly set?: Words | undefined;
  /** Lines that are typed into a client; undefined: the role's own. */
  readonly script?: readonly string[] | undefined;
  /** Words after `check` as a person typed them, but for the choice of cases: a card has the command that does it again. */
  readonly asked?: readonly string[] | undefined;
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
export function casesOf(
  { side, cases: globs, grades = [] }: CheckRequest,
  all: readonly WholeCase[],
): WholeCase[] {
  const patterns = globs.map(globPattern);
  return all
    .filter((one) => one.side === side && (grades.length === 0 || grades.includes(one.grade)))
    .filter(({ id }) => patterns.length === 0 || patterns.some((pattern) => pattern.test(id)));
}

export async function runCheck(request: CheckRequest, parts: CheckParts): Promise<Report> {
  const started = Date.now();
  const { role, counterpart } = parts.subject;
  const cases = casesOf(request, parts.subject.cases);
  const server = serverOf(request, role, parts);
  const silence = new Silence(server.isStarted);
  const subject: CheckSubject = {
    checkable: parts.subject,
    programs: parts.programs,
    usual: {},
    silence,
    counterpart,
    server,
    openStage: (seed) => openStage(seed, request, parts),
    signal: parts.signal,
  };
  const results: Result[] = [];
  const shortened = new Set<number>();
  let ended: Ended | null = null;
  const isJudged = async (one: WholeCase, place: number): Promise<boolean> => {
    if (parts.signal.aborted) ended ??= INTERRUPTED;
    if (ended) return false;
    if (silence.isProved) shortened.add(place);
    const result = await resultOf(one, request, subject).catch((error: unknown) => {
      ended = endBy(error, server.program?.output ?? "");
      return undefined;
    });
    if (result) results[place] = result;
    return result !== undefined;
  };
  for (const [place, one] of cases.entries()) {
    if (!(await isJudged(one, place))) break;
    const result = results[place];
    if (result) parts.onResult?.(result, results.length, cases.length);
  }
  // Cases for which a silent program was given little time are tried again when it has answered.
  if (silence.hasAnswered)
    for (const place of shortened) {
      const one = cases[place];
      if (one && results[place]?.status === "failed" && !(await isJudged(one, place))) break;
    }
  const exit = server.program?.exit?.code ?? null;
  await server.stop();
  const left = cases.filter(
    (one, place) => results[place] === undefined && lackOf(one, request) === undefined,
  );
  return {
    ...blankReport(request, parts.programs),
    started: new Date(started).toISOString(),
    ms: Date.now() - started,
    program: { run: request.run ?? null, at: atOf(request), build: null, exit },
    score: scoreOf(results, isAbsent(ended) ? [] : left),
    results,
    ended,
  };
}

/** Of no program there are no points, and none are lost. */
const isAbsent = (ended: Ended | null) => ended?.code === "not-reached";

/** End of the check by what a case threw, which is no verdict. A fault of ours is thrown on. */
function endBy(error: unknown, output: string): Ended {
  if (error instanceof CheckOver) return INTERRUPTED;
  if (error instanceof NotReached) return { code: "not-reached", message: error.message };
  if (!(error instanceof NotStarted)) throw error;
  return { code: "not-started", message: error.message, ...(output === "" ? {} : { output }) };
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

/** Report of a program whose build failed: all of its cases are lost. */
export function notBuiltReport(
  request: CheckRequest,
  { subject, programs }: Pick<CheckParts, "subject" | "programs">,
  build: NonNullable<Report["program"]["build"]>,
): Report {
  const blank = blankReport(request, programs);
  return {
    ...blank,
    program: { ...blank.program, build },
    score: scoreOf([], casesOf(request, subject.cases)),
    ended: { code: "not-built", message: `the build failed: ${build.command}` },
  };
}

/** Report of a check that was interrupted after these results. */
export function interruptedReport(
  request: CheckRequest,
  subject: Checkable,
  box: Report["box"],
  results: readonly Result[],
): Report {
  const judged = new Set(results.map(({ id }) => id));
  const left = casesOf(request, subject.cases).filter(({ id }) => !judged.has(id));
  return {
    ...blankReport(request, undefined),
    box,
    ms: results.reduce((all, { ms }) => all + ms, 0),
    results,
    score: scoreOf(results, left),
    ended: INTERRUPTED,
  };
}

const INTERRUPTED: Ended = { code: "interrupted", message: "the check was interrupted" };

/** End of a check that took longer than `--limit time=` lets it. */
export const timedOut = ({ words }: TimeLimit): Ended => ({
  code: "timed-out",
  message: `the check was ended after ${words}`,
});

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

function serverOf(
  { side, run, at }: CheckRequest,
  { transport }: Role,
  { programs }: CheckParts,
): ServerProgram {
  if (side === "client") return new ServerThere("", 0);
  if (at) return new ServerThere(at.host, at.port);
  if (!programs || run === undefined) throw new NetlabError("usage/check-nothing");
  return new StartedServer({ programs, command: run, transport });
}

/** `*` and `?`, as in a shell; a dot is a dot. */
function globPattern(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`);
}
