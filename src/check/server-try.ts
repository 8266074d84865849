/** Try of a case against a server: the program made ready, the case run, its verdict, and what is likely. */
import { systemClock } from "../actors/clock.ts";
import type { Role } from "../machines/_role.ts";
import { Recorder } from "../stories/recorder.ts";
import type { WholeCase } from "./case.ts";
import { Chance } from "./chance.ts";
import { likelyOf } from "./likely.ts";
import type { Octets, Result, Status } from "./report.ts";
import type { Scene } from "./scene.ts";
import { ServerCaseTester } from "./server-case.ts";
import type { ServerProgram } from "./server-program.ts";
import { Transcript } from "./transcript.ts";
import { CheckFailure, CheckSkip, CheckUnimplemented, NotStarted } from "./verdict.ts";

interface Subject {
  readonly counterpart: Role | undefined;
  readonly server: ServerProgram;
}

export type Outcome = Pick<
  Result,
  "status" | "message" | "remarks" | "expected" | "got" | "closing" | "likely" | "transcript" | "output"
>;

/** End of a program's output: enough for a traceback. */
const OUTPUT_TAIL = 2_000;

export async function tryServerCase(
  one: WholeCase,
  seed: string,
  { counterpart, server }: Subject,
): Promise<Outcome> {
  if (one.side !== "server") throw new Error(`${one.id} belongs to clients`);
  await server.ready();
  const limit = new AbortController();
  const remarks = new Set<string>();
  const scene: Scene = {
    chance: new Chance(seed),
    transcript: new Transcript(),
    recorder: new Recorder(systemClock, { keepsAll: true }),
    counterpart,
    ending: "",
    signal: limit.signal,
    program: () => server.program,
    remark: (text) => void remarks.add(text),
  };
  const t = new ServerCaseTester(scene, server);
  const timer = setTimeout(() => limit.abort(tooLong(one)), one.limitMs);
  const verdict = await verdictOf(() => one.run(t), limit.signal);
  clearTimeout(timer);
  if (verdict.status === "failed") await t.lookAtProgram();
  const { closing } = t;
  t.leave();
  const likely = verdict.status === "failed" ? likelyOf(scene.recorder, counterpart) : [];
  const output = server.program?.output.slice(-OUTPUT_TAIL) ?? "";
  await server.stop();
  return {
    ...verdict,
    closing: verdict.status === "failed" ? (closing ?? null) : null,
    remarks: [...remarks],
    likely,
    transcript: scene.transcript.lines,
    output,
  };
}

const tooLong = ({ limitMs }: WholeCase) =>
  new CheckFailure(`the case was not over after ${limitMs / 1_000} s`);

export interface Verdict {
  readonly status: Status;
  readonly message: string;
  readonly expected: Octets | null;
  readonly got: Octets | null;
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
  if (reason instanceof CheckFailure) {
    const { message, expected = null, got = null } = reason;
    return { status: "failed", message, expected, got };
  }
  if (reason instanceof NotStarted) return { status: "failed", message: reason.message, ...NEITHER };
  if (reason instanceof CheckSkip) return { status: "skipped", message: reason.message, ...NEITHER };
  if (reason instanceof CheckUnimplemented)
    return { status: "unimplemented", message: reason.message, ...NEITHER };
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: "error", message: why, ...NEITHER };
}
