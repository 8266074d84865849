/**
 * Leases over an engine that compares before it sets, as one of several servers does: of two that know one revision both may be answered, and
 * the last word holds. By simulated clocks; each race is played at every moment of it.
 */
import { describe, expect, it } from "vitest";
import { hubKey, nodeRecordOf } from "../../src/cluster/lease-records.ts";
import { aliveIn, sentencesOf } from "./labs-of-nodes.ts";
import { LEASE_MS, SimulatedLab, type SimulatedNode } from "./simulated-nodes.ts";

/** A write is carried out so long after it was found to fit. */
const SETTLES_MS = 100;
const STEP_MS = 50;

/** Moments at which one that stood still for about a lease goes on. */
const moments = (from: number) => Array.from({ length: 14 }, (_, at) => from * LEASE_MS + at * STEP_MS);
const wakings = moments(0.75);

async function racingLab(...names: string[]) {
  const lab = new SimulatedLab(1, SETTLES_MS);
  const nodes: SimulatedNode[] = [];
  for (const name of names) nodes.push(await lab.enter(name));
  // No renewal is on its way then.
  await lab.pass(2_500);
  return { lab, nodes };
}

describe("a name that is free", () => {
  it("is given to one of several that enter under it at once, and no other is sure of it meanwhile", async () => {
    const { lab, nodes } = await racingLab("n1", "n2");
    await lab.while(nodes[1]?.nodes.leave() ?? Promise.reject());
    const tries = ["a", "b", "c"].map((host) => lab.enter("n2", { host }));
    const outcomes = await Promise.allSettled(tries);
    const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [`${one.reason}`] : []));
    const entered = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const why = "NetlabError: another daemon of this lab is called n2: choose another name with --node";
    expect(refused).toEqual([why, why]);
    expect(entered).toHaveLength(1);
    await lab.pass(2 * LEASE_MS);
    expect(entered[0]?.told()).toEqual([]);
    // Each that was first is heard, and then replaced.
    expect(nodes[0]?.told().at(-1)).toBe("joined n2");
    expect(nodes[0]?.nodes.list().map(({ incarnation }) => incarnation)).toContain(
      entered[0]?.nodes.own.incarnation,
    );
  });
});

describe("a node that wakes as it is fenced", () => {
  it.each(wakings)(
    "after %d ms is told so where the others are, and is sure of itself where they are not",
    async (ms) => {
      const { lab, nodes } = await racingLab("n1", "n2", "n3");
      const [first, second, third] = nodes as [SimulatedNode, SimulatedNode, SimulatedNode];
      const before = second.nodes.own.incarnation;
      const isFenced = ({ nodes: one }: SimulatedNode) =>
        !one.list().some(({ incarnation, isAlive }) => isAlive && incarnation === before);
      const check = () => {
        const isSure = second.nodes.isSure && second.nodes.own.incarnation === before;
        for (const other of [first, third]) if (isFenced(other)) expect(isSure).toBe(false);
      };
      second.stop();
      await lab.pass(ms, check);
      second.goOn();
      await lab.pass(2 * LEASE_MS, check);
      const was = second.told().includes("expelled");
      for (const other of [first, third]) {
        const told = other.told().filter((word) => / n2$/.test(word) && word !== "joined n2");
        expect(told).toEqual(was ? ["left n2"] : []);
        expect(aliveIn(other.nodes)).toEqual(["n1", "n2", "n3"]);
      }
      expect(second.nodes.isSure).toBe(true);
    },
  );

  it("is fenced at some of these moments, and lives at others", async () => {
    const outcomes = new Set<boolean>();
    for (const ms of wakings) {
      const { lab, nodes } = await racingLab("n1", "n2");
      nodes[1]?.stop();
      await lab.pass(ms);
      nodes[1]?.goOn();
      await lab.pass(LEASE_MS);
      outcomes.add(nodes[1]?.told().includes("expelled") ?? false);
    }
    expect([...outcomes].toSorted()).toEqual([false, true]);
  });
});

describe("a node that wakes as another daemon takes its name", () => {
  /** Of the daemon that stands still for so long, and of the one that comes meanwhile. */
  async function rivals(ms: number) {
    const { lab, nodes } = await racingLab("n2");
    const [first] = nodes as [SimulatedNode];
    first.stop();
    lab.clock.setTimeout(() => first.goOn(), ms);
    const [outcome] = await Promise.allSettled([lab.enter("n2", { host: "elsewhere" })]);
    const second = outcome.status === "fulfilled" ? outcome.value : undefined;
    const refusal = outcome.status === "rejected" ? String(outcome.reason) : undefined;
    return { lab, first, second, refusal };
  }

  it.each(moments(0.95))("after %d ms: one of the two has it, and the other is told", async (ms) => {
    const { lab, first, second, refusal } = await rivals(ms);
    await lab.pass(3 * LEASE_MS, () => expect(first.nodes.isSure && second?.nodes.isSure).not.toBe(true));
    expect(second ? second.nodes.isSure : first.nodes.isSure).toBe(true);
    if (!second) return expect(refusal).toContain("another daemon of this lab is called n2");
    expect(first.told()).toEqual(["unsure", "expelled", "n2 is another"]);
    expect(sentencesOf(first.changes).at(-1)).toBe(
      "another daemon is called n2 now, and is a node of this lab in the place of this one: shared rooms wait here; stop one of the two, and start it with another --node",
    );
    await lab.while(second.nodes.leave());
    await lab.pass(LEASE_MS);
    expect(first.nodes.isSure).toBe(true);
  });

  it("has it at some of these moments, and has lost it at others", async () => {
    const outcomes = new Set<boolean>();
    for (const ms of moments(0.95)) outcomes.add((await rivals(ms)).second === undefined);
    expect([...outcomes].toSorted()).toEqual([false, true]);
  });
});

describe("a hub that its last owner gives away as another claims it", () => {
  it("is taken for given once nothing can come behind that", async () => {
    const { lab, nodes } = await racingLab("n1", "n2", "n3");
    const [first, second, third] = nodes as [SimulatedNode, SimulatedNode, SimulatedNode];
    await lab.while(first.nodes.claim("chat"));
    await lab.pass(1_000);
    const keys = lab.engine.keysOf("nl_test");
    const key = hubKey("chat");
    const { revision } = keys.get(key) ?? { revision: 0 };
    const owned = ({ nodes: { own } }: SimulatedNode) =>
      JSON.stringify({ owner: own.name, incarnation: own.incarnation, epoch: 2 });
    void keys.write(key, owned(second), revision);
    await lab.pass(STEP_MS);
    void keys.write(key, owned(third), revision);
    let thoughtSo = false;
    await lab.pass(1_000, () => {
      thoughtSo ||= second.nodes.ownerOf("chat")?.node === "n2";
    });
    expect(thoughtSo).toBe(false);
    for (const { nodes: one } of nodes) expect(one.ownerOf("chat")).toMatchObject({ node: "n3", epoch: 2 });
  });
});

describe("a node that doubts another and dies before it fences it", () => {
  it("leaves it to others: the doubt counts neither as a word of it nor as its end", async () => {
    const { lab, nodes } = await racingLab("n1", "n2");
    const [first, second] = nodes as [SimulatedNode, SimulatedNode];
    second.kill();
    const keys = lab.engine.keysOf("nl_test");
    const entry = keys.get("node.n2");
    const doubt = { ...nodeRecordOf(entry?.value), doubtedBy: "n9" };
    void keys.write("node.n2", JSON.stringify(doubt), entry?.revision);
    await lab.pass(1_000);
    expect(aliveIn(first.nodes)).toEqual(["n1", "n2"]);
    await lab.pass(LEASE_MS);
    expect(first.told().filter((word) => word !== "joined n2")).toEqual(["left n2"]);
    expect(nodeRecordOf(keys.get("node.n2")?.value)).toMatchObject({ by: "n1" });
  });

  it("has one that lives after all enter again at once", async () => {
    const { lab, nodes } = await racingLab("n1", "n2");
    const [, second] = nodes as [SimulatedNode, SimulatedNode];
    const keys = lab.engine.keysOf("nl_test");
    const entry = keys.get("node.n2");
    const doubt = { ...nodeRecordOf(entry?.value), doubtedBy: "n9" };
    void keys.write("node.n2", JSON.stringify(doubt), entry?.revision);
    await lab.pass(0.6 * LEASE_MS);
    expect(second.told()).toEqual(["unsure", "expelled", "sure"]);
  });
});
