/** What processor time in spans in which nothing comes makes of a program: a loop, or one that was not through with something. */
import { existsSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { expectIdle } from "../../src/check/families/idleness.ts";
import type { Program } from "../../src/check/program.ts";
import type { ServerTester } from "../../src/check/tester.ts";
import { sum } from "../../src/os/process-tree.ts";
import { onLinux, programsHere, python, request } from "./box/programs.ts";

const MOST_MS = 60;
const SPAN_MS = 400;
const NEVER_QUIET = 12;

interface Span {
  readonly usedMs?: number;
  readonly waitedMs?: number;
  /** At its end. */
  readonly isAwake?: boolean;
}

/** Answers the spans that were looked at, and what it failed with. Of spans that are not told the last one goes on. */
async function looked(spans: readonly Span[]) {
  let samples = 0;
  let failure: string | undefined;
  const pauses: number[] = [];
  // One before a span, and one after it.
  const past = () => Math.floor(samples / 2);
  const of = (nth: number): Span => spans[Math.min(nth, spans.length - 1)] ?? {};
  const total = (figure: "usedMs" | "waitedMs") =>
    sum(Array.from({ length: past() }, (_, nth) => of(nth)[figure] ?? 0));
  const tester = {
    pause: async (ms: number) => void pauses.push(ms),
    fail: (message: string) => {
      failure = message;
    },
  };
  const sample = async () => {
    samples += 1;
    return {
      cpuMs: total("usedMs"),
      waitedMs: total("waitedMs"),
      isAwake: of(past() - 1).isAwake ?? false,
    };
  };
  await expectIdle(tester as unknown as ServerTester, { sample } as unknown as Program, {
    forMs: SPAN_MS,
    mostCpuMs: MOST_MS,
  });
  return { past: past(), failure, pauses };
}

const using = (...all: readonly number[]) => all.map((usedMs) => ({ usedMs }));
const LOOP = { usedMs: 400, isAwake: true };

it.each([
  ["is quiet at once", using(0, 400, 400), 1],
  ["is through with its start in the first span", using(400, 0, 400), 2],
  ["is through with it in the second", using(400, 400, 0), 3],
  ["uses a little in each", using(40, 40, 40), 3],
  ["has something to do in the moment of a look", [{ usedMs: 5, isAwake: true }, { usedMs: 5 }], 2],
  ["waits long for a processor, and does little with it", [{ usedMs: 5, waitedMs: 300 }], NEVER_QUIET],
])("a program that %s is idle", async (_, spans, past) => {
  expect(await looked(spans)).toMatchObject({ past, failure: undefined });
});

it.each([
  ["never waits", [LOOP], 3],
  ["has to wait for a processor in the first span", using(40, 400, 400), 3],
  ["has to wait for it in the second", using(400, 40, 400), 3],
  ["has none in the first four", [...Array.from({ length: 4 }, () => ({ isAwake: true })), LOOP], 7],
  [
    "has next to none in the first two",
    [{ usedMs: 5, waitedMs: 395 }, { usedMs: 5, waitedMs: 395 }, LOOP],
    5,
  ],
])("a program that %s loops", async (_, spans, past) => {
  const found = await looked(spans);
  expect(found.past).toBe(past);
  expect(found.failure).toMatch(/^the program used 400 ms of processor time in /);
});

it("a machine that stands still takes no more than a small part of a span away", async () => {
  const { pauses } = await looked(using(0));
  expect(sum(pauses)).toBeGreaterThanOrEqual(SPAN_MS);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(SPAN_MS / 20);
});

describe.skipIf(!onLinux)("a program", () => {
  it("is awake while it loops, also when it stands still, and is not in a wait", async () => {
    const [loop, sleeper] = [await started("while True: pass"), await started("import time\ntime.sleep(60)")];
    process.kill(loop.pid, "SIGSTOP");
    expect(await loop.sample()).toMatchObject({ isAwake: true });
    await vi.waitFor(async () => expect(await sleeper.sample()).toMatchObject({ isAwake: false }), 30_000);
  });

  it.skipIf(!existsSync("/proc/self/schedstat"))(
    "has waited when another had the processor that it was ready to run on",
    async () => {
      const code = "import os\nos.sched_setaffinity(0,[min(os.sched_getaffinity(0))])\nwhile True: pass";
      const [one, other] = [await started(code), await started(code)];
      for (const program of [one, other])
        await vi.waitFor(async () => expect((await program.sample())?.waitedMs).toBeGreaterThan(50), 30_000);
    },
  );
});

async function started(code: string): Promise<Program> {
  const program = await programsHere().start(request(python(`print('so',flush=True)\n${code}`)));
  await vi.waitFor(() => expect(program.output).toBe("so\n"), 30_000);
  return program;
}
