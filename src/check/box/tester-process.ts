/**
 * The tester in a box: a program of its own, which hears its job in the first line of standard input and tells what it finds in lines of
 * JSON. What is built and checked gets neither of the two. Its input ends with whom it works for, and so does the tester.
 */
import { cp } from "node:fs/promises";
import { createInterface } from "node:readline";
import { messageOf } from "../../errors.ts";
import { checkableOf } from "../checkable.ts";
import type { Report } from "../report.ts";
import { notBuiltReport, runCheck, timedOut } from "../run-check.ts";
import { TimeLimit } from "../time-limit.ts";
import type { TesterJob, TesterNews } from "./boxed-check.ts";
import { enterBox } from "./inner-box.ts";
import { StartedPrograms } from "./started-programs.ts";

const stop = new AbortController();

async function tell(news: TesterNews): Promise<void> {
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(news)}\n`, resolve));
}

async function work({ box, given, work, build, request, limits, tellsResults }: TesterJob): Promise<Report> {
  await cp(given, work, { recursive: true, verbatimSymlinks: true });
  const isBoxed = box.kind !== "limits";
  const programs = new StartedPrograms({
    box,
    folder: work,
    env: process.env,
    limits,
    enter: enterBox(box, limits),
    hasOwnNetwork: isBoxed,
    hasOwnPids: isBoxed,
    hasOwnUser: isBoxed,
  });
  stop.signal.addEventListener("abort", () => void programs.close());
  const late = new TimeLimit(limits.timeMs);
  late.signal.addEventListener("abort", () => stop.abort());
  try {
    const subject = await checkableOf(request.role, request.bundle);
    const built = build === undefined ? null : await programs.build(build);
    if (built !== null && built.exit !== 0) return notBuiltReport(request, { subject, programs }, built);
    const onResult = (result: Report["results"][number], nth: number, of: number) =>
      void tell({ result, nth, of });
    const report = await runCheck(request, {
      subject,
      programs,
      signal: stop.signal,
      ...(tellsResults ? { onResult } : {}),
    });
    const ended = late.isOver ? timedOut(late) : report.ended;
    return { ...report, ended, program: { ...report.program, build: built } };
  } finally {
    late.close();
    await programs.close();
  }
}

const input = createInterface({ input: process.stdin });
input.once("line", (line) => {
  work(JSON.parse(line) as TesterJob)
    .then((report) => tell({ report }))
    .catch((error: unknown) => tell({ fault: messageOf(error) }))
    .finally(() => process.exit());
});
input.once("close", () => {
  stop.abort();
  // Programs are ended first, but a tester without a master does not stay.
  setTimeout(() => process.exit(1), 1_000).unref();
});
