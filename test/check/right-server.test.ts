/** The checker against servers as they are handed in: real programs, real sockets. */
import { expect, it } from "vitest";
import { exitOf } from "../../src/check/report.ts";
import { check, peer, right, withStatus } from "./checking.ts";

it("passes a server that does what the rule says", async () => {
  const report = await check("calculator", {
    run: peer("calculator_server.py"),
    cases: ["CALC-2.division-by-zero"],
  });
  expect(report.results).toMatchObject([{ id: "CALC-2.division-by-zero", status: "passed" }]);
  expect(exitOf(report, false)).toBe(0);
});

it("passes a server that keeps every rule in every case", async () => {
  const report = await check("calculator", { run: right("calculator-server.py") });
  expect(report.results.filter(({ status }) => status !== "passed")).toEqual([]);
  expect(report.results.length).toBeGreaterThan(20);
});

it("ends where the program cannot be started", async () => {
  const report = await check("calculator", { run: "exit 3" });
  expect(report.ended?.code).toBe("not-started");
  expect(exitOf(report, false)).toBe(6);
  expect(withStatus(report, "passed")).toEqual([]);
});
