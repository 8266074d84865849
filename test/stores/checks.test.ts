/** Results of checks in the database: added run by run, and never changed. */
import { expect, it } from "vitest";
import { type KeptReport, openKeptChecks } from "../../src/stores/checks.ts";
import { LabFolder } from "./lab-folder.ts";

const report = (status: string): KeptReport => ({
  version: "1.0.0",
  seed: 7,
  role: "calculator",
  side: "server",
  target: "127.0.0.1:3400",
  at: 1_000,
  results: [{ id: "CALC-2.numbers", status, grade: "MUST", weight: 2, message: "" }],
});

it("counts the runs, also over a restart", async () => {
  const lab = new LabFolder();
  expect(await openKeptChecks(lab.open()).add(report("failed"))).toBe(1);
  expect(await openKeptChecks(lab.open()).add(report("passed"))).toBe(2);
  expect(lab.rows('SELECT run, "case", status, seed FROM checks ORDER BY id')).toEqual([
    { run: 1, case: "CALC-2.numbers", status: "failed", seed: 7 },
    { run: 2, case: "CALC-2.numbers", status: "passed", seed: 7 },
  ]);
});

it("lets nobody change or remove a row", async () => {
  const lab = new LabFolder();
  await openKeptChecks(lab.open()).add(report("failed"));
  expect(() => lab.exec("UPDATE checks SET status = 'passed'")).toThrow("results of checks are not changed");
  expect(() => lab.exec("DELETE FROM checks")).toThrow("results of checks are not removed");
});
