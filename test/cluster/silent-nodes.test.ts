/** A node that is silent while a room's owner dies: it may have a member that only the dead one knew, so no name is given without it. */
import { afterEach, describe, expect, it } from "vitest";
import type { JoinAnswer } from "../../src/machines/_room.ts";
import chat from "../../src/machines/chat.ts";
import { HubLab, type LabNode } from "./hub-lab.ts";
import { inRoom, join, rooms } from "./rooms.ts";

const LEASE_MS = 5_000;
/** A hub has begun again by then without a node that is silent. */
const BEGUN_MS = 2_000;

let lab: HubLab;
afterEach(() => lab.end());

/** A connection that asks for a name. */
class Asking {
  readonly id: string;
  readonly node: LabNode;
  outcome: JoinAnswer | "failed" | undefined;

  constructor(node: LabNode, name: string) {
    this.node = node;
    this.id = node.connect();
    const answer = node.hub.join?.(this.id, { name, login: name }) as Promise<JoinAnswer>;
    const come = (outcome: JoinAnswer | "failed") => {
      this.outcome = outcome;
    };
    answer.then(come, () => come("failed"));
  }

  get isIn(): boolean {
    return typeof this.outcome === "object" && this.outcome.ok && this.node.heard.has(this.id);
  }
}

/** Three nodes; the first owns the room. */
async function begin(): Promise<[LabNode, LabNode, LabNode]> {
  lab = new HubLab();
  const nodes = (await rooms(lab, chat, "n1", "n2", "n3")) as [LabNode, LabNode, LabNode];
  await lab.pass(50);
  return nodes;
}

function kill(node: LabNode): void {
  node.bus.cut("inSilence");
  node.nodes.isAway = true;
  lab.cluster.kill(node.name);
}

/** Nothing that is said to it comes before it goes on. */
function hold(node: LabNode): void {
  node.bus.hold();
  node.nodes.isAway = true;
}

function goOn(node: LabNode): void {
  node.bus.goOn();
  node.nodes.isAway = false;
}

/** The owner lets Ann in at a node that is held, tells nobody else, and dies; the second node owns the room then. */
async function lastWord(): Promise<{ two: LabNode; three: LabNode; first: Asking }> {
  const [one, two, three] = await begin();
  hold(three);
  two.bus.hold();
  const first = new Asking(three, "Ann");
  await lab.turn();
  expect(one.names).toEqual(["Ann"]);
  kill(one);
  two.bus.goOn();
  await lab.pass(BEGUN_MS);
  expect([two.isOwner, two.names]).toEqual([true, []]);
  return { two, three, first };
}

describe("a name that was given by an owner which died, to a node that has not heard of it", () => {
  it("is given to no other: whoever asks for it waits for that node, which keeps its member", async () => {
    const { two, three, first } = await lastWord();
    const second = new Asking(two, "Ann");
    await lab.pass(500);
    expect(second.outcome).toBeUndefined();
    goOn(three);
    await lab.turn();
    expect([first.isIn, second.isIn]).toEqual([true, false]);
    await lab.pass(2_000);
    expect([first.isIn, second.outcome]).toEqual([true, { ok: false, taken: "Ann", holder: first.id }]);
    expect([two.names, three.names, three.cutOff]).toEqual([["Ann"], ["Ann"], []]);
  });

  it("is free when that node is dead", async () => {
    const { two, three } = await lastWord();
    const second = new Asking(two, "Ann");
    await lab.pass(500);
    kill(three);
    await lab.turn();
    expect(second.isIn).toBe(true);
  });

  it("is free after a lease, where that node lives and says nothing; it is cut off when it speaks", async () => {
    const { two, three, first } = await lastWord();
    const second = new Asking(two, "Ann");
    await lab.pass(LEASE_MS - BEGUN_MS - 100);
    expect(second.outcome).toBeUndefined();
    await lab.pass(500);
    expect(second.isIn).toBe(true);
    goOn(three);
    await lab.pass(2_000);
    expect([second.isIn, first.isIn]).toEqual([true, false]);
    expect([two.names, three.names]).toEqual([["Ann"], ["Ann"]]);
  });

  it("is given by no owner after this one, to which the room is given meanwhile", async () => {
    const { two, three, first } = await lastWord();
    const four = lab.node("n4", chat);
    await lab.pass(100);
    void two.hubs.drain();
    const second = new Asking(four, "Ann");
    await lab.pass(1_000);
    expect([two.isOwner, second.outcome]).toEqual([true, undefined]);
    goOn(three);
    await lab.pass(2_000);
    expect([two.isOwner, first.isIn, second.isIn]).toEqual([false, true, false]);
    expect(four.names).toEqual(["Ann"]);
  });
});

describe("a room that waits for a silent node", () => {
  it("goes on for its members", async () => {
    const [one, two, three] = await begin();
    const bo = await join(lab, two, "Bo");
    hold(three);
    kill(one);
    await lab.pass(BEGUN_MS);
    void two.hub.say?.(bo, "on");
    await lab.turn();
    expect(inRoom(two, bo)).toEqual([expect.stringContaining("on")]);
  });

  it("waits a lease from when its owner is sure of itself", async () => {
    const { two } = await lastWord();
    const second = new Asking(two, "Ann");
    two.nodes.isSure = false;
    await lab.pass(2 * LEASE_MS);
    two.nodes.isSure = true;
    await lab.pass(LEASE_MS - 500);
    expect(second.outcome).toBeUndefined();
    await lab.pass(1_000);
    expect(second.isIn).toBe(true);
  });

  it.each(["dies", "starts again"])("gives the names of that node's members where it %s", async (what) => {
    const [one, two, three] = await begin();
    await join(lab, three, "Ann");
    hold(three);
    kill(one);
    await lab.pass(BEGUN_MS);
    const second = new Asking(two, "Ann");
    await lab.pass(100);
    if (what === "dies") kill(three);
    else lab.node("n3", chat);
    await lab.pass(100);
    expect([second.outcome, two.names]).toEqual([{ ok: true }, ["Ann"]]);
  });

  it("tells after a lease that the members of that node have left", async () => {
    const [one, two, three] = await begin();
    const al = await join(lab, two, "Al");
    await join(lab, three, "Bo");
    hold(three);
    kill(one);
    await lab.pass(BEGUN_MS);
    expect(two.names).toEqual(["Al", "Bo"]);
    await lab.pass(LEASE_MS);
    expect([two.names, two.lines(al).at(-1)]).toEqual([["Al"], expect.stringContaining("Bo")]);
    goOn(three);
    await lab.pass(2_000);
    expect([three.cutOff, three.names]).toEqual([["x-1/c1@n3"], ["Al"]]);
  });

  it("does not let in who has asked, and is gone", async () => {
    const { two, three } = await lastWord();
    const four = lab.node("n4", chat);
    await lab.pass(100);
    const [own, away] = [new Asking(two, "Bo"), new Asking(four, "Cy")];
    await lab.pass(100);
    two.close(own.id);
    four.close(away.id);
    await lab.pass(100);
    goOn(three);
    await lab.pass(2_000);
    expect([two.names, four.names]).toEqual([["Ann"], ["Ann"]]);
  });

  it("lets nobody in of a node that died meanwhile", async () => {
    const { two, three } = await lastWord();
    const four = lab.node("n4", chat);
    await lab.pass(100);
    void new Asking(four, "Cy");
    await lab.pass(100);
    kill(four);
    goOn(three);
    await lab.pass(2_000);
    expect(two.names).toEqual(["Ann"]);
  });

  it("has its next owner answer those who wait, where this one dies too", async () => {
    const { two, three, first } = await lastWord();
    const four = lab.node("n4", chat);
    await lab.pass(100);
    const [same, other] = [new Asking(four, "Ann"), new Asking(four, "Bo")];
    await lab.pass(100);
    goOn(three);
    kill(two);
    await lab.pass(3_000);
    expect([first.isIn, same.isIn, other.isIn]).toEqual([true, false, true]);
    expect([three.names, four.names]).toEqual([
      ["Ann", "Bo"],
      ["Ann", "Bo"],
    ]);
  });
});

describe("a node that stood still for longer than its lease", () => {
  it("lets nobody in by what it had been told before", async () => {
    const [, two, three] = await begin();
    hold(three);
    const first = new Asking(three, "Ann");
    await lab.turn();
    three.nodes.isSure = false;
    lab.cluster.kill("n3");
    await lab.turn();
    const second = new Asking(two, "Ann");
    await lab.turn();
    expect(second.isIn).toBe(true);
    three.bus.goOn();
    await lab.turn();
    expect(first.outcome).toBeUndefined();
    lab.cluster.expel("n3");
    goOn(three);
    three.nodes.isSure = true;
    await lab.pass(2_000);
    expect([first.isIn, three.names]).toEqual([false, ["Ann"]]);
  });

  it("is no node that is there, for an owner whose question it answers late", async () => {
    const [one, two, three] = await begin();
    const four = lab.node("n4", chat);
    await lab.pass(100);
    const ann = await join(lab, three, "Ann");
    three.nodes.isAway = true;
    lab.cluster.kill("n3");
    await lab.turn();
    expect(two.names).toEqual([]);
    hold(four);
    kill(one);
    await lab.pass(BEGUN_MS);
    expect([two.isOwner, two.names]).toEqual([true, []]);
    lab.cluster.expel("n3");
    three.nodes.isAway = false;
    await lab.pass(2_000);
    expect([three.cutOff, two.names]).toEqual([[ann], []]);
  });
});

describe("a node that starts again, and says so before the end of its life is told", () => {
  it("keeps whom it has let in since", async () => {
    const [one, , three] = await begin();
    await join(lab, one, "Al");
    one.nodes.isAway = true;
    three.bus.cut("inSilence");
    three.nodes.isAway = true;
    lab.cluster.kill("n3");
    const again = lab.node("n3", chat);
    const bo = new Asking(again, "Bo");
    await lab.pass(500);
    expect(bo.isIn).toBe(true);
    one.nodes.isAway = false;
    await lab.pass(2_000);
    expect([bo.isIn, again.cutOff, one.names]).toEqual([true, [], ["Al", "Bo"]]);
  });
});

describe("what a node hears while it is not sure of itself", () => {
  it("comes as soon as it is sure again, and nothing twice", async () => {
    const [one, two] = await begin();
    const [al, bo] = [await join(lab, one, "Al"), await join(lab, two, "Bo")];
    two.nodes.isSure = false;
    for (const text of ["a", "b"]) {
      void one.hub.say?.(al, text);
      await lab.pass(50);
    }
    expect(inRoom(two, bo)).toEqual([]);
    two.nodes.isSure = true;
    await lab.turn();
    expect(inRoom(two, bo)).toEqual([":Al:a", ":Al:b"]);
    await lab.pass(2_000);
    expect(inRoom(two, bo)).toHaveLength(2);
  });
});
