/** Try of a case against a server: the program made ready, the case run, its verdict, and what is likely. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../actors/clock.ts";
import type { Role } from "../machines/_role.ts";
import { Recorder } from "../stories/recorder.ts";
import { absenceWords } from "./absence.ts";
import type { ServerCase, WholeCase } from "./case.ts";
import { beforeEnd, verdictInTime } from "./case-time.ts";
import { Chance } from "./chance.ts";
import { likelyOf } from "./likely.ts";
import type { Ending } from "./line-habit.ts";
import { patience } from "./patience.ts";
import type { Exit } from "./program.ts";
import { refusalIn } from "./refusal.ts";
import type { Octets, Result, Status, TranscriptLine } from "./report.ts";
import type { Scene } from "./scene.ts";
import { ServerCaseTester } from "./server-case.ts";
import type { ServerProgram } from "./server-program.ts";
import type { Silence } from "./silence.ts";
import type { Stage } from "./stage.ts";
import { Transcript } from "./transcript.ts";
import type { UsualAnswers } from "./usual-answers.ts";
import {
  type Blamed,
  CheckFailure,
  CheckOver,
  CheckSkip,
  CheckUnimplemented,
  NotReached,
  NotStarted,
} from "./verdict.ts";

interface Subject {
  readonly counterpart: Role | undefined;
  readonly server: ServerProgram;
  readonly openStage: (seed: string) => Promise<Stage>;
  /** End of the messages that this server takes. */
  readonly ending: Ending;
  readonly usual?: UsualAnswers | undefined;
  readonly silence: Silence;
  /** Of the whole check. */
  readonly signal: AbortSignal;
}

export type Outcome = Pick<
  Result,
  | "status"
  | "message"
  | "follows"
  | "remarks"
  | "expected"
  | "got"
  | "closing"
  | "likely"
  | "transcript"
  | "output"
>;

/** End of a program's output: enough for a traceback. */
const OUTPUT_TAIL = 2_000;
const END_MS = 250;
const LOOK_MS = 10;

/** A program that served an earlier case may have suffered from it: what fails with it is tried once more with a fresh one. */
export async function tryServerCase(one: WholeCase, seed: string, subject: Subject): Promise<Outcome> {
  const { server } = subject;
  const mayHaveSuffered = server.isStarted && server.isRunning;
  const outcome = await tryOnce(one, seed, subject);
  return outcome.status === "failed" && mayHaveSuffered && outcome.follows === null
    ? tryOnce(one, seed, subject)
    : outcome;
}

async function tryOnce(one: WholeCase, seed: string, { openStage, ...subject }: Subject): Promise<Outcome> {
  if (one.side !== "server") throw new Error(`${one.id} belongs to clients`);
  const stage = await openStage(seed);
  try {
    await beforeEnd(subject.server.ready(stage), subject.signal);
    return await tried(one, seed, stage, subject);
  } finally {
    await stage.close();
  }
}

async function tried(
  one: WholeCase & ServerCase,
  seed: string,
  stage: Stage,
  { counterpart, server, ending, usual, silence, signal }: Omit<Subject, "openStage">,
): Promise<Outcome> {
  const limit = new AbortController();
  const remarks = new Set<string>();
  const scene: Scene = {
    chance: new Chance(seed),
    stage,
    transcript: new Transcript(),
    recorder: new Recorder(systemClock, { keepsAll: true }),
    counterpart,
    ending,
    usual,
    silence,
    signal: limit.signal,
    program: () => server.program,
    remark: (text) => void remarks.add(text),
  };
  const t = new ServerCaseTester(scene, server);
  silence.begins();
  const verdict = await verdictInTime(one, () => one.run(t), { limit, signal }).catch((error: unknown) => {
    t.leave();
    throw error;
  });
  if (server.absence !== undefined) {
    t.leave();
    throw new NotReached(absenceWords(server, server.absence));
  }
  const hasFailed = verdict.status === "failed";
  if (hasFailed && !silence.isProved) await t.lookAtProgram();
  const end = hasFailed ? await endOf(server) : undefined;
  const refusal = hasFailed ? refusalIn(verdict, server.program?.exit?.code) : undefined;
  const { closing } = t;
  const isUntouched = silence.isProved && (await server.isUntouched());
  t.leave();
  const { output } = server;
  const manner = { end, words: ownWords(lastLine(output), scene.transcript.lines) };
  const follows = hasFailed && refusal === undefined ? silence.failed(one.id, manner) : undefined;
  // A program that ended by itself has printed why, or not: no card knows better.
  const isExplained = end !== undefined || refusal !== undefined || follows !== undefined;
  const likely = hasFailed && !isExplained ? likelyIn(verdict, one, counterpart) : [];
  const exit = server.program?.exit;
  const isKept = isUntouched || (verdict.status === "passed" && (await server.isAsNew()));
  if (stage.isOfOneTry || !isKept) await server.stop();
  return {
    status: refusal === undefined ? verdict.status : "unimplemented",
    message:
      refusal ??
      advised(verdict, likely, {
        end,
        advice: follows !== undefined ? undefined : adviceTo(one, exit),
      }),
    follows: follows ?? null,
    expected: verdict.expected,
    got: verdict.got,
    closing: hasFailed ? (closing ?? null) : null,
    remarks: [...remarks],
    likely,
    transcript: scene.transcript.lines,
    output: verdict.status === "passed" ? "" : lastWords(output, server.port),
  };
}

/** Of a program that ends without an error after one client, whatever the case is about. */
const GO_ON = "Go back to accept() when a client has left: a server ends when it is ended.";

/** A program that fell has printed why; that it goes on is what its families are about, and no case of its role's words. */
function adviceTo({ rule, advice }: WholeCase, exit: Exit | undefined): string | undefined {
  if (exit?.code === 0) return GO_ON;
  const isOfFamily = rule === "ROBUST" || rule.startsWith("FRAME-");
  return exit === undefined || isOfFamily ? advice : undefined;
}

/** Message of a failure, how the program ended, and, where no diagnosis is likely, what to change. */
export function advised(
  { status, message }: Pick<Outcome, "status" | "message">,
  likely: Outcome["likely"],
  { end, advice }: { readonly end?: string | undefined; readonly advice: string | undefined },
): string {
  if (status !== "failed") return message;
  const whole = end === undefined ? message : `${message}: the program ended (${end})`;
  return likely.length === 0 && advice ? `${whole}. ${advice}` : whole;
}

const likelyIn = ({ blamed, got, expected }: Verdict, { rule }: WholeCase, counterpart: Role | undefined) =>
  likelyOf(blamed, counterpart, {
    rule,
    wanted: expected ? Buffer.from(expected.hex, "hex").toString() : undefined,
    hasCome: got !== null && got.hex !== "",
  });

/** Without what the client had said: many a program prints each message, and its values differ from case to case. */
function ownWords(line: string, lines: readonly TranscriptLine[]): string {
  const said = lines.flatMap(({ dir, text }) =>
    dir === "out" ? (text.match(/[\p{L}\p{N}]{2,}/gu) ?? []) : [],
  );
  return said.toSorted((a, b) => b.length - a.length).reduce((so, word) => so.replaceAll(word, "…"), line);
}

const lastLine = (output: string) => output.trimEnd().split("\n").at(-1) ?? "";

/** Ports differ from run to run; the same program and seed give the same report. */
export const lastWords = (output: string, port: number) =>
  output.slice(-OUTPUT_TAIL).replaceAll(String(port), "{port}");

/** How the program ended by itself, e.g. by an exception: that may be seen a little later than its connections end. */
async function endOf(server: ServerProgram): Promise<string | undefined> {
  const deadline = performance.now() + END_MS * patience();
  while (server.isStarted && server.isRunning && performance.now() < deadline) {
    const leftMs = deadline - performance.now();
    if (await server.program?.isSilent({ quietMs: 0, leftMs })) break;
    await sleep(LOOK_MS);
  }
  const { exit } = server.program ?? {};
  return exit && (exit.signal ?? `exit status ${exit.code}`);
}

export const tooLong = ({ limitMs }: WholeCase) =>
  new CheckFailure(`the case was not over after ${limitMs / 1_000} s`);

export interface Verdict {
  readonly status: Status;
  readonly message: string;
  readonly expected: Octets | null;
  readonly got: Octets | null;
  readonly blamed?: Blamed | undefined;
}

const NEITHER = { expected: null, got: null };

/** Errors of a case are its verdict; any other that is thrown is the checker's fault. */
export async function verdictOf(run: () => Promise<void>, signal: AbortSignal): Promise<Verdict> {
  const late = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => late.reject(signal.reason), { once: true });
  const ran = run();
  // A case that goes on after its limit fails into nothing.
  ran.catch(() => undefined);
  try {
    await Promise.race([ran, late.promise]);
    return { status: "passed", message: "", ...NEITHER };
  } catch (error) {
    return verdictOfError(error);
  }
}

function verdictOfError(error: unknown): Verdict {
  const reason = (error as { name?: string }).name === "AbortError" ? (error as Error).cause : error;
  if (reason instanceof CheckOver) throw reason;
  if (reason instanceof CheckFailure) {
    const { message, expected = null, got = null, blamed } = reason;
    return { status: "failed", message, expected, got, blamed };
  }
  if (reason instanceof NotStarted) return { status: "failed", message: reason.message, ...NEITHER };
  if (reason instanceof CheckSkip) return { status: "skipped", message: reason.message, ...NEITHER };
  if (reason instanceof CheckUnimplemented)
    return { status: "unimplemented", message: reason.message, ...NEITHER };
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: "error", message: why, ...NEITHER };
}
