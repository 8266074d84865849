/**
 * Grading of a class.
 *
 * 1. Every hand-in gets a result of zero, "not judged", before the first one is checked.
 * 2. So many at once as there are jobs; each is built and checked in its box, and its result, page and line are written when it is there.
 * 3. At the end the gradebooks and the page of the class are written anew; after `kill -9` the next run does it, with --resume.
 *
 * Of a hand-in that was checked only its line stays in memory.
 */
import { createHash } from "node:crypto";
import { version } from "../../config.ts";
import { messageOf } from "../../errors.ts";
import { boxedCheck } from "../box/boxed-check.ts";
import type { Rung } from "../box/rung.ts";
import type { Report } from "../report.ts";
import { unfinishedReport } from "../report-files.ts";
import type { Assignment } from "./assignment.ts";
import type { GradeFolder } from "./grade-folder.ts";
import { type Graded, type GradedLine, lineOf } from "./graded.ts";
import { type GradedCase, pointsOf, reportAsGraded, requestOf } from "./grading.ts";
import { contentOf, folderWith, type HandIn, missingFiles } from "./hand-ins.ts";
import type { Student } from "./roster.ts";

export interface ClassGrading {
  readonly assignment: Assignment;
  readonly cases: readonly GradedCase[];
  readonly handIns: readonly HandIn[];
  /** Students without a hand-in. */
  readonly missing: readonly Student[];
  readonly into: GradeFolder;
  readonly rung: Rung;
  readonly jobs: number;
  /** Results of an earlier run are kept where nothing has changed. */
  readonly isResumed: boolean;
  /** By id; undefined: all are shown as they are. */
  readonly pseudonyms: ReadonlyMap<string, string> | undefined;
  /** Pseudonyms of an earlier run in the same folder, by id. */
  readonly formerNames?: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly onGraded: (line: GradedLine, ms: number) => void;
}

/** Answers the lines of all, in the order of their ids. */
export async function gradeClass(grading: ClassGrading): Promise<GradedLine[]> {
  const { handIns, missing, jobs } = grading;
  const lines = new Map<string, GradedLine>();
  for (const student of missing) lines.set(student.id, lineOf(absent(student, grading)));
  for (const { student } of handIns) lines.set(student.id, lineOf(blank(student, "", null, grading)));
  await writeBooks([...lines.values()], grading);
  const queue = handIns.values();
  const workers = Array.from({ length: Math.min(jobs, handIns.length) }, async (_, slot) => {
    for (const handIn of queue) {
      if (grading.signal.aborted) return;
      const from = performance.now();
      const graded = await gradedOf(handIn, slot, grading);
      lines.set(handIn.student.id, lineOf(graded));
      // A check that was broken off has no verdict.
      if (grading.signal.aborted && graded.points === null) return;
      grading.onGraded(lineOf(graded), performance.now() - from);
    }
  });
  await Promise.all(workers);
  for (const student of missing) {
    await grading.into.write(absent(student, grading), grading.assignment);
    await forgetFormerName(student, grading);
  }
  const all = [...lines.values()].toSorted((a, b) => (a.shownAs < b.shownAs ? -1 : 1));
  await writeBooks(all, grading);
  return all;
}

async function writeBooks(lines: readonly GradedLine[], grading: ClassGrading): Promise<void> {
  const { into, assignment, cases, pseudonyms } = grading;
  await into.writeGradebooks(lines, { ...assignment, isAnonymous: pseudonyms !== undefined });
  await into.writeClassPage(lines, assignment, cases);
}

async function gradedOf(handIn: HandIn, slot: number, grading: ClassGrading): Promise<Graded> {
  const { into, assignment, isResumed } = grading;
  const { student, folder } = handIn;
  const { digest: content, submitted } = await contentOf(folder);
  const digest = digestOf(content, grading);
  const known = isResumed ? await knownResult(student, digest, grading) : undefined;
  const graded = known ?? blank(student, digest, submitted, grading);
  await into.write(graded, assignment);
  await forgetFormerName(student, grading);
  if (known) return known;
  const done = await checked(handIn, graded, slot, grading);
  await into.write(done, assignment);
  return done;
}

/** Of an earlier run, which may have had pseudonyms where this one has none, or the other way round. */
async function knownResult(
  student: Student,
  digest: string,
  grading: ClassGrading,
): Promise<Graded | undefined> {
  const shownAs = shownName(student, grading);
  const formerly = grading.formerNames?.get(student.id) ?? student.id;
  for (const name of new Set([shownAs, formerly, student.id])) {
    const known = await grading.into.read(name);
    if (known?.digest !== digest || known.points === null) continue;
    return { ...known, shownAs, student: shownStudent(student, grading) };
  }
  return undefined;
}

/** Files under a name that is not shown any more would say whose the shown one is. */
async function forgetFormerName({ id }: Student, grading: ClassGrading): Promise<void> {
  const { pseudonyms, formerNames, into } = grading;
  const former = pseudonyms === undefined ? formerNames?.get(id) : id;
  if (former !== undefined) await into.forget(former);
}

/** Everything on which a verdict depends. */
function digestOf(content: string, { assignment, rung }: ClassGrading): string {
  const {
    place: _place,
    file: _file,
    title: _title,
    visibility: _visibility,
    matrix: _matrix,
    ...rest
  } = assignment;
  return createHash("sha256")
    .update(JSON.stringify([content, rest, rung.report.kind, version]))
    .digest("hex");
}

async function checked(handIn: HandIn, before: Graded, slot: number, grading: ClassGrading): Promise<Graded> {
  const { assignment, cases, rung, signal } = grading;
  const { folder } = handIn;
  const lacking = await missingFiles(folder, assignment.files);
  if (lacking.length > 0) {
    const message = await lackingMessage(folder, lacking);
    return asGraded(before, lackingReport(message, before, grading), grading);
  }
  const answer = await boxedCheck({
    rung,
    folder,
    build: assignment.build,
    request: requestOf(assignment, before.seed),
    limits: assignment.limits,
    slot,
    signal,
  }).catch((error: unknown) => ({ fault: messageOf(error) }));
  if (!("report" in answer) && signal.aborted) return before;
  if (!("report" in answer)) return { ...before, remark: `a fault of the checker: ${answer.fault}` };
  return asGraded(before, reportAsGraded(answer.report, cases), grading);
}

function asGraded(before: Graded, report: Report, { assignment, cases }: ClassGrading): Graded {
  const passed = new Set(
    report.results
      .filter(({ status }) => status !== "failed" && status !== "unimplemented")
      .map(({ id }) => id),
  );
  const lost = cases.filter(({ id }) => !passed.has(id));
  return {
    ...before,
    points: pointsOf(report, cases, assignment.max) ?? null,
    mustFailed: lost.filter(({ grade }) => grade === "MUST").length,
    shouldFailed: lost.filter(({ grade }) => grade === "SHOULD").length,
    flaky: report.results.filter(({ flaky }) => flaky).length,
    lost: lost.map(({ id }) => id),
    remark: report.ended?.message ?? "",
    checked: new Date().toISOString(),
    report,
  };
}

function blank(student: Student, digest: string, submitted: string | null, grading: ClassGrading): Graded {
  const { assignment } = grading;
  // A seed that is made of an id would tell whose a pseudonym is.
  const seed = assignment.seed ?? seedOf(shownName(student, grading));
  const { role, side, run } = assignment;
  const checkedAt = new Date().toISOString();
  const program = { run, at: null, build: null, exit: null };
  return {
    format: "netlab-grade/1",
    student: shownStudent(student, grading),
    shownAs: shownName(student, grading),
    points: null,
    max: assignment.max,
    mustFailed: 0,
    shouldFailed: 0,
    flaky: 0,
    lost: [],
    remark: "",
    seed,
    submitted,
    checked: checkedAt,
    version,
    digest,
    report: unfinishedReport({
      version,
      role,
      side,
      seed,
      started: checkedAt,
      box: grading.rung.report,
      program,
    }),
  };
}

const absent = (student: Student, grading: ClassGrading): Graded => ({
  ...blank(student, "", null, grading),
  points: 0,
  report: null,
});

/** A folder that was handed in with its files in it is what this is mostly about. */
async function lackingMessage(folder: string, lacking: readonly string[]): Promise<string> {
  const message = `the hand-in lacks ${lacking.join(", ")}`;
  const place = await folderWith(folder, lacking[0] ?? "");
  return place === undefined ? message : `${message}; ${lacking[0]} lies in its folder ${place}`;
}

function lackingReport(message: string, { report }: Graded, { rung }: ClassGrading): Report {
  if (report === null) throw new Error("a hand-in has a report from its beginning");
  return { ...report, box: rung.report, ended: { code: "not-built", message } };
}

const shownName = ({ id }: Student, { pseudonyms }: ClassGrading) => pseudonyms?.get(id) ?? id;

/** With pseudonyms nothing but the group is kept of a student. */
function shownStudent(student: Student, grading: ClassGrading): Student {
  if (grading.pseudonyms === undefined) return student;
  const { group } = student;
  return { id: shownName(student, grading), ...(group === undefined ? {} : { group }) };
}

/** Values of one's own: a student's seed is made of the id. */
const seedOf = (id: string) => createHash("sha256").update(`netlabd seed ${id}`).digest().readUInt32BE(0);
