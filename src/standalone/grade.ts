/** `netlabctl grade`: the hand-ins of a whole class, each checked in its box. */
import path from "node:path";
import { z } from "zod";
import { chooseRung } from "../check/box/rung.ts";
import { checkableOf } from "../check/checkable.ts";
import { type Assignment, readAssignment } from "../check/grade/assignment.ts";
import { classSummary, lostCases } from "../check/grade/class-page.ts";
import { gradeClass } from "../check/grade/grade-class.ts";
import { GradeFolder } from "../check/grade/grade-folder.ts";
import { type GradedLine, isAbsent } from "../check/grade/graded.ts";
import { type GradedCase, gradedCases } from "../check/grade/grading.ts";
import { besideText, handInsIn } from "../check/grade/hand-ins.ts";
import { pseudonyms } from "../check/grade/pseudonyms.ts";
import { readRoster } from "../check/grade/roster.ts";
import { messageOf, NetlabError } from "../errors.ts";
import { beThrifty } from "../heap-thrift.ts";
import { table } from "../repl/text-table.ts";
import { writtenMatrix } from "./grade-matrix.ts";
import { gradeProgress } from "./grade-progress.ts";
import { defineStandalone, type StandaloneCall } from "./standalone-command.ts";

const options = z.object({
  assignment: z.string().describe("what is handed in and how it is judged: a YAML file"),
  out: z.string().default("grades").describe("folder for gradebooks and pages"),
  jobs: z.number().int().min(1).max(64).default(2).describe("hand-ins checked at the same time"),
  roster: z.string().optional().describe("CSV file with the students, also as Moodle or Canvas exports it"),
  resume: z.boolean().default(false).describe("go on with the grades in --out; check only what has changed"),
  anonymous: z.boolean().default(false).describe("use pseudonyms in file names, pages and gradebook"),
  box: z
    .enum(["auto", "bwrap", "unshare", "limits"])
    .default("auto")
    .describe("keep each program in this kind of box"),
  matrix: z.boolean().default(false).describe("also run the clients of all with the servers of all"),
  unsafe: z.boolean().default(false).describe("as root, run the programs also without a box"),
});
type Options = z.output<typeof options>;

/** Faults of the checker, as `check` answers them. */
const OUR_FAULT = 70;
const INTERRUPTED = 130;

export default defineStandalone({
  name: "grade",
  summary: "checks the hand-ins of a class, each in its box, and writes gradebooks",
  args: [{ name: "folder", summary: "folder with a folder for each hand-in" }],
  options,
  example: "netlabctl grade hand-ins --assignment assignment.yaml --out grades",
  notes: [
    "--out has gradebook.csv, gradebook-moodle.csv, gradebook-canvas.csv, index.html and a page for each student.",
    "Exit status 0: every hand-in was judged, also where its verdict is bad.",
  ],
  run: async (call) => {
    const { args, options: given, signal, isJson, data } = call;
    const assignment = readAssignment(given.assignment);
    if (given.matrix && !assignment.matrix)
      throw new NetlabError("bad-assignment/no-matrix", { place: assignment.place() });
    const cases = await casesFor(assignment);
    const roster = given.roster === undefined ? [] : readRoster(given.roster);
    const { handIns, missing, beside } = await handInsIn(path.resolve(args.folder ?? "."), roster);
    if (beside.length > 0 && !isJson) call.err(besideText(beside));
    const rung = await chooseRung({ wanted: given.box, isUnsafe: given.unsafe });
    const into = new GradeFolder(path.resolve(given.out));
    await into.open(given.resume);
    const students = [...handIns.map(({ student }) => student), ...missing];
    const secret = given.anonymous ? await into.secret() : await into.knownSecret();
    const ids = students.map(({ id }) => id);
    const formerNames = secret === undefined ? new Map<string, string>() : pseudonyms(ids, secret);
    const names = given.anonymous ? formerNames : undefined;
    if (names) await into.writePseudonyms(names);
    beThrifty();
    const progress = gradeProgress(handIns.length, call);
    const lines = await gradeClass({
      assignment,
      cases,
      handIns,
      missing,
      into,
      rung,
      jobs: given.jobs,
      isResumed: given.resume,
      pseudonyms: names,
      formerNames,
      signal,
      onGraded: progress.graded,
    }).finally(progress.stop);
    const matrix =
      given.matrix && !signal.aborted
        ? await writtenMatrix(assignment, { rung, into, handIns, names, ...given, signal }, call)
        : undefined;
    if (isJson) data({ folder: into.folder, box: rung.report, hand_ins: lines.map(documentOf) });
    else {
      const about = { max: assignment.max, box: rung.report.kind, notes: rung.report.notes };
      tellSummary(lines, cases, about, given, call);
    }
    if (matrix && !isJson)
      call.out(
        `${matrix}\nwrote ${path.join(given.out, "matrix.html")}, ${path.join(given.out, "matrix.csv")}`,
      );
    if (signal.aborted) {
      if (!isJson) call.err(stoppedText(lines));
      return INTERRUPTED;
    }
    return lines.some(({ points }) => points === null) ? OUR_FAULT : 0;
  },
});

async function casesFor(assignment: Assignment): Promise<GradedCase[]> {
  const { cases } = await checkableOf(assignment.role).catch((error: unknown) => {
    const place = assignment.place("role");
    throw new NetlabError("bad-assignment/bad-line", { place, why: messageOf(error) }, { cause: error });
  });
  return gradedCases(assignment, cases);
}

function stoppedText(lines: readonly GradedLine[]): string {
  const handedIn = lines.filter((line) => !isAbsent(line));
  const judged = handedIn.filter(({ points }) => points !== null);
  return `stopped: ${judged.length} of ${handedIn.length} hand-ins are judged; the same command with --resume goes on with the rest`;
}

const MOST_LOST = 8;

function tellSummary(
  lines: readonly GradedLine[],
  cases: readonly GradedCase[],
  about: { readonly max: number; readonly box: string; readonly notes: readonly string[] },
  { out: folder, anonymous }: Options,
  { out, columns }: StandaloneCall<Options>,
): void {
  out(classSummary(lines, about.max));
  out(`box: ${[about.box, ...about.notes].join("; ")}`);
  const lost = lostCases(
    lines.filter(({ submitted, points }) => submitted !== null && points !== null),
    cases,
  )
    .filter((one) => one.lost > 0)
    .slice(0, MOST_LOST);
  if (lost.length > 0) {
    out("\nlost most often");
    out(
      table(
        ["by", "case", "grade", "title"],
        lost.map((one) => [String(one.lost), one.id, one.grade, one.title]),
        columns,
        "title",
      ),
    );
  }
  const books = anonymous
    ? ["gradebook.csv"]
    : ["gradebook.csv", "gradebook-moodle.csv", "gradebook-canvas.csv"];
  out(`\nwrote ${[...books, "index.html"].map((name) => path.join(folder, name)).join(", ")}`);
}

function documentOf({
  shownAs,
  points,
  max,
  mustFailed,
  shouldFailed,
  flaky,
  lost,
  remark,
  seed,
  submitted,
  checked,
}: GradedLine) {
  return {
    id: shownAs,
    score: points,
    max,
    must_failed: mustFailed,
    should_failed: shouldFailed,
    flaky,
    lost,
    remark,
    seed,
    submitted,
    checked,
  };
}
