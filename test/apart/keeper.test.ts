/** The keeper of a role's process: whom it takes for stuck. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Keeper } from "../../src/apart/keeper.ts";
import type { Cause } from "../../src/stories/causes.ts";

/** Longer than any look of its own sees, so that the looks of a test alone count. */
const WATCHDOG_MS = 600_000;

/** A process that has given a sign of life, and what it ended of. */
async function speaking() {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-keeper-"));
  const spoken = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Cause>();
  let memoryBytes = 1_073_741_824;
  const keeper = new Keeper({
    side: {} as never,
    watchdogMs: WATCHDOG_MS,
    get memoryBytes() {
      return memoryBytes;
    },
    writeFolder: folder,
    stories: { read: () => undefined, readRest: () => undefined },
    onPrinted: () => undefined,
    onEnded: ended.resolve,
  });
  const hear = keeper.role.feed.bind(keeper.role);
  keeper.role.feed = (chunk: Buffer) => {
    spoken.resolve();
    hear(chunk);
  };
  onTestFinished(async () => {
    keeper.end({ code: "role-ended", args: { how: "the test is over" } });
    await ended.promise;
    rmSync(folder, { recursive: true });
  });
  await Promise.race([spoken.promise, ended.promise.then((why) => Promise.reject(why))]);
  const allowNoMemory = () => {
    memoryBytes = 0;
  };
  return { keeper, ended: ended.promise, allowNoMemory };
}

it("ends a process that says nothing for longer than its watchdog has patience", async () => {
  const { keeper, ended } = await speaking();
  const late = performance.now() + WATCHDOG_MS;
  keeper.look(late);
  keeper.look(late + 250);
  expect(await ended).toMatchObject({ code: "role-stuck" });
});

// Elsewhere nothing tells what memory it has.
it.skipIf(process.platform !== "linux")(
  "does not count as silence in which nothing could be heard: the machine stood still",
  async () => {
    const { keeper, ended, allowNoMemory } = await speaking();
    const late = performance.now() + WATCHDOG_MS;
    keeper.look(late, WATCHDOG_MS - 1_000);
    keeper.look(late + 250);
    // What it is ended for now, it was not ended for before.
    allowNoMemory();
    keeper.look(late + 500);
    expect(await ended).toMatchObject({ code: "role-memory" });
  },
);
