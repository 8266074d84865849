/** Refusals, remarks, crashes and files that break off: what the peer is told, and who hears of it besides. */
import { describe, expect, it } from "vitest";
import type { OpenFile } from "../../src/machines/_world.ts";
import { cause } from "../../src/stories/causes.ts";
import { turn } from "../pending-calls.ts";
import { Play } from "./link-play.ts";

const says = (play: Play) => play.told.filter((kind) => kind !== "in" && kind !== "message");
const said = (event: object) => (event as { readonly text?: string }).text;

describe("a refusal", () => {
  const wrong = cause("wrong-token", {});

  it("is told to the peer, to the story and to who listens; what comes then is late", () => {
    const play = new Play({ initial: "working" });
    play.connection.refuse("no", wrong);
    expect(play.link.since()).toEqual([String.raw`"no\n"`]);
    expect(play.story.entries[1]).toMatchObject({ kind: "refused", cause: wrong, words: "no" });
    expect(play.events).toEqual([
      { type: "connection.refused", id: "test-1/c1", remote: "127.0.0.1:50001", cause: wrong },
    ]);
    play.link.receive("more\n");
    expect(play.told).toEqual(["refused", "out", "late"]);
    play.go("asking");
    play.link.receive("again\n");
    expect(play.told.slice(3)).toEqual(["transition", "in", "message", "message"]);
  });

  it("without a word for it writes nothing", () => {
    const play = new Play({ framing: "line" });
    play.connection.refuse("", wrong);
    expect([play.link.since(), play.told]).toEqual([[], ["refused"]]);
  });

  it("of a record is its bytes, and no words", () => {
    const play = new Play();
    play.connection.refuseBytes(Buffer.from("E1"), "TEST-9", "odd");
    expect(play.link.since()).toEqual(['"E1"']);
    expect(play.story.entries[1]).toMatchObject({
      words: "",
      cause: { code: "role", rule: "TEST-9", args: { text: "odd" } },
    });
  });

  it("comes by itself to a message that is too long, and then the end", () => {
    const play = new Play({ maxMessage: 8 });
    play.link.receive("123456789");
    expect(play.link.since()).toEqual([String.raw`"Message too long\n"`, "FIN", "resumed"]);
    expect(play.story.cause).toEqual(cause("message-too-long", { limit: 8 }));
    expect([play.heard, says(play)]).toEqual([[], ["refused", "out", "fin"]]);
  });
});

describe("a remark", () => {
  it("is for the story, and for who listens: a cause, or a sentence", () => {
    const play = new Play();
    play.connection.remark("hm");
    play.connection.remark(cause("program-gone", {}));
    const causes = [cause("role", { text: "hm" }), cause("program-gone", {})];
    expect(play.events).toEqual(
      causes.map((one) => ({ type: "connection.remark", id: "test-1/c1", cause: one })),
    );
    expect(play.story.entries.slice(1).map((entry) => "cause" in entry && entry.cause)).toEqual(causes);
    expect([play.link.since(), play.story.fault]).toEqual([[], undefined]);
  });
});

describe("a crash", () => {
  const boom = new Error("boom");
  const crashing = () =>
    new Play({
      on: (event, { connection }) => {
        if (said(event) === "reply") connection.send("half");
        if (said(event) === "boom") throw boom;
      },
    });

  it("ends this connection: what was said before goes out, then our FIN", () => {
    const play = crashing();
    play.link.receive("reply\nboom\nnever\n");
    expect(play.link.since()).toEqual([String.raw`"half\n"`, "FIN", "resumed"]);
    expect([play.heard, says(play)]).toEqual([
      ["reply", "boom"],
      ["out", "crashed", "fin"],
    ]);
    expect([play.story.fault, play.story.cause?.args]).toMatchObject(["crashed", { error: "boom" }]);
    expect(play.events).toEqual([{ type: "connection.crashed", id: "test-1/c1", error: boom }]);
    expect(play.crashes).toEqual([boom]);
  });

  it("is told once", () => {
    const play = crashing();
    play.link.receive("boom\n");
    play.connection.crash(new Error("again"));
    expect([play.crashes, play.events.length, says(play)]).toEqual([[boom], 1, ["crashed", "fin"]]);
  });

  it("of a handler is one too", () => {
    const play = new Play({ initial: "echoing" });
    play.connection.send = () => {
      throw boom;
    };
    play.link.receive("a\n");
    expect([play.story.fault, play.crashes, play.link.since()]).toEqual([
      "crashed",
      [boom],
      ["FIN", "resumed"],
    ]);
  });

  it("in the middle of a file is a reset: the peer would take a FIN for the file's end", async () => {
    const play = crashing();
    const end = await play.fileUnderWay();
    play.link.since();
    play.connection.crash(boom);
    expect(play.link.since()).toEqual(["resumed", "RST"]);
    expect(play.connection.life).toMatchObject({ is: "torn", closedBy: "us", cause: play.story.cause });
    await end();
  });

  it("when it is over is told all the same, but its story is closed", () => {
    const play = crashing();
    play.recorder.end(play.story);
    const before = play.told;
    play.connection.crash(boom);
    expect([play.told, play.story.fault]).toEqual([[...before, "fin"], undefined]);
    expect(play.events).toEqual([{ type: "connection.crashed", id: "test-1/c1", error: boom }]);
  });
});

const file = (more: Partial<OpenFile> = {}): OpenFile => ({
  name: "a.pdf",
  sizeBytes: 3,
  read: async (into) => {
    into.fill(0x61, 0, 3);
    return 3;
  },
  close: async () => undefined,
  ...more,
});

describe("a file to the peer", () => {
  it("goes out in its turn, and what is said meanwhile behind it", async () => {
    const play = new Play();
    play.link.isSlow = true;
    play.connection.send("size");
    const sending = play.connection.sendFile(file());
    await turn();
    play.connection.send("after");
    expect(play.link.since()).toEqual([String.raw`"size\n"`, '"aaa"']);
    play.link.answerWrites();
    await sending;
    expect(play.link.since()).toEqual([String.raw`"after\n"`]);
    expect(play.story.entries[2]).toMatchObject({
      kind: "file",
      direction: "out",
      name: "a.pdf",
      size: 3,
      told: 3,
    });
    expect([play.story.bytesOut, play.story.fault]).toEqual([14, undefined]);
  });

  it("that became shorter breaks off with a reset, and its cause", async () => {
    const play = new Play();
    const sending = play.connection.sendFile(file({ read: async () => 0 }));
    await expect(sending).rejects.toThrow("a.pdf became shorter");
    const why = cause("file-shrank", { name: "a.pdf" });
    expect(play.connection.life).toEqual({ is: "torn", closedBy: "us", cause: why });
    expect([play.story.fault, play.story.cause]).toEqual(["failed", why]);
    expect(play.link.since()).toEqual(["resumed", "RST"]);
  });

  it("to a peer that went away is broken by the peer", async () => {
    const play = new Play();
    play.link.writeErrors.push(new Error("EPIPE"));
    await expect(play.connection.sendFile(file())).rejects.toThrow("the peer went away");
    const why = cause("peer-gone", {});
    expect(play.connection.life).toEqual({ is: "torn", closedBy: "peer", cause: why });
    expect(play.link.since()).toEqual(['"aaa"', "resumed", "RST"]);
  });

  it("leaves the way free when it broke off: our FIN does not wait", async () => {
    const play = new Play();
    await expect(play.connection.sendFile(file({ read: async () => 0 }))).rejects.toThrow();
    expect(play.connection.control.fin?.()).toBe(true);
  });

  it("is a word to the framer, too: what comes next may be a reaction", async () => {
    const play = new Play({ framing: "nul" });
    play.link.receive("one\0");
    await play.connection.sendFile(file());
    play.link.receive("two\0");
    expect(play.heard).toEqual(["one", "two"]);
  });
});

describe("bytes into a sink", () => {
  it("that do not all come are a failure, with its cause", async () => {
    const play = new Play({ initial: "working" });
    const into: string[] = [];
    const receiving = play.connection.receiveInto({ write: (bytes) => void into.push(String(bytes)) }, 5);
    play.link.receive("ab");
    play.link.handlers?.onEnd();
    await expect(receiving).rejects.toThrow("after 2 of 5 bytes");
    expect([into, play.story.fault]).toEqual([["ab"], "failed"]);
    expect(play.story.cause).toEqual(cause("transfer-cut", { got: 2, told: 5 }));
  });

  it("that come are no failure", async () => {
    const play = new Play({ initial: "working" });
    const receiving = play.connection.receiveInto({ write: () => undefined }, 2);
    play.link.receive("ab");
    await receiving;
    expect([play.told, play.story.fault]).toEqual([["file"], undefined]);
  });

  it("are broken off by us where we close, and by the peer where it does", async () => {
    const ours = new Play({ initial: "working" });
    const receiving = ours.connection.receiveInto({ write: () => undefined }, 2);
    ours.connection.close();
    ours.link.handlers?.onClose();
    await expect(receiving).rejects.toMatchObject({ code: "interrupted", fact: cause("stopped", {}) });
    const theirs = new Play({ initial: "working" });
    const other = theirs.connection.receiveInto({ write: () => undefined }, 2);
    theirs.link.handlers?.onClose();
    await expect(other).rejects.toMatchObject({ code: "peer-error" });
  });
});
