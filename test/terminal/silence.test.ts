/** Silence of a daemon, as who asked it is told of it. */
import { expect, it, onTestFinished, vi } from "vitest";
import type { ControlClient } from "../../src/control/control-client.ts";
import { watchSilence } from "../../src/terminal/silence.ts";

const daemonThat = (request: () => Promise<unknown>) =>
  ({ path: "/lab.sock", request }) as unknown as ControlClient;

it("is told once, after three seconds", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const told: string[] = [];
  watchSilence(
    daemonThat(() => new Promise(() => undefined)),
    (sentence) => told.push(sentence),
  );
  vi.advanceTimersByTime(2_999);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual([expect.stringContaining("/lab.sock has not answered for 3 s")]);
});

it("is not told where the machine stood still, and the daemon answers as it goes on", async () => {
  const told: string[] = [];
  const answered = Promise.withResolvers<void>();
  const stop = watchSilence(
    daemonThat(async () => {
      await new Promise((then) => setImmediate(then));
      answered.resolve();
    }),
    (sentence) => told.push(sentence),
  );
  onTestFinished(stop);
  // Nothing of this thread runs meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_100);
  await answered.promise;
  await new Promise((then) => setImmediate(then));
  expect(told).toEqual([]);
});
