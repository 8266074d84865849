/** A check for a test: a program of the tests, started without a box, against the cases of its role. */
import path from "node:path";
import { onTestFinished } from "vitest";
import { programsHere } from "../../src/check/box/programs-here.ts";
import { checkableOf } from "../../src/check/checkable.ts";
import type { Report } from "../../src/check/report.ts";
import { type CheckRequest, runCheck } from "../../src/check/run-check.ts";
import { rightPeers } from "../conformance/right-peers.ts";

export const checkout = path.join(import.meta.dirname, "../..");

export const peer = (name: string) => `exec python3 test/peers/${name} {port}`;
export const right = (name: string) => `exec python3 ${path.join(rightPeers, name)} {port}`;

/** `folder`: where the program runs, and leaves what it saves. */
export async function check(
  role: string,
  given: Partial<CheckRequest>,
  folder: string = checkout,
): Promise<Report> {
  const request: CheckRequest = { side: "server", role, cases: [], seed: 1, repeat: 1, ...given };
  const programs = programsHere(folder);
  onTestFinished(() => programs.close());
  const { signal } = new AbortController();
  return runCheck(request, { subject: await checkableOf(role), programs, signal });
}

/** Ids of the results with this status. */
export const withStatus = ({ results }: Report, wanted: string) =>
  results.filter(({ status }) => status === wanted).map(({ id }) => id);
