/** `top`: what it measures while somebody talks, and how it says so. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Load } from "../../src/lab/load-meter.ts";
import { TestDaemon } from "./daemon.ts";
import { Scene } from "./scene.ts";

/** Rates are whole numbers a second: so many of each that their rounding tells nothing, also where a busy machine measures over seconds. */
const PEERS = 100;
const WORDS = `ann\n${"1 + 1\n".repeat(20)}`;

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  const roles = [
    { role: "calculator", port: 0 },
    { role: "ack", port: 0 },
  ];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
});
afterAll(() => scene.end());

describe("top", () => {
  it("tells connections and bytes a second, role by role, as long as they are wanted", async () => {
    const top = daemon.startCtl("top", "--json", "--every", "100ms");
    await top.says('"measuredMs"');
    const peers = Array.from({ length: PEERS }, () =>
      connect(daemon.ready.instances[0]?.port ?? 0, "127.0.0.1").resume(),
    );
    for (const peer of peers) peer.write(WORDS);
    await top.says(/"bytesInPerSecond":[1-9]/);
    await top.says(new RegExp(`"connections":${PEERS},`));
    for (const peer of peers) peer.end();
    // Read by then: a connection is over behind all that was said over it.
    await top.says(new RegExp(`"connections":${PEERS},.*\\n(?:.*\\n)*.*"connections":0,`));
    top.signal("SIGINT");
    const { stdout, exit } = await top.ended;
    expect(exit).toBe(130);
    const loads = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Load);
    const came = (load: Load) => (load.bytesInPerSecond * (load.measuredMs ?? 0)) / 1_000;
    const bytes = loads.reduce((sum, load) => sum + came(load), 0);
    expect(bytes / (PEERS * WORDS.length)).toBeCloseTo(1, 1);
    const opened = (load: Load) => (load.openedPerSecond * (load.measuredMs ?? 0)) / 1_000;
    const connections = loads.reduce((sum, load) => sum + opened(load), 0);
    expect(connections / PEERS).toBeCloseTo(1, 1);
    expect(loads[0]?.roles.map(({ id, state }) => [id, state])).toEqual([
      ["calculator-1", "running"],
      ["ack-1", "running"],
    ]);
    expect(loads[0]?.residentBytes).toBeGreaterThan(20_000_000);
  });

  it("is a table as often as was asked, or sentences", async () => {
    const { stdout, exit } = await daemon.ctl("top", "--n", "2", "--every", "50ms", "--all");
    expect(exit).toBe(0);
    expect(stdout.match(/^netlabd lab {2}\d\d:\d\d:\d\d {2}every 0\.05 s/gm)).toHaveLength(2);
    expect(stdout.match(/^ack-1 +running +0 +0 +0 B\/s +0 B\/s +0$/gm)).toHaveLength(2);
    const plain = await daemon.ctl("top", "--n", "1", "--every", "50ms", "--plain");
    expect(plain.stdout).toMatch(
      /^At \S+: 0 connections, 0 new a second, 0 B\/s in, 0 B\/s out\.\nEvent loop delay: median/,
    );
  });

  it("is lines for a filter", async () => {
    const { stdout } = await daemon.ctl("-c", "top --every 50ms | grep resident | head -n 2");
    expect(stdout.trim().split("\n")).toHaveLength(2);
  });
});
