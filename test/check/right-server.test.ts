/** The checker against a calculator as it is handed in: a real program, real sockets. */
import path from "node:path";
import { expect, it } from "vitest";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import { programsHere } from "../../src/check/box/programs-here.ts";
import { checksOf } from "../../src/check/case-folder.ts";
import { exitOf } from "../../src/check/report.ts";
import { type CheckRequest, runCheck } from "../../src/check/run-check.ts";

const checkout = path.join(import.meta.dirname, "../..");
const roles = await scanRoles(path.join(checkout, "src/machines"));

async function check(run: string, cases: readonly string[]) {
  const checks = await checksOf("calculator", path.join(checkout, "src/check/cases"));
  if (!checks) throw new Error("the calculator has cases");
  const request: CheckRequest = { side: "server", role: "calculator", run, cases, seed: 1, repeat: 1 };
  const { signal } = new AbortController();
  const programs = programsHere(checkout);
  try {
    return await runCheck(request, { roles, checks, programs, signal });
  } finally {
    await programs.close();
  }
}

it("passes a server that does what the rule says", async () => {
  const report = await check("python3 test/peers/calculator_server.py {port}", ["CALC-2.division-by-zero"]);
  expect(report.results).toMatchObject([{ id: "CALC-2.division-by-zero", status: "passed" }]);
  expect(exitOf(report, false)).toBe(0);
});

it("ends where the program cannot be started", async () => {
  const report = await check("exit 3", []);
  expect(report.ended?.code).toBe("not-started");
  expect(exitOf(report, false)).toBe(6);
});
