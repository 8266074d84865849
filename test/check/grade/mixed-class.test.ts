/** A class in three languages whose verdicts are known: each hand-in loses the cases of its mistake, no more and no less. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { chooseRung } from "../../../src/check/box/rung.ts";
import type { Graded } from "../../../src/check/grade/graded.ts";
import { gradedFolder } from "./graded-folder.ts";
import { type MixedHandIn, mixedClass, writeMixedClass } from "./mixed-class.ts";

const rung = await chooseRung({ wanted: "auto", isUnsafe: true });
const needed = ["make", "gcc", "javac", "python3"];
const has = (program: string) => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
};
const lacking = needed.filter((program) => !has(program));
const why = lacking.length === 0 ? "" : ` (skipped without ${lacking.join(", ")})`;

it.skipIf(rung.report.kind !== "bwrap" || lacking.length > 0).each(["calculator", "chat"] as const)(
  `each %s of a mixed class is judged as it deserves${why}`,
  { timeout: 600_000 },
  async (lab) => {
    const made = mixedClass().filter((one) => one.lab === lab);
    const folder = mkdtempSync(path.join(tmpdir(), "netlabd-mixed-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeMixedClass(folder, made);
    const [assignment, into] = [path.join(folder, `${lab}.yaml`), path.join(folder, "grades")];
    const { lines, cases } = await gradedFolder(path.join(folder, lab), { assignment, into, rung });
    expect(lines.map(({ shownAs, lost }) => [shownAs, lost.toSorted()])).toEqual(
      made.map((one) => [one.name, lostOf(one, cases)]),
    );
    for (const { name, remark = "" } of made)
      expect(lines.find(({ shownAs }) => shownAs === name)?.remark).toContain(remark);
    if (lab === "chat") return;
    const silent = JSON.parse(
      readFileSync(path.join(into, "results/s13-never-answers.json"), "utf8"),
    ) as Graded;
    const onesOfTheirOwn = silent.report?.results.filter(
      ({ status, follows }) => status === "failed" && !follows,
    );
    expect(onesOfTheirOwn?.length).toBeLessThanOrEqual(3);
    // What it wrote where it thought its report to be is its own output, and nothing of its grade.
    const forged = JSON.parse(readFileSync(path.join(into, "results/s09-forges-a-report.json"), "utf8"));
    expect(forged.report.score).toMatchObject({ max: 33, got: 31 });
  },
);

function lostOf({ lost }: MixedHandIn, cases: readonly string[]): string[] {
  if (lost === "all") return cases.toSorted();
  const isLost = (id: string) => lost.some((glob) => path.matchesGlob(id, glob));
  return cases.filter(isLost).toSorted();
}
