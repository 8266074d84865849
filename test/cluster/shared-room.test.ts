/** A hub that several daemons share: one owner, one order, and names that are unique in the lab. */
import { afterEach, describe, expect, it } from "vitest";
import type { BusMessage } from "../../src/cluster/bus.ts";
import { type CallBatch, decode, encode } from "../../src/cluster/hub-wire.ts";
import chat from "../../src/machines/chat.ts";
import { HubLab, type LabNode } from "./hub-lab.ts";
import { join, rooms } from "./rooms.ts";

let lab: HubLab;
afterEach(() => lab.end());

async function begin(...names: string[]): Promise<LabNode[]> {
  lab = new HubLab();
  return rooms(lab, chat, ...names);
}

const said = (lines: readonly string[]) => lines.filter((line) => !line.includes("user"));

describe("a room that two nodes share", () => {
  it("is owned by the node that opened it first", async () => {
    const [one, two] = await begin("n1", "n2");
    expect([one?.isOwner, two?.isOwner]).toEqual([true, false]);
  });

  it("tells each line to the members of both, in one order", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const ann = await join(lab, one, "Ann");
    const bo = await join(lab, two, "Bo");
    for (let at = 0; at < 50; at += 1) {
      void one.hub.say?.(ann, `a${at}`);
      void two.hub.say?.(bo, `b${at}`);
    }
    await lab.turn();
    expect(said(one.lines(ann))).toHaveLength(100);
    expect(said(two.lines(bo))).toEqual(said(one.lines(ann)));
  });

  it("gives a name once", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const ann = await join(lab, one, "Ann");
    const answer = two.hub.join?.(two.connect(), { name: "Ann", login: "other" });
    await lab.turn();
    expect(await answer).toEqual({ ok: false, taken: "Ann", holder: ann });
  });

  it("shows all members at each node", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    await join(lab, one, "Ann");
    await join(lab, two, "Bo");
    expect([one.names, two.names]).toEqual([
      ["Ann", "Bo"],
      ["Ann", "Bo"],
    ]);
  });

  it("takes nothing that is no call, and loses no call for it", async () => {
    const [, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const bo = await join(lab, two, "Bo");
    const stranger = lab.engine.attach();
    const batches: BusMessage[] = [];
    const unsubscribe = stranger.subscribe("nl.demo.hub.*.*.call", (message) => void batches.push(message));
    void two.hub.say?.(bo, "one");
    await lab.turn();
    unsubscribe();
    const [{ subject, data }] = batches as [BusMessage];
    const { f, v, s, n } = decode<CallBatch>(data) as CallBatch;
    for (const c of [[null], ["say"], [[]], [[{ toString: 1 }]], {}])
      stranger.publish(subject, encode({ f, v, s: s + 1, n: n + 1, c }));
    await lab.turn();
    void two.hub.say?.(bo, "two");
    await lab.turn();
    expect(said(two.lines(bo))).toEqual([expect.stringContaining("one"), expect.stringContaining("two")]);
  });

  it("says a line once more, and no more, where the word that it was heard is lost", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const ann = await join(lab, one, "Ann");
    await join(lab, two, "Bo");
    await lab.pass(1_000);
    const publish = two.bus.publish.bind(two.bus);
    const lost: string[] = [];
    two.bus.publish = (subject, data) => {
      if (subject.endsWith(".ack") && lost.length === 0) lost.push(subject);
      else publish(subject, data);
    };
    let sent = 0;
    lab.engine.attach().subscribe("nl.demo.hub.*.*.out.n2", () => {
      sent += 1;
    });
    void one.hub.say?.(ann, "hello");
    await lab.pass(5_000);
    expect([lost.length, sent]).toEqual([1, 2]);
  });

  it("tells a member everything before it answers that it has left", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const ann = await join(lab, one, "Ann");
    const bo = await join(lab, two, "Bo");
    void one.hub.say?.(ann, "last");
    await lab.turn(1);
    await two.hub.leave?.(bo);
    expect(said(two.lines(bo))).toEqual([expect.stringContaining("last")]);
    await lab.turn();
    expect(one.lines(ann).at(-1)).toContain("left");
  });
});
