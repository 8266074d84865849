/** Result of one case: its tries, each with a seed of its own, and what they come to. */
import { networkInterfaces } from "node:os";
import { NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { shellWord } from "../shell-words.ts";
import type { WholeCase } from "./case.ts";
import { Chance } from "./chance.ts";
import type { Checkable } from "./checkable.ts";
import { showsReplies, tryClientCase } from "./client-try.ts";
import { type Ending, endingOf } from "./line-habit.ts";
import type { Programs } from "./program.ts";
import type { Result, Status } from "./report.ts";
import { quotedRule } from "./rule-quotes.ts";
import type { CheckRequest } from "./run-check.ts";
import type { ServerProgram } from "./server-program.ts";
import { tryServerCase } from "./server-try.ts";
import type { Silence } from "./silence.ts";
import type { Stage } from "./stage.ts";
import { dialoguesOf, listening, type UsualAnswers } from "./usual-answers.ts";

export interface CheckSubject {
  readonly checkable: Checkable;
  readonly programs: Programs | undefined;
  /** Habits of the program. `answers`: null where they are as they should be, or not known. */
  readonly silence: Silence;
  readonly usual: { answer?: Promise<boolean>; ending?: Ending; answers?: UsualAnswers | null };
  readonly counterpart: Role | undefined;
  readonly server: ServerProgram;
  readonly openStage: (seed: string) => Promise<Stage>;
  readonly signal: AbortSignal;
}

/** Habits of a client are found out once, and only where a case asks. */
function clientOf(
  { run = "", seed, script }: CheckRequest,
  { checkable, programs, openStage, usual, signal }: CheckSubject,
) {
  if (!programs) throw new NetlabError("usage/check-nothing");
  const { role, checks } = checkable;
  const lines = script ?? checks?.script?.(new Chance(`${seed}/script`), {}) ?? [];
  const shown = checks?.shown ?? ((said: string) => said);
  const { given = {} } = checks ?? {};
  const base = { role, programs, command: run, script: lines, shown, given, openStage, signal };
  const showsUsually = () => {
    usual.answer ??= showsReplies(`${seed}/usual`, { ...base, showsUsually: async () => true });
    return usual.answer;
  };
  return { ...base, showsUsually };
}

/** Speaks as this server speaks, and expects of a family what it answers usually: both are found out where a first case fails. */
async function asItSpeaks(one: WholeCase, seed: string, subject: CheckSubject) {
  const { usual, silence } = subject;
  const tryAs = () =>
    tryServerCase(one, seed, { ...subject, ending: usual.ending ?? "", usual: usual.answers ?? undefined });
  const before = { ...usual };
  const wasProved = silence.isProved;
  const found = await tryAs();
  // An answer after all: this case has had too little time.
  const outcome = wasProved && silence.hasAnswered ? await tryAs() : found;
  if (outcome.status !== "failed" || silence.isProved) return outcome;
  await learn(one, seed, subject);
  const isOther =
    (usual.ending ?? "") !== (before.ending ?? "") ||
    (usual.answers ?? undefined) !== (before.answers ?? undefined);
  return isOther ? tryAs() : outcome;
}

async function learn(one: WholeCase, seed: string, subject: CheckSubject): Promise<void> {
  const { usual, checkable } = subject;
  const { role, checks } = checkable;
  usual.ending ??= await endingOf(role, checks, (asked, ending) =>
    tryServerCase(asked, `${seed}/habit`, { ...subject, ending, usual: undefined }),
  );
  const isFamily = !checks?.cases.some(({ id }) => id === one.id);
  if (!isFamily || usual.answers !== undefined) return;
  usual.answers = null;
  const asked = listening(dialoguesOf(role, checks), (heard) => {
    usual.answers = heard ?? null;
  });
  await tryServerCase(asked, `${seed}/usual`, { ...subject, ending: usual.ending, usual: undefined });
}

export async function resultOf(
  one: WholeCase,
  request: CheckRequest,
  subject: CheckSubject,
): Promise<Result> {
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

async function oneTry(one: WholeCase, seed: string, request: CheckRequest, subject: CheckSubject) {
  const { id, title, grade, weight, rule } = one;
  const from = performance.now();
  const lacking = lackOf(one, request);
  const found = lacking
    ? { ...NOTHING, status: "skipped" as Status, message: lacking }
    : one.side === "client"
      ? await tryClientCase(one, seed, clientOf(request, subject))
      : await asItSpeaks(one, seed, subject);
  return {
    id,
    title,
    rule,
    ruleText: quotedRule(id, rule) ?? null,
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
  follows: null,
  remarks: [],
  expected: null,
  got: null,
  closing: null,
  likely: [],
  transcript: [],
  output: "",
};

/** Why it cannot be judged here. */
export function lackOf({ needs }: WholeCase, { at }: CheckRequest): string | undefined {
  if (at && needs.includes("start"))
    return "needs a program that the checker has started itself, as --run does in a shell";
  return needs.includes("ipv6") && !hasIpv6() ? "this machine has no IPv6" : undefined;
}

function againOf({ side, role, run, at, seed, asked }: CheckRequest, id: string): string {
  const target = run === undefined ? [`${at?.host}:${at?.port}`] : ["--run", run];
  const words = asked ?? [side, role, ...target];
  return `netlabctl check ${words.map(argument).join(" ")} --case ${id} --seed ${seed}`;
}

/** No word of these is a command's first, so that `token=server1` is no assignment. */
const argument = (word: string) => (/^[\w./:=@%+,-]+$/.test(word) ? word : shellWord(word));

const hasIpv6 = () =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1"));
