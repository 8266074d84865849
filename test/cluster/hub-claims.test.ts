/** Claims of hubs by nodes of one lab; by simulated clocks, over the engine in memory. */
import { describe, expect, it } from "vitest";
import { labOf } from "./labs-of-nodes.ts";
import { LEASE_MS, SimulatedLab, turns } from "./simulated-nodes.ts";

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

  it("has a third that asks meanwhile told of the last one, and not of one that was answered before", async () => {
    const lab = new SimulatedLab(1, 100);
    const nodes = [];
    for (const name of ["n1", "n2", "n3"]) nodes.push((await lab.enter(name)).nodes);
    await lab.pass(1_000);
    const claims = [];
    // Written after 100 ms: the third looks when the first one's word is there, and the second one's is not.
    for (const node of nodes) {
      claims.push(node.claim("chat"));
      await lab.pass(50);
    }
    await lab.pass(2_000);
    const owners = await Promise.all(claims);
    expect(owners.map(({ node, epoch }) => [node, epoch])).toEqual(Array(3).fill(["n2", 1]));
  });
});
