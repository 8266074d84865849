/** Out of descriptors, Node closes a connection without a word: peers are refused in words before that. */
import { describe, expect, it } from "vitest";
import { DescriptorBudget } from "../../src/actors/descriptor-budget.ts";
import { cause } from "../../src/stories/causes.ts";
import { converse, eventually, openLab } from "./harness.ts";

/** Of a limit of 64, 16 are kept back. */
const limited = (places: number) => new DescriptorBudget({ limit: 64, inUse: 64 - 16 - places });

describe("the budget", () => {
  it("keeps a quarter of the limit back, and what is open already", () => {
    expect(new DescriptorBudget({ limit: 128, inUse: 30 }).left).toBe(128 - 30 - 32);
    expect(new DescriptorBudget({ limit: 20_000, inUse: 30 }).left).toBe(20_000 - 30 - 256);
    expect(new DescriptorBudget({ limit: 20, inUse: 30 }).left).toBe(1);
  });

  it("knows the limit of this process, and what it has open", () => {
    const budget = DescriptorBudget.ofProcess();
    expect(budget.limit).toBeGreaterThan(64);
    expect(budget.left).toBeLessThan(budget.limit);
  });

  it("admits for as long as there is room, then some to be refused with care, then nobody", () => {
    const budget = limited(4);
    const places = [budget.admit(2), budget.admit(2)];
    expect(places.map((place) => place?.isOverBudget)).toEqual([false, false]);
    const lingering = Array.from({ length: 8 }, () => budget.admit(2));
    expect(lingering.every((place) => place?.isOverBudget)).toBe(true);
    expect(budget.admit(1)).toBeUndefined();
    lingering[0]?.release();
    expect(budget.admit(1)?.isOverBudget).toBe(true);
    places[0]?.release();
    expect(budget.admit(2)?.isOverBudget).toBe(false);
  });

  it("reckons with a thousand files and programs at once, not with one for each of many thousands", () => {
    const budget = new DescriptorBudget({ limit: 20_256, inUse: 0 });
    let admitted = 0;
    while (budget.admit(3)?.isOverBudget === false) admitted += 1;
    expect(admitted).toBe(19_000);
  });

  it("always grants what an operator asked for, and peers have the fewer", () => {
    const budget = limited(2);
    budget.take(5);
    expect(budget.admit(1)?.isOverBudget).toBe(true);
    budget.give(5);
    expect(budget.left).toBe(2);
  });
});

describe("a listener without a descriptor left", () => {
  it("refuses in words however many come, keeps those it has, and takes others when they leave", async () => {
    // The listener's own, and a file server's two a peer.
    const descriptors = limited(1 + 2 * 2);
    const lab = await openLab([], { descriptors });
    const pdf = await lab.addFile("server.pdf", 5_000);
    const server = await lab.serveFiles();
    const held = [await converse(server), await converse(server)];
    const over = await Promise.all(Array.from({ length: 30 }, () => converse(server)));
    const heard = await Promise.all(over.map(async (peer) => (await peer.hearsTheEnd()).toString()));
    expect(new Set(heard)).toEqual(new Set(["Too many clients"]));
    const refused = lab.events.filter((event) => event.type === "connection.refused");
    expect(refused).toHaveLength(30);
    expect(refused[0]).toMatchObject({ cause: cause("no-descriptors", { limit: 64 }) });
    for (const peer of held) peer.say("server1\nserver.pdf\n");
    await held[0]?.hears("valid\nfound\n");
    for (const peer of over) peer.end();
    for (const peer of held) peer.reset();
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    expect(descriptors.left).toBe(2 * 2);
    const next = await converse(server);
    next.say("server1\nserver.pdf\n");
    await next.hears("valid\nfound\n");
    next.say("Got\n");
    await next.hearsBytes(4 + pdf.length);
    next.end();
    await lab.supervisor.stop(server);
    await eventually(() => expect(descriptors.left).toBe(1 + 2 * 2));
  });

  it("uses the role's words, in the listener's framing", async () => {
    const lab = await openLab([], { descriptors: limited(1) });
    const server = await lab.serveFiles({ framing: "line" });
    const peers = await Promise.all(Array.from({ length: 12 }, () => converse(server)));
    const heard = await Promise.all(peers.map(async (peer) => (await peer.hearsTheEnd()).toString()));
    expect(new Set(heard)).toEqual(new Set(["Too many clients\n"]));
  });
});
