/** Stories of a process apart, as the daemon has them: the same, also of what the process was at when it died. */
import { beforeEach, describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { Story } from "../../src/stories/story.ts";
import { Wall } from "./story-copies.ts";

let wall: Wall;
let story: Story;
beforeEach(() => {
  wall = new Wall();
  story = wall.open();
});

const textsOf = (told: Story) =>
  told.entries.map((entry) => ("bytes" in entry ? entry.bytes.toString() : entry.kind));

function expectSame(): void {
  const copy = wall.copyOf(story);
  expect(copy.entries).toEqual(story.entries);
  const fields = ({ bytesIn, bytesOut, movedAt, state, framing, lastRule, fault, secrets }: Story) => {
    return { bytesIn, bytesOut, movedAt, state, framing, lastRule, fault, secrets };
  };
  expect(fields(copy)).toEqual(fields(story));
}

describe("the daemon's copy of a story", () => {
  it("has every kind of entry, and every field", () => {
    story.recordRead(Buffer.from("grüße\n"));
    story.framing = "line";
    story.recordMessage(7, "GUESS-1");
    wall.clock.advance(3);
    story.recordText("kleiner ü", 10);
    story.recordText("plain", 5);
    story.recordWrite(Buffer.from([0, 200, 255]));
    story.beginStep();
    story.endStep({ from: "guessing", to: "won", event: "peer.message" });
    story.beginStep();
    story.endStep({ from: "won", to: "asking", event: "x", answer: { sizeBytes: 1, value: "y" } as never });
    story.recordUnread("late", Buffer.from("behind"));
    story.remark(cause("failure", { text: "a remark" }));
    story.refuse(cause("failure", { text: "refused" }), "no");
    story.recordEnd("ended");
    story.close("peer");
    wall.flush();
    expectSame();
  });

  it("has what was cut as it was cut, and counts what was not kept", () => {
    story.recordRead(Buffer.alloc(20_000, "r"));
    story.recordWrite(Buffer.alloc(30_000, "w"));
    for (let number = 0; number < 300; number += 1) story.recordRead(Buffer.from(`line ${number}\n`));
    wall.flush();
    expectSame();
    expect(wall.copyOf(story).omitted).toBe(story.omitted);
  });

  it("has messages that were only counted, with what fell out of their count", () => {
    for (let number = 0; number < 40; number += 1) story.recordMessage(number, "GUESS-1", 5);
    for (let number = 0; number < 500; number += 1) story.recordMessage(number % 9, "GUESS-2", 6);
    wall.flush();
    expectSame();
    expect(wall.copyOf(story).omitted).toBe(540 + 1 - 96);
  });

  it("has times and sizes beyond what 31 bits hold", () => {
    wall.clock.advance(100 * 86_400_000);
    story.recordRead(Buffer.from("after a hundred days\n"));
    wall.flush();
    expectSame();
    expect(wall.copyOf(story).movedAt).toBeGreaterThan(2 ** 32);
  });

  it("follows a file that grows, and a client that goes elsewhere", () => {
    const file = story.recordFile("out", "kernel.img", 5_000);
    file.moved(1_000);
    wall.flush();
    file.moved(4_000);
    story.subject.remote = { address: "127.0.0.2", port: 9 };
    story.recordRead(Buffer.from("x"));
    wall.flush();
    expectSame();
    expect(wall.copyOf(story).subject.remote).toEqual({ address: "127.0.0.2", port: 9 });
  });

  it("ends with it, and frees its id for a later one", () => {
    story.close("us");
    wall.here.end(story);
    wall.flush();
    expect(wall.copyOf(story).endedAt).toBeDefined();
    expect(wall.mirror.size).toBe(0);
    story.remark(cause("failure", { text: "afterwards" }));
    wall.flush();
    expect(textsOf(wall.copyOf(story))).toEqual(["opened", "closed"]);
  });

  it("comes in one batch for many reads, and in more where it is much", () => {
    for (let number = 0; number < 1_000; number += 1) story.recordRead(Buffer.from("a line\n"));
    wall.flush();
    expect(wall.batches).toBe(1);
    for (let number = 0; number < 100; number += 1) story.recordRead(Buffer.alloc(8_192, "x"));
    expect(wall.batches).toBeGreaterThan(8);
    wall.flush();
    expectSame();
  });

  it("is told of facts that a role makes up without end", () => {
    for (let number = 0; number < 10_000; number += 1) {
      story.beginStep();
      story.endStep({ from: `state ${number}`, to: `state ${number + 1}`, event: "e" });
    }
    wall.flush();
    expectSame();
  });
});

describe("a process that dies", () => {
  it("leaves the read that it was at, and everything before it", () => {
    story.recordRead(Buffer.from("first\n"));
    wall.flush();
    story.recordText("one", 3);
    story.recordRead(Buffer.from("second\n"));
    story.recordText("two", 3);
    story.recordRead(Buffer.from("the last\n"));
    story.recordText("nobody hears it", 15);
    wall.readBox();
    expect(textsOf(wall.copyOf(story))).toEqual([
      "opened",
      "first\n",
      "one",
      "second\n",
      "two",
      "the last\n",
    ]);
    expect(wall.mirror.atWork).toBe(wall.copyOf(story));
  });

  it("is not at work on a read behind which more has come", () => {
    story.recordRead(Buffer.from("first\n"));
    story.recordText("one", 3);
    wall.flush();
    wall.readBox();
    expect(wall.mirror.atWork).toBeUndefined();
  });

  it("leaves what a batch that was cut off would have told", () => {
    story.recordRead(Buffer.from("first\n"));
    wall.flush();
    story.recordRead(Buffer.from("second\n"));
    wall.isCut = true;
    wall.flush();
    wall.readBox();
    expect(textsOf(wall.copyOf(story))).toEqual(["opened", "first\n", "second\n"]);
  });

  it("leaves nothing of batches that had come, and nothing of a read that was not written whole", () => {
    for (let number = 0; number < 50; number += 1) story.recordRead(Buffer.from("old news\n"));
    wall.flush();
    story.recordRead(Buffer.from("new\n"));
    story.recordRead(Buffer.from("cut"));
    // The last four bytes of a segment are those that say it is whole.
    wall.box.writeUInt32LE(0, wall.box.indexOf("cut") + 3);
    wall.readBox();
    expect(textsOf(wall.copyOf(story)).slice(-2)).toEqual(["old news\n", "new\n"]);
    expect(wall.copyOf(story).length).toBe(52);
  });

  it("has sent each read at once where nothing outlives it", () => {
    wall.isBoxOpen = false;
    story.recordRead(Buffer.from("first\n"));
    expect(textsOf(wall.copyOf(story))).toEqual(["opened", "first\n"]);
  });
});
