/** Matrix of a class, behind its grades: played, kept, and written beside them. */
import type { Rung } from "../check/box/rung.ts";
import type { Assignment } from "../check/grade/assignment.ts";
import type { GradeFolder } from "../check/grade/grade-folder.ts";
import { contentOf, type HandIn } from "../check/grade/hand-ins.ts";
import { version } from "../config.ts";
import { pairProgress } from "./grade-progress.ts";
import type { StandaloneCall } from "./standalone-command.ts";

export interface MatrixParts {
  readonly rung: Rung;
  readonly into: GradeFolder;
  readonly handIns: readonly HandIn[];
  readonly names: ReadonlyMap<string, string> | undefined;
  readonly jobs: number;
  /** Pairs of an earlier run are kept where nothing has changed. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

/** Answers how many get on, in a sentence. */
export async function writtenMatrix(
  { role, matrix, limits, title, seed = 1 }: Assignment,
  { rung, into, handIns, names, jobs, resume, signal }: MatrixParts,
  terminal: Pick<StandaloneCall<unknown>, "err" | "isJson" | "hasColors">,
): Promise<string> {
  if (!matrix) throw new Error("an assignment without a matrix was refused before");
  const { matrixOf } = await import("../check/matrix/matrix.ts");
  const { matrixSummary } = await import("../check/matrix/matrix-page.ts");
  const { KnownRuns } = await import("../check/matrix/known-runs.ts");
  const contents = await Promise.all(handIns.map(async ({ folder }) => (await contentOf(folder)).digest));
  const commands = { server: matrix.server, client: matrix.client, build: matrix.build };
  const script = matrix.stdin;
  const known = await KnownRuns.open({
    file: into.runsFile,
    isResumed: resume,
    contents,
    about: [role, commands, script, limits, rung.report.kind, version],
  });
  const folders = handIns.map(
    ({ student, folder }) => [names?.get(student.id) ?? student.id, folder] as const,
  );
  const progress = pairProgress(terminal);
  const made = await matrixOf({
    role,
    commands,
    script,
    limits,
    rung,
    jobs,
    seed,
    handIns: new Map(folders),
    known,
    signal,
    onCell: progress.played,
  }).finally(progress.stop);
  await into.writeMatrix(made, title);
  return matrixSummary(made.cells);
}
