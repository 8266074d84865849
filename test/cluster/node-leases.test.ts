/** Daemons of one lab know which of them are there, and which owns a hub; by simulated clocks, over the engine in memory. */
import { describe, expect, it } from "vitest";
import type { HubOwner, NodeChange } from "../../src/cluster/nodes.ts";
import type { Clock } from "../../src/machines/_world.ts";
import { nodeChangeText } from "../../src/node-change-text.ts";
import { LEASE_MS, SimulatedLab, turns } from "./simulated-nodes.ts";

const aliveIn = (nodes: { list(): readonly { name: string; isAlive: boolean }[] }) =>
  nodes.list().flatMap(({ name, isAlive }) => (isAlive ? [name] : []));

const sentencesOf = (changes: readonly NodeChange[]) =>
  changes.flatMap((change) => nodeChangeText(change, LEASE_MS)?.sentence ?? []);

async function labOf(...names: string[]) {
  const lab = new SimulatedLab();
  const nodes = [];
  for (const name of names) nodes.push(await lab.enter(name));
  await lab.pass(1_000);
  return { lab, nodes };
}

describe("nodes", () => {
  it("see each other, in the order of their names, and are sure", async () => {
    const { nodes } = await labOf("n2", "n1", "n3");
    for (const { nodes: one } of nodes) {
      expect(one.list().map(({ name, isAlive, version }) => [name, isAlive, version])).toEqual([
        ["n1", true, "1"],
        ["n2", true, "1"],
        ["n3", true, "1"],
      ]);
      expect(one.isSure).toBe(true);
    }
    expect(nodes.map(({ told }) => told())).toEqual([["joined n1", "joined n3"], ["joined n3"], []]);
  });

  it("know those that were there before them as soon as they have entered", async () => {
    const lab = new SimulatedLab();
    for (const name of ["n1", "n2"]) await lab.enter(name);
    const third = await lab.enter("n3");
    expect(aliveIn(third.nodes)).toEqual(["n1", "n2", "n3"]);
  });

  it("stay for as long as they renew their leases", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    await lab.pass(10 * LEASE_MS);
    for (const { nodes: one, told } of nodes) {
      expect(aliveIn(one)).toEqual(["n1", "n2"]);
      expect(told().filter((word) => word !== "joined n2")).toEqual([]);
      const heard = one.list().map(({ heardAt }) => lab.clock.now() - heardAt);
      expect(Math.max(...heard)).toBeLessThanOrEqual(1_100);
    }
  });

  it("that are killed are told as gone within a lease, after their fence", async () => {
    const { lab, nodes } = await labOf("n1", "n2", "n3");
    const [, second] = nodes;
    second?.kill();
    await lab.pass(LEASE_MS);
    for (const at of [0, 2]) {
      expect(nodes[at]?.told().filter((word) => word.includes("n2"))).toContain("left n2");
      expect(sentencesOf(nodes[at]?.changes ?? [])).toContain(
        `n2 was not heard for ${LEASE_MS / 1_000} s: it is taken for dead`,
      );
      expect(nodes[at]?.nodes.list().find(({ name }) => name === "n2")?.isAlive).toBe(false);
    }
  });

  it("that are gone are listed so for ten leases, and forgotten then, with their keys", async () => {
    const { lab, nodes } = await labOf("n1", "n2", "n3", "n4");
    const [first, second, third, fourth] = nodes;
    const listed = (one: typeof first) => one?.nodes.list().map(({ name }) => name);
    second?.kill();
    await third?.nodes.leave();
    await lab.pass(9.5 * LEASE_MS);
    for (const one of [first, fourth]) expect(listed(one)).toEqual(["n1", "n2", "n3", "n4"]);
    expect(lab.engine.keysOf("nl_test").get("node.n2")?.value).toContain('"by"');
    await lab.pass(2 * LEASE_MS);
    for (const one of [first, fourth]) expect(listed(one)).toEqual(["n1", "n4"]);
    expect(lab.engine.keysOf("nl_test").get("node.n2")).toBeUndefined();
    const late = await lab.enter("n5");
    expect(listed(late)).toEqual(["n1", "n4", "n5"]);
  });

  it("that wake after they were forgotten are expelled, and enter again", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    second?.stop();
    await lab.pass(12 * LEASE_MS);
    expect(first?.nodes.list().map(({ name }) => name)).toEqual(["n1"]);
    second?.goOn();
    await lab.pass(LEASE_MS);
    expect(second?.told()).toContain("expelled");
    expect(aliveIn(first?.nodes ?? { list: () => [] })).toEqual(["n1", "n2"]);
    expect(second?.nodes.isSure).toBe(true);
  });

  it.each([0.5, 0.74, 0.76, 0.78, 1, 1.5, 4])(
    "lose no lease to each other where the engine itself stands still for %f of one, whenever it does",
    async (part) => {
      for (let phase = 0; phase < LEASE_MS / 5; phase += 50) {
        const lab = new SimulatedLab();
        const nodes = [await lab.enter("n1")];
        await lab.pass(300);
        nodes.push(await lab.enter("n2"));
        await lab.pass(2_000 + phase);
        const told = nodes.map((one) => one.told().length);
        lab.engine.stop();
        await lab.pass(part * LEASE_MS);
        lab.engine.goOn();
        await lab.pass(2 * LEASE_MS);
        const since = nodes.map((one, at) => one.told().slice(told[at]));
        expect(since.flat().filter((word) => !/sure$/.test(word))).toEqual([]);
        for (const { nodes: one } of nodes) expect(aliveIn(one)).toEqual(["n1", "n2"]);
      }
    },
  );

  it("that leave say so, at once, and their hubs are free", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    expect(await lab.while(second?.nodes.claim("chat") ?? Promise.reject())).toMatchObject({
      node: "n2",
      epoch: 1,
    });
    await second?.nodes.leave();
    await turns();
    expect(first?.told().slice(1)).toEqual([
      "owner of chat: n2 1",
      "owner of chat: none",
      "left n2 by its word",
    ]);
    expect(await first?.nodes.claim("chat")).toMatchObject({ node: "n1", epoch: 2 });
  });

  it("leave in a moment where the bus is away, and are then told as gone like the dead", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    second?.side.cut();
    await lab.while(second?.nodes.leave() ?? Promise.reject());
    await lab.pass(LEASE_MS);
    expect(first?.told()).toContain("left n2");
  });
});

describe("a name", () => {
  it("of a daemon that is there is refused with what to do", async () => {
    const { lab } = await labOf("n1");
    await expect(lab.enter("n1", { host: "elsewhere" })).rejects.toThrow(
      "another daemon of this lab is called n1: choose another name with --node",
    );
  });

  it("is refused to all but one of several that come at once", async () => {
    const lab = new SimulatedLab();
    const tries = ["a", "b", "c"].map((host) => lab.enter("n1", { host }));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("that no subject takes is refused", async () => {
    await expect(new SimulatedLab().enter("n.1")).rejects.toThrow('--node "n.1"');
  });

  it("of a dead daemon is taken over once its lease is over", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    nodes[1]?.kill();
    const before = lab.clock.now();
    const again = await lab.enter("n2", { host: "elsewhere" });
    expect(lab.clock.now() - before).toBeLessThan(LEASE_MS + 500);
    expect(lab.clock.now() - before).toBeGreaterThan(0.8 * LEASE_MS);
    expect(aliveIn(again.nodes)).toEqual(["n1", "n2"]);
  });

  it("of a process of this machine that has ended is taken over at once; the others hear that the old one left", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    await lab.while(second?.nodes.claim("chat") ?? Promise.reject());
    second?.kill();
    const again = await lab.enter("n2", { pid: 2, isRunning: (pid) => pid !== 1 });
    await turns();
    expect(first?.told().slice(2)).toEqual(["left n2", "joined n2"]);
    expect(sentencesOf(first?.changes.slice(2) ?? [])).toEqual([
      "n2 begins again, after a restart or a time apart from the lab: its peers of before have left shared hubs",
      "n2 is a node of this lab now",
    ]);
    expect(again.nodes.own.incarnation).not.toBe(second?.nodes.own.incarnation);
    // The hub of its former life is no longer its own.
    expect(await lab.while(again.nodes.claim("chat"))).toMatchObject({
      incarnation: again.nodes.own.incarnation,
      epoch: 2,
    });
  });

  it("whose process number is the asker's own tells nothing: containers count from one", async () => {
    const { lab } = await labOf("n1");
    await expect(lab.enter("n1", { isRunning: () => false })).rejects.toThrow("is called n1");
  });
});

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

describe("a node that is cut off", () => {
  it("is unsure before the others fence it; back again, it is expelled and enters anew", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    const before = second?.nodes.own.incarnation;
    await lab.while(second?.nodes.claim("chat") ?? Promise.reject());
    second?.side.cut();
    await lab.pass(2 * LEASE_MS, () => {
      if (!aliveIn(first?.nodes ?? { list: () => [] }).includes("n2"))
        expect(second?.nodes.isSure).toBe(false);
    });
    expect(second?.told()).toEqual(["owner of chat: n2 1", "unsure"]);
    expect(await lab.while(first?.nodes.claim("chat") ?? Promise.reject())).toMatchObject({
      node: "n1",
      epoch: 2,
    });

    second?.side.mend();
    await lab.pass(2_000);
    expect(second?.changes).toContainEqual({ kind: "expelled", before });
    expect(second?.told().slice(2).toSorted()).toEqual(["expelled", "owner of chat: n1 2", "sure"]);
    expect(first?.told().slice(-1)).toEqual(["joined n2"]);
    expect(aliveIn(second?.nodes ?? { list: () => [] })).toEqual(["n1", "n2"]);
  });

  it("without noticing is unsure all the same", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    nodes[1]?.side.cut("inSilence");
    await lab.pass(LEASE_MS);
    expect(nodes[1]?.nodes.isSure).toBe(false);
    expect(nodes[1]?.side.isConnected).toBe(true);
    expect(aliveIn(nodes[0]?.nodes ?? { list: () => [] })).toEqual(["n1"]);
    nodes[1]?.side.mend();
    await lab.pass(LEASE_MS);
    expect(nodes[1]?.told()).toContain("expelled");
    expect(aliveIn(nodes[0]?.nodes ?? { list: () => [] })).toEqual(["n1", "n2"]);
  });

  it("for less than its lease stays who it is", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    nodes[1]?.side.cut();
    await lab.pass(0.6 * LEASE_MS);
    nodes[1]?.side.mend();
    await lab.pass(2 * LEASE_MS);
    expect(nodes.map(({ told }) => told())).toEqual([["joined n2"], []]);
  });
});

describe("a process that is stopped for longer than its lease", () => {
  it("wakes unsure, finds itself expelled, and judges no other by its sleep", async () => {
    const { lab, nodes } = await labOf("n1", "n2", "n3");
    const [first, second, third] = nodes;
    await lab.while(second?.nodes.claim("chat") ?? Promise.reject());
    second?.stop();
    await lab.pass(0.5 * LEASE_MS);
    expect(aliveIn(first?.nodes ?? { list: () => [] })).toEqual(["n1", "n2", "n3"]);
    await lab.pass(1.5 * LEASE_MS);
    expect(await lab.while(third?.nodes.claim("chat") ?? Promise.reject())).toMatchObject({
      node: "n3",
      epoch: 2,
    });
    expect(second?.nodes.isSure).toBe(false);
    second?.goOn();
    expect(second?.nodes.isSure).toBe(false);
    await lab.pass(2_000);
    const told = second?.told() ?? [];
    expect(told.filter((word) => word.startsWith("left"))).toEqual([]);
    expect(told.filter((word) => word === "expelled")).toEqual(["expelled"]);
    expect(second?.nodes.ownerOf("chat")).toMatchObject({ node: "n3" });
    for (const { nodes: one } of nodes) expect(aliveIn(one)).toEqual(["n1", "n2", "n3"]);
  });
});

describe("a machine that slept", () => {
  it("has a node that is unsure at once, though its steady clock stood", async () => {
    const { lab, node, sleep } = await sleeper();
    expect(node.nodes.isSure).toBe(true);
    sleep(LEASE_MS);
    expect(node.nodes.isSure).toBe(false);
    await lab.pass(LEASE_MS);
    expect(node.nodes.isSure).toBe(true);
  });

  it("says that its node is sure again, and goes on with what waited for that, though no timer had told of the doubt", async () => {
    const { lab, node, sleep } = await sleeper();
    sleep(LEASE_MS);
    let owner: HubOwner | undefined;
    void node.nodes.claim("chat").then((claimed) => {
      owner = claimed;
    });
    await lab.pass(LEASE_MS);
    expect(owner).toMatchObject({ node: "n1" });
    expect(node.told()).toContain("sure");
  });

  async function sleeper() {
    const lab = new SimulatedLab();
    const base = lab.clock;
    let sleptMs = 0;
    const clock: Clock = {
      now: () => base.now() + sleptMs,
      monotonic: () => base.now() * 1_000,
      setTimeout: (callback, ms) => base.setTimeout(callback, ms),
      clearTimeout: (id) => base.clearTimeout(id),
    };
    const node = await lab.enter("n1", { clock });
    const sleep = (ms: number) => {
      sleptMs += ms;
    };
    return { lab, node, sleep };
  }
});

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

describe("an engine that compares before it sets, as one of several servers does", () => {
  it("gives a hub to one of those that claim it at once, and no other takes it for its own meanwhile", async () => {
    const lab = new SimulatedLab(1, 100);
    const nodes = [];
    for (const name of ["n1", "n2", "n3"]) nodes.push(await lab.enter(name));
    await lab.while(nodes[0]?.nodes.claim("chat") ?? Promise.reject());
    await lab.pass(1_000);
    nodes[0]?.kill();
    await lab.pass(LEASE_MS);
    const rest = nodes.slice(1).map(({ nodes: one }) => one);
    const thinkSo = new Set<string>();
    const look = () => {
      for (const one of rest) if (one.ownerOf("chat")?.node === one.own.name) thinkSo.add(one.own.name);
    };
    const claims = Promise.all(rest.map((one) => one.claim("chat")));
    await lab.pass(2_000, look);
    const owners = await claims;
    expect(owners.map(({ node, epoch }) => [node, epoch])).toEqual([
      ["n3", 2],
      ["n3", 2],
    ]);
    expect([...thinkSo]).toEqual(["n3"]);
    expect(rest.map((one) => one.ownerOf("chat"))).toEqual(owners);
  });
});

describe("a hub", () => {
  it("is owned by one of many that claim it at once, and all know which", async () => {
    const names = Array.from({ length: 10 }, (_, at) => `n${at}`);
    const { lab, nodes } = await labOf(...names);
    const owners = await Promise.all(nodes.map(({ nodes: one }) => lab.while(one.claim("room.1"))));
    await turns();
    const [owner] = owners;
    expect(owner?.epoch).toBe(1);
    for (const [at, { nodes: one }] of nodes.entries()) {
      expect(owners[at]).toEqual(owner);
      expect(one.ownerOf("room.1")).toEqual(owner);
    }
  });

  it("of a dead node is owned by one of those that claim it at once, an epoch later", async () => {
    const { lab, nodes } = await labOf("n1", "n2", "n3", "n4");
    await lab.while(nodes[0]?.nodes.claim("chat") ?? Promise.reject());
    nodes[0]?.kill();
    await lab.pass(LEASE_MS);
    const rest = nodes.slice(1);
    const owners = await Promise.all(rest.map(({ nodes: one }) => lab.while(one.claim("chat"))));
    expect(owners.map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
    expect(new Set(owners.map(({ node }) => node)).size).toBe(1);
  });

  it("of a node that is there stays its own", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    await lab.while(nodes[0]?.nodes.claim("chat") ?? Promise.reject());
    for (const { nodes: one } of nodes)
      expect(await lab.while(one.claim("chat"))).toMatchObject({ node: "n1", epoch: 1 });
  });

  it("is given to another, or freed, by its owner alone; epochs go on", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    const [first, second] = nodes;
    await lab.while(first?.nodes.claim("chat") ?? Promise.reject());
    await lab.while(second?.nodes.release("chat", "n2") ?? Promise.reject());
    expect(second?.nodes.ownerOf("chat")).toMatchObject({ node: "n1", epoch: 1 });
    await lab.while(first?.nodes.release("chat", "n2") ?? Promise.reject());
    await turns();
    expect(second?.nodes.ownerOf("chat")).toEqual({
      node: "n2",
      incarnation: second?.nodes.own.incarnation,
      epoch: 2,
    });
    await lab.while(second?.nodes.release("chat") ?? Promise.reject());
    await turns();
    expect(first?.nodes.ownerOf("chat")).toBeUndefined();
    expect(await lab.while(first?.nodes.claim("chat") ?? Promise.reject())).toMatchObject({
      node: "n1",
      epoch: 3,
    });
  });

  it("is claimed once the node is sure again, not before", async () => {
    const { lab, nodes } = await labOf("n1", "n2");
    lab.engine.goAway();
    await lab.pass(LEASE_MS);
    let owner: unknown;
    const claim = nodes[0]?.nodes.claim("chat").then((got) => {
      owner = got;
    });
    await lab.pass(LEASE_MS);
    expect(owner).toBeUndefined();
    lab.engine.comeBack();
    await lab.while(claim ?? Promise.reject());
    expect(owner).toMatchObject({ node: "n1", epoch: 1 });
  });
});

describe("words of others under the same keys", () => {
  it("are passed over", async () => {
    const { lab, nodes } = await labOf("n1");
    const keys = await lab.engine.attach().keys("nl_test");
    for (const key of ["node.x", "hub.x", "hub.a.b", "other", "node.y"]) await keys.create(key, '{"a":1');
    await keys.create("hub.z", '{"owner":7}');
    await lab.pass(2 * LEASE_MS);
    expect(aliveIn(nodes[0]?.nodes ?? { list: () => [] })).toEqual(["n1"]);
    expect(await lab.while(nodes[0]?.nodes.claim("z") ?? Promise.reject())).toMatchObject({
      node: "n1",
      epoch: 1,
    });
  });
});
