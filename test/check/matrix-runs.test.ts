/** What is known of pairs before they are played: runs of an earlier matrix, and what other pairs showed of the same program. */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { KnownRuns } from "../../src/check/matrix/known-runs.ts";
import { OURS, type PairRun } from "../../src/check/matrix/pair.ts";
import { Prospects } from "../../src/check/matrix/prospects.ts";

const run = (client: string, server: string, more: Partial<PairRun> = {}): PairRun => ({
  client,
  server,
  isStarted: true,
  frames: [],
  clientExit: 0,
  isLate: false,
  hasServerDied: false,
  connections: 1,
  ...more,
});

describe("runs that are kept", () => {
  const fileHere = () => {
    const folder = mkdtempSync(path.join(tmpdir(), "netlabd-runs-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return path.join(folder, "runs.ndjson");
  };
  const open = (file: string, contents = ["a", "b"], { isResumed = true, about = "1" } = {}) =>
    KnownRuns.open({ file, isResumed, contents, about });

  it("are there again after a kill in the middle of a line, for the same hand-ins alone", async () => {
    const file = fileHere();
    const first = await open(file);
    first.add({ client: "0", server: "1" }, run("0", "1"));
    first.add({ client: "0", server: OURS }, run("0", OURS));
    appendFileSync(file, '\n{"key":"cut o');
    (await open(file)).add({ client: "1", server: "0" }, run("1", "0"));
    const again = await open(file);
    expect(again.get({ client: "0", server: "1" })).toEqual(run("0", "1"));
    expect(again.get({ client: "1", server: "0" })).toEqual(run("1", "0"));
    const changed = await open(file, ["a", "b, changed"]);
    expect(changed.get({ client: "0", server: "1" })).toBeUndefined();
    expect(changed.get({ client: "0", server: OURS })).toEqual(run("0", OURS));
    expect((await open(file, undefined, { about: "2" })).get({ client: "0", server: "1" })).toBeUndefined();
    expect((await open(file, undefined, { isResumed: false })).get({ client: "0", server: "1" })).toBe(
      undefined,
    );
  });

  it("are those of the hand-in, whatever number it has by then", async () => {
    const file = fileHere();
    (await open(file)).add({ client: "0", server: "1" }, run("0", "1"));
    const later = await open(file, ["new", "a", "b"]);
    expect(later.get({ client: "1", server: "2" })).toEqual(run("1", "2"));
  });
});

describe("prospects of a pair", () => {
  const notStarted = { isStarted: false, clientExit: undefined };

  it("are none with a server that did not listen twice, and are open with one that did once", () => {
    const prospects = new Prospects();
    prospects.learn(run("0", "1", notStarted));
    expect(prospects.foreseen({ client: "2", server: "1" })).toBeUndefined();
    prospects.learn(run("1", "1", notStarted));
    expect(prospects.foreseen({ client: "2", server: "1" })).toEqual(run("2", "1", notStarted));
    const flaky = new Prospects();
    for (const more of [notStarted, {}, notStarted]) flaky.learn(run("0", "1", more));
    expect(flaky.foreseen({ client: "2", server: "1" })).toBeUndefined();
  });

  it("are short for a client that had no end with ours, and for a server that kept two", () => {
    const late = { isLate: true, clientExit: undefined };
    const prospects = new Prospects();
    prospects.learn(run("0", OURS, late));
    expect(prospects.isHasty({ client: "0", server: "1" })).toBe(true);
    // It is the client's own fault.
    for (let nth = 0; nth < 3; nth += 1) prospects.learn(run("0", "1", late));
    expect(prospects.isHasty({ client: "2", server: "1" })).toBe(false);
    prospects.learn(run("2", "1", late));
    expect(prospects.isHasty({ client: "3", server: "1" })).toBe(false);
    prospects.learn(run("3", "1", late));
    expect(prospects.isHasty({ client: "4", server: "1" })).toBe(true);
  });
});
