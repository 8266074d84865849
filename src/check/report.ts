/**
 * The report of a check as data, `netlab-check/1`: what every format is written from, what `--format json` prints, and what a run in
 * a box hands out. Plain JSON: bytes are hex, times are milliseconds, and what there is none of is null.
 *
 * Same program, same seed, same report, but for `started`, `ms` and `at`.
 */

export type Side = "server" | "client";

/** MUST: the protocol needs it. SHOULD: robust programs do. INFO: told, and worth nothing. */
export type Grade = "MUST" | "SHOULD" | "INFO";

/**
 * `error` is a fault of the checker, and never counts against anybody. `unimplemented`: the program said itself that it does not do
 * this ("unsupported", or exit status 127). `skipped`: it could not be judged here, and `message` says why.
 */
export type Status = "passed" | "failed" | "skipped" | "unimplemented" | "error";

export interface Report {
  readonly format: "netlab-check/1";
  /** Version of the checker. */
  readonly version: string;
  readonly role: string;
  readonly side: Side;
  readonly seed: number;
  /** RFC 3339. */
  readonly started: string;
  readonly ms: number;
  readonly box: BoxReport;
  readonly program: ProgramReport;
  /** Sum of the weights of what passed, of all that was judged and all that the run did not come to. */
  readonly score: Score;
  /** In the order in which they ran. */
  readonly results: readonly Result[];
  /** Why the run ended before its last case: the program could not be built, started or reached, the time was over, or the checker fell. */
  readonly ended: Ended | null;
}

export interface Score {
  readonly got: number;
  readonly max: number;
}

export interface Ended {
  /** `unfinished` stands in the report that is written before the first case, for it may be the last that is written. */
  readonly code: "not-built" | "not-started" | "not-reached" | "timed-out" | "interrupted" | "unfinished";
  readonly message: string;
  /** Last words of a program that did not come to listen. */
  readonly output?: string | undefined;
}

/** Output that says why it ended early: of the build, or of the program's own start. */
export const endedOutput = ({ ended, program }: Report): string =>
  (ended?.code === "not-built" ? program.build?.output : ended?.output) ?? "";

export interface BoxReport {
  /** Ladder of what keeps the program in; `none`: it was not started by the checker. */
  readonly kind: "bwrap" | "unshare" | "limits" | "none";
  /** Holes of this box, in a sentence each. */
  readonly notes: readonly string[];
}

export interface ProgramReport {
  /** As it was typed, with {host} and {port}; null: it ran already, at `at`. */
  readonly run: string | null;
  readonly at: string | null;
  readonly build: { readonly command: string; readonly exit: number | null; readonly output: string } | null;
  /** Exit status of its last run that ended by itself; null: none did. */
  readonly exit: number | null;
}

export interface Result {
  /** Rule and slug: `CALC-2.division-by-zero`; of a client `CHAT-2.c.own-prefix`. */
  readonly id: string;
  readonly title: string;
  /** Id of the wire rule, and its words. */
  readonly rule: string;
  readonly ruleText: string | null;
  readonly grade: Grade;
  readonly weight: number;
  readonly status: Status;
  /** Passed in some tries and failed in others: counts as passed, and is told. */
  readonly flaky: boolean;
  /** With --repeat, each try; of one try, that one. */
  readonly tries: readonly { readonly status: Status; readonly ms: number; readonly seed: string }[];
  readonly ms: number;
  /** Mistake, in a sentence; of a skipped one, why. "" of one that passed. */
  readonly message: string;
  /** Case before it that failed for the same reason, and is told whole; null: none, or it did not fail. */
  readonly follows: string | null;
  /** Habits that were accepted, though it is not quite as the rule says. */
  readonly remarks: readonly string[];
  readonly expected: Octets | null;
  readonly got: Octets | null;
  /** How the program ended the connection that failed; null: it did not, or nothing failed. */
  readonly closing: "clean" | "reset" | null;
  /** Diagnoses of the connections of this case, the root cause first. */
  readonly likely: readonly Likely[];
  readonly transcript: readonly TranscriptLine[];
  /** Last output of the program, standard output and standard error as they came. */
  readonly output: string;
  /** Command that does it again. */
  readonly again: string;
}

/** As text, with what no screen shows escaped, and as hex. */
export interface Octets {
  readonly text: string;
  readonly hex: string;
}

export interface Likely {
  /** `D31` */
  readonly id: string;
  readonly title: string;
  readonly level: "note" | "violation";
  readonly cause: string;
  readonly advice: readonly string[];
}

export interface TranscriptLine {
  /** Milliseconds since the case began. */
  readonly at: number;
  /** Connection, counted from 1 in the case. */
  readonly connection: number;
  /** `out`: from the checker to the program; `in`: a read, as it came; `note`: an event that is no bytes. */
  readonly dir: "out" | "in" | "note";
  readonly hex: string;
  readonly text: string;
  /** `connected`, `FIN`, `reset` …; "" beside bytes. */
  readonly note: string;
}

/** Exit status of a check by the report alone: 0, 1, 6, 70 or 124. */
export function exitOf({ ended, results }: Report, isStrict: boolean): number {
  if (ended) return EXITS[ended.code];
  const counts = ({ grade }: Result) => grade === "MUST" || (isStrict && grade === "SHOULD");
  const isLacking = ({ status }: Result) => status === "failed" || status === "unimplemented";
  if (results.some((result) => isLacking(result) && counts(result))) return 1;
  return results.some(({ status }) => status === "error") ? 70 : 0;
}

const EXITS = {
  "not-built": 6,
  "not-started": 6,
  "not-reached": 6,
  "timed-out": 124,
  interrupted: 130,
  unfinished: 70,
} as const;

type Weighted = Pick<Result, "weight">;

/**
 * Of what was judged: skipped cases and faults of the checker are in neither sum. `left`: cases that the run did not come to, which are
 * lost; a program that passes three of forty and then sleeps has not passed all.
 */
export function scoreOf(
  results: readonly (Weighted & Pick<Result, "status">)[],
  left: readonly Weighted[] = [],
): Score {
  const judged = results.filter(({ status }) => status !== "skipped" && status !== "error");
  const sum = (some: readonly Weighted[]) => some.reduce((all, { weight }) => all + weight, 0);
  return { got: sum(judged.filter(({ status }) => status === "passed")), max: sum([...judged, ...left]) };
}
