/**
 * The corpus of mistakes, judged. To see what is said of some of them, and the table of all kinds:
 *
 *   JUDGE=all npx vitest run test/diagnoses/corpus.test.ts
 *   JUDGE='headers|mute_knock' npx vitest run test/diagnoses/corpus.test.ts
 */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { hasPython } from "../roles/python-peer.ts";
import { corpus } from "./corpus.ts";
import { hasCompiler, Judge, type Judgement, lineOf, tableOf } from "./judge.ts";
import { DiagnosisLab } from "./lab.ts";

const wanted = process.env.JUDGE;
const isRunnable = (program: string) => hasCompiler || !program.endsWith(".c");
const asked = corpus.filter(({ program }) => !wanted || wanted === "all" || new RegExp(wanted).test(program));
/** Those whose cards have still to be written are judged when they are asked for. */
const cases = asked.filter(({ program, isPending }) => isRunnable(program) && (!isPending || wanted));

describe.skipIf(!hasPython)("a program of the corpus (skipped without python3)", () => {
  const lab = new DiagnosisLab();
  lab.use();
  let judgements: readonly Judgement[] = [];

  beforeAll(async () => {
    const judge = new Judge(lab);
    try {
      judgements = await judge.judge(cases);
      if (!wanted) judgements = await judge.judgeAgain(judgements);
    } finally {
      await judge.close();
    }
    if (!wanted) return;
    const shown =
      wanted === "all" ? judgements.map(lineOf) : judgements.flatMap((one) => [lineOf(one), one.told]);
    process.stdout.write(`${shown.join("\n")}\n\n${tableOf(judgements)}\n`);
  }, 400_000);

  it.each(cases)("$program: $expected", ({ program, card }) => {
    const judgement = judgements.find(({ one }) => one.program === program);
    expect(judgement && lineOf(judgement), card ?? "no card").toMatch(/^right/);
  });

  it("has no card that is too long to be read, or prints a command that does not exist", () => {
    expect(judgements.flatMap(({ faults }) => faults)).toEqual([]);
  });
});

describe("the table of the corpus", () => {
  const root = path.join(import.meta.dirname, "../peers/mistakes");
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = folders.flatMap(({ name }) =>
    readdirSync(path.join(root, name)).map((file) => `${name}/${file}`),
  );

  it("has a row for each program, and a program for each row", () => {
    const rows = corpus.map(({ program }) => (program.endsWith(".c") ? program : `${program}.py`));
    expect(files.filter((file) => /\.(py|c)$/.test(file)).sort()).toEqual(rows.sort());
    expect(rows.every((row) => existsSync(path.join(root, row)))).toBe(true);
  });
});
