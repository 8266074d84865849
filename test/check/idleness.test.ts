/** What processor time in spans in which nothing comes makes of a program: a loop, or one that was not through with something. */
import { expect, it } from "vitest";
import { expectIdle } from "../../src/check/families/idleness.ts";
import type { Program } from "../../src/check/program.ts";
import type { ServerTester } from "../../src/check/tester.ts";

const MOST_MS = 60;

/** Answers the spans that were looked at, and what it failed with. `spans`: processor time that the program uses in each. */
async function looked(spans: readonly number[]) {
  let past = 0;
  let failure: string | undefined;
  const cpuMs = () => spans.slice(0, past).reduce((sum, used) => sum + used, 0);
  const tester = {
    pause: async () => {
      past += 1;
    },
    fail: (message: string) => {
      failure = message;
    },
  };
  const program = { sample: async () => ({ cpuMs: cpuMs() }) };
  await expectIdle(tester as unknown as ServerTester, program as unknown as Program, {
    forMs: 400,
    mostCpuMs: MOST_MS,
  });
  return { past, failure };
}

it.each([
  ["is quiet at once", [0, 400, 400], 1],
  ["is through with its start in the first span", [400, 0, 400], 2],
  ["is through with it in the second", [400, 400, 0], 3],
  ["uses a little in each", [40, 40, 40], 3],
])("a program that %s is idle", async (_, spans, past) => {
  expect(await looked(spans)).toEqual({ past, failure: undefined });
});

it.each([
  ["never waits", [400, 400, 400]],
  ["has to wait for a processor in the first span", [40, 400, 400]],
  ["has to wait for it in the second", [400, 40, 400]],
])("a program that %s loops", async (_, spans) => {
  const { past, failure } = await looked(spans);
  expect(past).toBe(3);
  expect(failure).toMatch(/^the program used 400 ms of processor time in /);
});
