/** A class whose verdicts are known: each hand-in loses the cases of its mistake, no more and no less. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { chooseRung } from "../../../src/check/box/rung.ts";
import { gradedFolder } from "./graded-folder.ts";
import { madeClass, writeClass } from "./made-class.ts";

const rung = await chooseRung({ wanted: "auto", isUnsafe: true });
/** A handful is enough for every day; `npm run test:long` grades all of them. */
const HANDFUL = [
  "s01-right",
  "s03-whole-numbers",
  "s13-no-reuse",
  "s19-does-not-compile",
  "s20-no-file",
  "s21-crashes-at-once",
];
const isLong = process.env.NETLABD_LONG === "1";

it.skipIf(rung.report.kind !== "bwrap")(
  isLong
    ? "every hand-in of a class is judged as it deserves"
    : "a handful of hand-ins is judged as each deserves",
  { timeout: 600_000 },
  async () => {
    const made = madeClass().filter(({ name }) => isLong || HANDFUL.includes(name));
    const folder = mkdtempSync(path.join(tmpdir(), "netlabd-class-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const assignment = writeClass(folder, made);
    const into = path.join(folder, "grades");
    const { lines, cases: all } = await gradedFolder(path.join(folder, "hand-ins"), {
      assignment,
      into,
      rung,
    });
    expect(lines.map(({ shownAs, lost }) => [shownAs, lost.toSorted()])).toEqual(
      made.map(({ name, lost }) => [name, (lost === "all" ? all : lost).toSorted()]),
    );
    for (const { name, remark = "" } of made)
      expect(lines.find(({ shownAs }) => shownAs === name)?.remark).toContain(remark);
  },
);
