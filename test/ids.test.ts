/** Ids: made and read in one place, never given twice. */
import { describe, expect, it } from "vitest";
import { countUp, Ids, parsePeerTerm, shortPeerId } from "../src/ids.ts";
import type { Lab } from "../src/lab/lab.ts";
import { selectStory } from "../src/lab/selectors.ts";
import chat from "../src/machines/chat.ts";
import clock from "../src/machines/clock.ts";
import { converse, openLab } from "./actors/harness.ts";

describe("an id", () => {
  it("has a number of its kind: instances count by role, peers in the whole daemon", () => {
    const ids = new Ids();
    expect([ids.instance("chat"), ids.instance("clock"), ids.instance("chat")]).toEqual([
      "chat-1",
      "clock-1",
      "chat-2",
    ]);
    expect([ids.connection("chat-1"), ids.connection("chat-2")]).toEqual(["chat-1/c1", "chat-2/c2"]);
    expect([ids.sender("clock-1"), ids.sender("clock-1")]).toEqual(["clock-1/u1", "clock-1/u2"]);
  });

  it("says whose it is where several daemons are one lab", () => {
    const ids = new Ids(countUp, "n2");
    expect([ids.instance("chat"), ids.connection("chat-1"), ids.sender("clock-1")]).toEqual([
      "chat-1",
      "chat-1/c1@n2",
      "clock-1/u1@n2",
    ]);
  });

  it.each([
    ["c17", { instance: undefined, number: "c17", node: undefined }],
    ["u3", { instance: undefined, number: "u3", node: undefined }],
    ["chat-1/c17", { instance: "chat-1", number: "c17", node: undefined }],
    ["chat-1/c17@n2", { instance: "chat-1", number: "c17", node: "n2" }],
    ["c17@room-4", { instance: undefined, number: "c17", node: "room-4" }],
  ])("is read as it is made: %s", (text, term) => {
    expect(parsePeerTerm(text)).toEqual(term);
  });

  it.each(["chat-1", "c", "c17x", "@last", "c17@", "17", "s042", "chat-1/"])("is not %s", (text) => {
    expect(parsePeerTerm(text)).toBeUndefined();
  });

  it("is short without its instance", () => {
    expect([shortPeerId("chat-1/c17"), shortPeerId("chat-1/c17@n2")]).toEqual(["c17", "c17@n2"]);
  });
});

describe("a peer of a node", () => {
  it("is found by its id, and no other node's is", async () => {
    const lab = await openLab([chat, clock], { ids: new Ids(countUp, "n2") });
    const room = await lab.spawn("chat");
    const peer = await converse(room);
    await peer.hears("Please");
    const asLab = {
      stories: () => lab.recorder.all(),
      find: (name: string) => lab.supervisor.find(name),
      roles: new Map(),
      instances: [],
    };
    const find = (term: string) => selectStory(asLab as unknown as Lab, term).subject.id;
    for (const term of ["c1@n2", "chat-1/c1@n2"]) expect(find(term)).toBe("chat-1/c1@n2");
    expect(() => find("c1@n3")).toThrow("no connection c1@n3");
  });
});
