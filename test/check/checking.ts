/** A check for a test: a program of the tests, started without a box, against the cases of its role. */
import path from "node:path";
import { onTestFinished } from "vitest";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import { programsHere } from "../../src/check/box/programs-here.ts";
import { checksOf } from "../../src/check/case-folder.ts";
import type { Report } from "../../src/check/report.ts";
import { type CheckRequest, runCheck } from "../../src/check/run-check.ts";

export const checkout = path.join(import.meta.dirname, "../..");
export const roles = await scanRoles(path.join(checkout, "src/machines"));

export const peer = (name: string) => `exec python3 test/peers/${name} {port}`;
export const right = (name: string) => `exec python3 test/conformance/right/${name} {port}`;

export async function check(role: string, given: Partial<CheckRequest>): Promise<Report> {
  const checks = await checksOf(role, path.join(checkout, "src/check/cases"));
  const request: CheckRequest = { side: "server", role, cases: [], seed: 1, repeat: 1, ...given };
  const programs = programsHere(checkout);
  onTestFinished(() => programs.close());
  const { signal } = new AbortController();
  return runCheck(request, { roles, checks, programs, signal });
}

/** Ids of the results with this status. */
export const withStatus = ({ results }: Report, wanted: string) =>
  results.filter(({ status }) => status === wanted).map(({ id }) => id);
