/** Leases over an engine that fails: away, empty, slow to answer, or of several servers; by simulated clocks, over the engine in memory. */
import { describe, expect, it } from "vitest";
import { aliveIn, labOf } from "./labs-of-nodes.ts";
import { LEASE_MS, turns } from "./simulated-nodes.ts";

describe("an engine that is away", () => {
  it.each([0.5, 1, 10])("for %f leases: no node is sure for long, and none is expelled", async (leases) => {
    const { lab, nodes } = await labOf("n1", "n2", "n3");
    const before = nodes.map(({ nodes: one }) => one.own.incarnation);
    lab.engine.goAway();
    await lab.pass(leases * LEASE_MS);
    for (const { nodes: one } of nodes) expect(one.isSure).toBe(leases < 0.8);
    lab.engine.comeBack();
    await lab.pass(3 * LEASE_MS);
    for (const { nodes: one, told } of nodes) {
      expect(one.isSure).toBe(true);
      expect(aliveIn(one)).toEqual(["n1", "n2", "n3"]);
      expect(told().filter((word) => /left|expelled/.test(word))).toEqual([]);
    }
    expect(nodes.map(({ nodes: one }) => one.own.incarnation)).toEqual(before);
  });

  it("and comes back to one node late has that one expelled by its own lease alone", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    lab.engine.goAway();
    nodes[1]?.side.cut();
    await lab.pass(3 * LEASE_MS);
    lab.engine.comeBack();
    await lab.pass(0.7 * LEASE_MS);
    nodes[1]?.side.mend();
    await lab.pass(3 * LEASE_MS);
    expect(nodes.flatMap(({ told }) => told()).filter((word) => /left|expelled/.test(word))).toEqual([]);
  });
});

describe("an engine that lost all it kept", () => {
  it("has the nodes enter anew, each known to all, and its hubs owned by a higher epoch", async () => {
    const { lab, nodes } = await labOf("n1", "n2", "n3");
    await lab.while(nodes[0]?.nodes.claim("chat") ?? Promise.reject());
    // Far enough that revisions which begin again are below for long.
    await lab.pass(20 * LEASE_MS);
    nodes[2]?.kill();
    lab.engine.goAway();
    lab.engine.forgetKeys("nl_test");
    await lab.pass(1_000);
    lab.engine.comeBack();
    await lab.pass(4 * LEASE_MS);
    const rest = nodes.slice(0, 2);
    for (const { nodes: one, told } of rest) {
      expect(one.isSure).toBe(true);
      expect(aliveIn(one)).toEqual(["n1", "n2"]);
      expect(told().filter((word) => word === "expelled")).toHaveLength(1);
    }
    const owners = await Promise.all(rest.map(({ nodes: one }) => lab.while(one.claim("chat"))));
    expect(owners[0]).toEqual(owners[1]);
    expect(owners[0]?.epoch).toBe(2);
    const again = await lab.enter("n3", { pid: 7 });
    await turns();
    for (const { nodes: one } of [...rest, again]) expect(aliveIn(one)).toEqual(["n1", "n2", "n3"]);
  });
});

describe("an answer that is lost", () => {
  it("to a renewal is no expulsion: the node finds its own word there", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    if (second) second.side.faults = { loseAnswers: 1 };
    await lab.pass(1_500);
    if (second) second.side.faults = {};
    await lab.pass(3 * LEASE_MS);
    expect([first?.told(), second?.told()]).toEqual([["joined n2"], []]);
    expect(second?.nodes.isSure).toBe(true);
  });

  it("to a claim still lets it be known who owns the hub", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    if (second) second.side.faults = { loseAnswers: 1 };
    const claim = second?.nodes.claim("chat").catch((error: unknown) => error);
    await lab.pass(2_100);
    expect(await claim).toMatchObject({ code: "no-bus" });
    if (second) second.side.faults = {};
    const owners = await Promise.all(nodes.map(({ nodes: one }) => lab.while(one.claim("chat"))));
    expect(new Set(owners.map((owner) => JSON.stringify(owner))).size).toBe(1);
    expect(first?.nodes.ownerOf("chat")).toEqual(owners[0]);
  });
});

describe("a watch", () => {
  it("that stalls in silence is made again: who comes after it is seen", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    nodes[0]?.side.stall();
    await lab.enter("n3");
    await lab.pass(3_000);
    expect(nodes[0]?.told()).toEqual(["joined n2", "joined n3"]);
  });

  it("that misses some changes makes up for them", async () => {
    const { lab, nodes } = await labOf("n1", "n2", "n3");
    const [first, second] = nodes;
    if (first) first.side.faults = { missWatched: 1 };
    await lab.while(second?.nodes.claim("chat") ?? Promise.reject());
    await turns();
    if (first) first.side.faults = {};
    await lab.pass(4_000);
    expect(first?.nodes.ownerOf("chat")).toMatchObject({ node: "n2" });
    expect(first?.told().filter((word) => word.startsWith("left"))).toEqual([]);
  });
});

describe("servers that number one write differently, as one that was killed may do from then on", () => {
  for (const watchShift of [3, 40, -3, -40])
    it(`do not keep a dead node: a watch is ${watchShift} off`, async () => {
      const { lab, nodes } = await labOf("n1", "n2", "n3");
      const [first, second, third] = nodes;
      for (const one of [first, third]) if (one) one.side.faults = { watchShift };
      await lab.while(second?.nodes.claim("chat") ?? Promise.reject());
      await lab.pass(20_000);
      second?.kill();
      await lab.pass(LEASE_MS);
      for (const one of [first, third]) expect(one && aliveIn(one.nodes)).toEqual(["n1", "n3"]);
      const owner = await lab.while(third?.nodes.claim("chat") ?? Promise.reject());
      await lab.pass(100);
      expect(owner).toMatchObject({ node: "n3", epoch: 2 });
      expect(first?.nodes.ownerOf("chat")).toEqual(owner);
      await lab.pass(4 * LEASE_MS);
      for (const one of [first, third])
        expect(one?.told().filter((word) => !/^joined|^owner/.test(word))).toEqual(["left n2"]);
    });

  for (const by of [3, -3, -40])
    it(`renew every lease where one leads that is ${by} off`, async () => {
      const { lab, nodes } = await labOf("n1", "n2", "n3");
      await lab.pass(20_000);
      lab.engine.renumberKeys("nl_test", by);
      await lab.pass(3 * LEASE_MS);
      for (const { nodes: one, told } of nodes) {
        expect([one.isSure, aliveIn(one)]).toEqual([true, ["n1", "n2", "n3"]]);
        expect(told().filter((word) => /left|expelled|unsure/.test(word))).toEqual([]);
      }
    });

  it("have none that lives fenced", async () => {
    const { lab, nodes } = await labOf("n1", "n2", "n3");
    const [first] = nodes;
    if (first) first.side.faults = { watchShift: 3, missWatched: 1 };
    await lab.pass(4 * LEASE_MS);
    for (const one of nodes)
      expect(one.told().filter((word) => /left|expelled|unsure/.test(word))).toEqual([]);
  });
});
