/**
 * Daemons of one lab know which of them are there; by simulated clocks, over the engine in memory.
 *
 * Long, because a lease meets each of these moments.
 */
import { describe, expect, it } from "vitest";
import type { HubOwner } from "../../src/cluster/nodes.ts";
import type { Clock } from "../../src/machines/_world.ts";
import { aliveIn, labOf, sentencesOf } from "./labs-of-nodes.ts";
import { LEASE_MS, SimulatedLab, turns } from "./simulated-nodes.ts";

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

  it("of another version are told with both", async () => {
    const { lab, nodes } = await labOf("n1");
    await lab.enter("n2", { version: "2" });
    await lab.pass(1_000);
    expect(sentencesOf(nodes[0]?.changes ?? [])).toEqual([
      "n2 is a node of this lab with netlabd 2, and this daemon has 1: start all of them with the same version, as one may drop what another says",
    ]);
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
