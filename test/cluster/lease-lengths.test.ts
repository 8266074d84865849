/** Leases that are not as long as each other's; by simulated clocks, over the engine in memory. */
import { describe, expect, it } from "vitest";
import { aliveIn, sentencesOf } from "./labs-of-nodes.ts";
import { LEASE_MS, SimulatedLab, turns } from "./simulated-nodes.ts";

describe("leases of different lengths", () => {
  const LONG_MS = 6 * LEASE_MS;

  async function shortAndLong() {
    const lab = new SimulatedLab();
    const short = await lab.enter("n1");
    const long = await lab.enter("n2", { leaseMs: LONG_MS });
    await lab.pass(1_000);
    return { lab, short, long };
  }

  it("are awaited each for its own time: a node with a long one renews it seldom, or stands still for a short one, and stays", async () => {
    const { lab, short, long } = await shortAndLong();
    await lab.pass(2 * LONG_MS);
    long.stop();
    await lab.pass(2 * LEASE_MS);
    long.goOn();
    await lab.pass(LONG_MS);
    expect([short.told(), long.told()]).toEqual([["joined n2"], []]);
    expect([short.nodes.isSure, long.nodes.isSure]).toEqual([true, true]);
  });

  it("end a dead node's life when the longer one is over, and say which that was", async () => {
    const { lab, short, long } = await shortAndLong();
    long.kill();
    await lab.pass(0.6 * LONG_MS);
    expect(aliveIn(short.nodes)).toEqual(["n1", "n2"]);
    await lab.pass(0.4 * LONG_MS);
    expect(aliveIn(short.nodes)).toEqual(["n1"]);
    expect(sentencesOf(short.changes)).toContain("n2 was not heard for 30 s: it is taken for dead");
  });

  it("let a node with a long one judge no other by less: it asks the bus too seldom", async () => {
    const { lab, short, long } = await shortAndLong();
    short.stop();
    await lab.pass(0.6 * LONG_MS);
    expect(aliveIn(long.nodes)).toEqual(["n1", "n2"]);
    await lab.pass(0.4 * LONG_MS);
    expect(aliveIn(long.nodes)).toEqual(["n2"]);
  });

  it("keep a name for the longer one", async () => {
    const { lab, long } = await shortAndLong();
    long.kill();
    const before = lab.clock.now();
    await lab.enter("n2", { host: "elsewhere" });
    expect(lab.clock.now() - before).toBeGreaterThan(0.8 * LONG_MS);
  });

  it("are as long as the others' where a node of an older version does not say", async () => {
    const { lab, short } = await shortAndLong();
    const keys = await lab.engine.attach().keys("nl_test");
    const old = { node: "n0", incarnation: "i", pid: 1, version: "0", host: "h" };
    await keys.create("node.n0", JSON.stringify(old));
    await turns();
    expect(aliveIn(short.nodes)).toEqual(["n0", "n1", "n2"]);
    await lab.pass(LEASE_MS);
    expect(aliveIn(short.nodes)).toEqual(["n1", "n2"]);
  });
});
