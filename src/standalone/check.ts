/** `netlabctl check`: does a program keep the rules of its role? Without a daemon; the program runs on this side. */
import path from "node:path";
import { boxedCheck } from "../check/box/boxed-check.ts";
import { programsHere } from "../check/box/programs-here.ts";
import { chooseRung } from "../check/box/rung.ts";
import { explainCase, listCases } from "../check/check-list.ts";
import { bundleOf, type Checkable, checkableOf } from "../check/checkable.ts";
import { formats } from "../check/formats/formats.ts";
import { text } from "../check/formats/text.ts";
import { exitOf, type Report, type Result } from "../check/report.ts";
import { type FormatTarget, unfinishedReport, writeReport } from "../check/report-files.ts";
import {
  blankReport,
  type CheckRequest,
  casesOf,
  interruptedReport,
  notBuiltReport,
  runCheck,
  timedOut,
} from "../check/run-check.ts";
import { TimeLimit } from "../check/time-limit.ts";
import { ControlClient } from "../control/control-client.ts";
import { exitCodeOf, exitCodes, messageOf, NetlabError } from "../errors.ts";
import { styleOf } from "../repl/style.ts";
import { keepReport } from "../terminal/kept-report.ts";
import { type CheckOptions, checkOptions, limitsOf, requestFrom, targetsOf } from "./check-options.ts";
import { defineStandalone, type StandaloneCall } from "./standalone-command.ts";

type Call = StandaloneCall<CheckOptions>;

const OUR_FAULT = 70;

export default defineStandalone({
  name: "check",
  summary: "checks a program of yours against the rules of its role",
  args: [
    {
      name: "what",
      summary: "server, client, list or explain",
      choices: ["server", "client", "list", "explain"],
    },
    { name: "role", summary: "the role, e.g. calculator; of explain, a case", completes: "role" },
    { name: "at", summary: "host:port of a server that runs already", isOptional: true },
  ],
  options: checkOptions,
  example: "netlabctl check server calculator --run 'python3 calculator.py {port}'",
  notes: [
    "check list calculator lists the cases; check explain CALC-2.division-by-zero tells how to try one by hand.",
    "Exit status: 0 every MUST passed, 1 a MUST failed, 2 usage, 6 not built, started or reached, 70 a fault of",
    "the checker, 124 time-out. A SHOULD that fails costs points; with --strict it is 1, too.",
  ],
  run: async (call) => {
    const { what = "", role = "", at } = call.args;
    if (what === "list") return listCases(await checkableOf(role, await bundleOf(role)), call);
    if (what === "explain") return explainCase(role, call);
    if (what !== "server" && what !== "client") throw new NetlabError("usage/check-what", { what });
    const request = await requestFrom(what, role, at, call.options);
    try {
      return call.options.keep || call.options.student !== undefined
        ? await checkAndKeep(request, call)
        : (await check(request, call)).exit;
    } catch (error) {
      // Status 1 is a verdict, and what fell on the way is none.
      if (exitCodeOf(error) !== exitCodes.checkFailed) throw error;
      call.err(`netlabctl: ${messageOf(error)}`);
      return OUR_FAULT;
    }
  },
});

interface Checked {
  readonly exit: number;
  readonly report?: Report;
}

/** The daemon is asked for first: no check is waited for whose results have no place. */
async function checkAndKeep(request: CheckRequest, call: Call): Promise<number> {
  const client = await ControlClient.connect(call.socketPath);
  try {
    const { exit, report } = await check(request, call);
    if (!report) return exit;
    const kept = await keepReport(client, report, call, call.options.student);
    return kept === 0 ? exit : kept;
  } finally {
    client.close();
  }
}

async function check(asked: CheckRequest, call: Call): Promise<Checked> {
  const { options } = call;
  const bundle = await bundleOf(asked.role);
  const subject = await checkableOf(asked.role, bundle);
  const request = { ...asked, role: subject.role.name, ...(bundle === undefined ? {} : { bundle }) };
  if (casesOf(request, subject.cases).length === 0)
    throw new NetlabError("usage/check-no-case", {
      side: request.side,
      role: asked.role,
      globs: request.cases,
    });
  const targets = call.isJson ? [{ format: "json", file: undefined } as const] : targetsOf(options);
  const look = (report: Report) => text(report, styleOf(call.hasColors && process.stdout.isTTY === true));
  // Zero first: a crash of the checker is never full marks.
  const blank = blankReport(request, undefined);
  const { points } = options;
  await writeReport(unfinishedReport(blank), targets, look, { points }).catch((error: unknown) => {
    throw new NetlabError("usage/of-command", { command: "check", why: messageOf(error) }, { cause: error });
  });
  const report = await reportOf(request, subject, call);
  if (report === undefined) return { exit: OUR_FAULT };
  await writeReport(report, targets, look, { points });
  for (const target of targets) if (target.file === undefined) tell(report, target, look, call);
  return { exit: exitOf(report, options.strict), report };
}

function tell(report: Report, { format }: FormatTarget, look: (report: Report) => string, call: Call): void {
  if (call.isJson) return call.data(report);
  const written = format === "text" ? look(report) : formats[format](report, { points: call.options.points });
  call.out(written.replace(/\n$/, ""));
}

async function reportOf(request: CheckRequest, subject: Checkable, call: Call): Promise<Report | undefined> {
  const { options, signal } = call;
  const limits = limitsOf(options);
  const folder = path.resolve(options.cwd);
  const progress = progressOf(call);
  if (options.box && request.run !== undefined) {
    const answer = await reportOfBox(request, subject, folder, call);
    if ("report" in answer) return answer.report;
    call.err(`the check fell, which says nothing about the program: ${answer.fault}`);
    return undefined;
  }
  const late = new TimeLimit(limits.timeMs);
  const programs = request.run === undefined ? undefined : programsHere(folder, limits);
  const told = new AbortController();
  const end = () => told.abort();
  try {
    const built = options.build === undefined ? null : ((await programs?.build(options.build)) ?? null);
    if (built !== null && built.exit !== 0) return notBuiltReport(request, { subject, programs }, built);
    // Pipelines end a check so, and a program is not to outlive it.
    process.once("SIGTERM", end);
    const report = await runCheck(request, {
      subject,
      programs,
      signal: AbortSignal.any([signal, told.signal, late.signal]),
      onResult: progress,
    });
    return { ...timed(report, late), program: { ...report.program, build: built } };
  } finally {
    late.close();
    await programs?.close();
    process.off("SIGTERM", end);
  }
}

/** The tester in a box ends at an interruption: what it has told by then is the report. */
async function reportOfBox(
  request: CheckRequest,
  subject: Checkable,
  folder: string,
  call: Call,
): Promise<{ report: Report } | { fault: string }> {
  const { options, signal } = call;
  const rung = await chooseRung({ wanted: "auto", isUnsafe: options.unsafe });
  const results: Result[] = [];
  const progress = progressOf(call);
  const answer = await boxedCheck({
    rung,
    folder,
    build: options.build,
    request,
    limits: limitsOf(options),
    slot: 0,
    signal,
    onResult: (result, nth, of) => {
      results.push(result);
      progress(result, nth, of);
    },
  });
  return !("report" in answer) && signal.aborted
    ? { report: interruptedReport(request, subject, rung.report, results) }
    : answer;
}

const timed = (report: Report, late: TimeLimit): Report =>
  late.isOver && report.ended?.code === "interrupted" ? { ...report, ended: timedOut(late) } : report;

/** In front of a person, one line that is written over. */
function progressOf({ isJson }: Call): (result: Result, nth: number, of: number) => void {
  const { stderr } = process;
  if (isJson || !stderr.isTTY || !process.stdout.isTTY) return () => undefined;
  return ({ id }, nth, of) => {
    stderr.write(`\r\x1b[K${nth === of ? "" : `${nth} of ${of}  ${id}`}`);
  };
}
