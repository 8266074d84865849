/** Others may publish anything on a bus: what is none of netlabd's messages is dropped, counted and told once, and harms no room. */
import { afterEach, describe, expect, it } from "vitest";
import { encode } from "../../src/cluster/hub-wire.ts";
import type { MemorySide } from "../../src/cluster/memory-side.ts";
import { ClusterTroubles } from "../../src/cluster-troubles.ts";
import calculator from "../../src/machines/calculator.ts";
import chat from "../../src/machines/chat.ts";
import { HubLab, type LabNode } from "./hub-lab.ts";
import { join, rooms } from "./rooms.ts";
import { TwoLabs } from "./two-labs.ts";

let end: () => unknown = () => undefined;
afterEach(async () => void (await end()));

const said = (lines: readonly string[]) => lines.filter((line) => !line.includes("user"));

async function room(): Promise<{ lab: HubLab; one: LabNode; two: LabNode; stranger: MemorySide }> {
  const lab = new HubLab();
  end = () => lab.end();
  const [one, two] = (await rooms(lab, chat, "n1", "n2")) as [LabNode, LabNode];
  return { lab, one, two, stranger: lab.engine.attach() };
}

/** Messages of each kind with something wrong in them; `v` is a visit that is right. */
const wrong: Record<string, (v: string) => unknown[]> = {
  here: (v) => [
    {},
    { w: 1 },
    { f: 7 },
    { f: "n3", v, m: {} },
    { f: "n3", v, m: [null] },
    { f: "n3", v, m: [{ id: 1, name: "x", details: {} }] },
    { f: "n3", v, m: [{ id: "x", name: "x" }] },
    { f: "n3", v, g: [1] },
    { f: "n3", v, p: -1, t: 2 },
    { f: "n3", v, p: 2, t: 2 },
    { f: "n3", v, p: 0, t: 1e9 },
    { f: "n3", v, s: "1" },
    [],
  ],
  call: (v) => [
    {},
    { f: "n2", v },
    { f: "n2", v, s: 99, n: 99, c: [null] },
    { f: "n2", v, s: 99, n: 99, c: [[]] },
    { f: "n2", v, s: 99, n: 99, c: [[{ toString: 1 }]] },
    { f: "n2", v, s: 99, n: 99, c: [[["say", "x/c1@n2"]]] },
    { f: "n2", v, s: 99, n: 99, c: [[["say", "x/c1@n2"], 7]] },
    { f: "n2", v, s: 99, n: 99, c: [[[7], "x"]] },
    { f: "n2", v, s: 99, n: 99, c: {} },
    { f: "n2", v, s: -1, n: 1, c: [] },
    { f: {}, v, s: 1, n: 1, c: [] },
  ],
  sync: (v) => [{}, { f: "n2", v }, { f: "n2", v, q: "1" }, { f: "n2", v, q: -5 }, { f: null, v, q: 1 }],
  ack: (v) => [{}, { f: "n2", v, q: 1.5 }, { f: "n2", v: 1, q: 1 }],
  "out.n2": (v) => [
    {},
    { v: 1 },
    { v, s: "x" },
    { v, w: true },
    { v, q: 1 },
    { v, q: 99, k: 0, i: {} },
    ...[
      null,
      [],
      [1],
      ["d"],
      ["d", {}, "x"],
      ["d", "x/c1@n2", 7],
      ["d", [1], "x"],
      ["d", "x/c1@n2", "x", 7],
      ["j", "x/c1@n2", "x"],
      ["j", 1, 7],
      ["a", 1, "x", []],
      ["u", 0],
      ["v", "1"],
      ["e", 1],
      ["m", "x"],
      ["m", "x", "x", null],
      ["l"],
      ["n", {}],
      ["x", "x"],
      ["r"],
      ["r", { owner: 1 }],
      ["r", { owner: "n1", taken: [1] }],
      ["h", 1],
      ["h", { n2: ["v"] }],
    ].map((item) => ({ v, q: 99, k: 0, i: [item] })),
  ],
};

describe("a message that is none of a hub", () => {
  it.each(Object.keys(wrong))("of the kind %s is dropped and counted, and the room goes on", async (kind) => {
    const { lab, one, two, stranger } = await room();
    const [ann, bo] = [await join(lab, one, "Ann"), await join(lab, two, "Bo")];
    let visit = "";
    const unsubscribe = stranger.subscribe("nl.demo.hub.*.*.ack", ({ data }) => {
      visit = JSON.parse(Buffer.from(data).toString()).v;
    });
    await lab.pass(500);
    unsubscribe();
    expect(visit).not.toBe("");
    const messages = (wrong[kind] as (v: string) => unknown[])(visit);
    for (const message of messages)
      stranger.publish(`nl.demo.hub.chat-1.1.${kind}`, encode(message as object));
    stranger.publish(`nl.demo.hub.chat-1.1.${kind}`, Buffer.from("no JSON"));
    await lab.turn();
    const hearers = kind === "here" ? [one, two] : kind === "out.n2" ? [two] : [one];
    for (const node of hearers) expect(node.malformed).toHaveLength(messages.length + 1);
    void two.hub.say?.(bo, "still");
    void one.hub.say?.(ann, "here");
    await lab.pass(2_000);
    expect(said(one.lines(ann)).toSorted()).toEqual([
      expect.stringContaining("here"),
      expect.stringContaining("still"),
    ]);
    expect(said(two.lines(bo))).toEqual(said(one.lines(ann)));
    expect(two.cutOff).toEqual([]);
  });

  it("is dropped by a node too that has not opened the hub", async () => {
    const { lab, one, stranger } = await room();
    for (const kind of ["here", "out.n1"])
      stranger.publish(`nl.demo.hub.relay-1.1.${kind}`, Buffer.from("{"));
    await lab.turn();
    expect(one.malformed).toEqual(["nl.demo.hub.relay-1.1.here", "nl.demo.hub.relay-1.1.out.n1"]);
  });

  it("of an epoch that is none is passed over", async () => {
    const { lab, two, stranger } = await room();
    for (const epoch of ["x", "-1", "1e9", "99999999999999999999"])
      stranger.publish(`nl.demo.hub.chat-1.${epoch}.out.n2`, encode({ v: "v" }));
    await lab.pass(1_000);
    const bo = await join(lab, two, "Bo");
    expect(two.lines(bo).length).toBeGreaterThan(0);
  });

  it("of a newer daemon, with an item of a kind that is not known, is passed over item by item", async () => {
    const { lab, one, two } = await room();
    const bo = await join(lab, two, "Bo");
    const publish = one.bus.publish.bind(one.bus);
    one.bus.publish = (subject, data) => {
      const text = Buffer.from(data).toString();
      publish(subject, Buffer.from(text.replace('"i":[[', '"i":[["new",{"a":1}],[')));
    };
    void two.hub.say?.(bo, "hello");
    await lab.turn();
    expect(said(two.lines(bo))).toEqual([expect.stringContaining("hello")]);
    expect(two.malformed).toEqual([]);
  });
});

describe("operators", () => {
  it("see how many malformed messages a node has dropped", async () => {
    const labs = await TwoLabs.start([calculator]);
    end = () => labs.end();
    const stranger = labs.engine.attach();
    for (const text of ["{}", "no JSON"]) stranger.publish("nl.none.ctl.node2", Buffer.from(text));
    await expect
      .poll(() => labs.shown(labs.node1, "nodes", { columns: 80 }))
      .toMatch(/^node2 has dropped 2 malformed messages from the bus/m);
    expect(await labs.document(labs.node2, "info")).toMatchObject({ malformed: 2 });
  });
});

describe("troubles of the bus", () => {
  it("are told once each, those from before there was a log as well; malformed messages once in all", () => {
    const troubles = new ClusterTroubles();
    troubles.hear({ kind: "engine", why: "Permissions Violation" });
    const told: string[] = [];
    troubles.tellTo((sentence) => told.push(sentence));
    for (let at = 0; at < 3; at += 1) {
      troubles.hear({ kind: "engine", why: "Permissions Violation" });
      troubles.hear({ kind: "listener", of: "a.b", error: new Error("oops") });
      troubles.drop(`nl.demo.${at}\u001b[2J`);
    }
    expect(told).toEqual([
      "the NATS server complains: Permissions Violation",
      "a message of a.b on the bus was passed over, by a fault of netlabd: oops",
      expect.stringMatching(/^a malformed message on nl\.demo\.0\\\S* was dropped/),
    ]);
    expect(troubles.malformed).toBe(3);
  });
});
