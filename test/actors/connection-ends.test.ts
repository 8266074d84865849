/** Each way in which a connection ends: what the link is told, what the machine hears, what the story keeps. */
import { describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import { Play, type PlayOptions } from "./link-play.ts";

const last = (play: Play) => play.story.entries.at(-1);
const closed = (play: Play) => play.link.handlers?.onClose();

describe("a close", () => {
  it("is our FIN, a second in which what comes is not looked at, and the end", () => {
    const play = new Play();
    play.connection.close();
    expect(play.link.since()).toEqual(["FIN", "resumed"]);
    expect([play.connection.life, play.connection.isClosing]).toEqual([
      { is: "draining", closedBy: "us" },
      true,
    ]);
    play.link.receive("unread\n");
    expect([play.heard, play.told, play.story.bytesIn]).toEqual([[], ["fin", "drained"], 7]);
    play.clock.advance(5_000);
    expect(play.link.since()).toEqual([]);
    play.link.onFinSent?.();
    play.clock.advance(999);
    expect(play.link.since()).toEqual([]);
    play.clock.advance(1);
    expect(play.link.since()).toEqual(["destroyed"]);
    closed(play);
    expect(play.told).toEqual(["fin", "drained", "closed"]);
    expect(last(play)).toMatchObject({ by: "us" });
    expect([play.over, play.heard]).toEqual([[play.connection], ["peer.closed"]]);
    expect(play.story.fault).toBeUndefined();
  });

  it("leaves no timer behind when the system has closed it", () => {
    const play = new Play();
    play.connection.close();
    play.link.onFinSent?.();
    expect(play.clock.waiting).toBe(1);
    closed(play);
    expect(play.clock.waiting).toBe(0);
  });

  it("drains a mebibyte at most", () => {
    const play = new Play();
    play.connection.close();
    play.link.since();
    play.link.receive(Buffer.alloc(1_048_576));
    expect(play.link.since()).toEqual([]);
    play.link.receive("x");
    expect(play.link.since()).toEqual(["destroyed"]);
  });

  it("waits for our last words, which wait for their gap", () => {
    const play = new Play();
    play.connection.send("one");
    play.connection.send("two", { apart: true });
    play.connection.close();
    play.connection.close();
    expect(play.link.since()).toEqual([String.raw`"one\n"`]);
    expect([play.connection.life.is, play.connection.isClosing]).toEqual(["flushing", false]);
    play.clock.advance(50);
    expect(play.link.since()).toEqual([String.raw`"two\n"`, "FIN", "resumed"]);
  });

  it("goes on at once when the peer speaks: what it says then is not looked at", () => {
    const play = new Play();
    play.connection.send("one");
    play.connection.send("two", { apart: true });
    play.connection.close();
    play.link.receive("late\n");
    expect(play.link.since()).toEqual([String.raw`"one\n"`, String.raw`"two\n"`, "FIN", "resumed"]);
    expect([play.told, play.heard]).toEqual([["out", "out", "fin", "drained"], []]);
  });

  it("follows the machine's end", () => {
    const play = new Play();
    play.go("closed");
    expect(play.link.since()).toEqual(["FIN", "resumed"]);
    closed(play);
    expect(play.heard).toEqual(["go.closed"]);
    expect(play.story.state).toBe("closed");
  });

  it("behind the peer's FIN is the peer's doing", () => {
    const play = new Play();
    play.link.handlers?.onEnd();
    expect([play.heard, play.told]).toEqual([["peer.ended"], ["ended"]]);
    play.connection.close();
    expect(play.link.since()).toEqual(["FIN", "resumed"]);
    expect(play.connection.life).toEqual({ is: "draining", closedBy: "peer" });
    closed(play);
    expect(last(play)).toEqual({ at: expect.any(Number), kind: "closed", by: "peer" });
  });

  it("asks with a write of nothing whether a peer that ended has heard our last words", () => {
    const play = new Play();
    play.connection.send("one");
    play.link.handlers?.onEnd();
    play.connection.close();
    expect(play.link.since()).toEqual([String.raw`"one\n"`, '""', "FIN", "resumed"]);
    const finished = new Play();
    finished.connection.send("one");
    finished.link.handlers?.onEnd();
    finished.connection.control.fin?.();
    finished.connection.close();
    expect(finished.link.since()).toEqual([String.raw`"one\n"`, "FIN", "FIN", "resumed"]);
    expect(finished.told).toEqual(["out", "ended", "operator", "fin"]);
  });
});

describe("what breaks", () => {
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  const why = cause("peer-reset", {});

  it("is told with its cause, ends the machine's conversation, and lets nothing out any more", () => {
    const play = new Play();
    play.link.handlers?.onError(reset);
    expect([play.story.fault, play.story.cause]).toEqual(["failed", why]);
    expect(play.events).toEqual([{ type: "connection.failed", id: "test-1/c1", cause: why }]);
    expect(play.connection.life).toEqual({ is: "torn", closedBy: "peer", cause: why });
    expect([play.heard, play.told, play.story.waitsFor]).toEqual([["peer.closed"], ["closed"], undefined]);
    expect(last(play)).toMatchObject({ by: "peer", cause: why });
    play.connection.send("late");
    expect(play.link.since()).toEqual(["resumed"]);
    expect(play.over).toEqual([]);
    closed(play);
    expect([play.told, play.over, play.heard]).toEqual([["closed"], [play.connection], ["peer.closed"]]);
  });

  it("behind our FIN breaks no conversation", () => {
    const play = new Play();
    play.connection.close();
    play.link.handlers?.onError(reset);
    expect([play.story.fault, play.events]).toEqual([undefined, []]);
    expect(last(play)).toMatchObject({ kind: "closed", by: "peer", cause: why });
  });

  it("after a fault is its consequence, and not told", () => {
    const play = new Play();
    play.connection.refuse("no", cause("wrong-token", {}));
    play.link.handlers?.onError(reset);
    expect([play.story.fault, play.events.map(({ type }) => type)]).toEqual([
      "refused",
      ["connection.refused"],
    ]);
  });

  it("by the system alone is a close of the peer's", () => {
    const play = new Play();
    closed(play);
    expect([play.connection.life, play.over]).toEqual([{ is: "over", closedBy: "peer" }, [play.connection]]);
    expect([play.heard, play.told, play.story.waitsFor]).toEqual([["peer.closed"], ["closed"], undefined]);
    closed(play);
    expect([play.over.length, play.told]).toEqual([1, ["closed"]]);
  });
});

describe("a role that stops", () => {
  const leaving = (options: PlayOptions, farewell = "bye") => {
    const play = new Play(options);
    play.connection.closeGracefully(farewell);
    return play;
  };

  it("tells an idle peer so, in a read of its own, and goes", () => {
    const play = leaving({});
    expect(play.link.since()).toEqual([String.raw`"bye\n"`, "FIN", "resumed"]);
    expect(play.told).toEqual(["operator", "out", "fin"]);
    expect(play.story.entries[1]).toMatchObject({ action: "leave", farewell: "bye" });
    const spoken = new Play();
    spoken.connection.send("reply");
    spoken.connection.closeGracefully("bye");
    expect(spoken.link.since()).toEqual([String.raw`"reply\n"`]);
    spoken.clock.advance(50);
    expect(spoken.link.since()).toEqual([String.raw`"bye\n"`, "FIN", "resumed"]);
  });

  it("says nothing where it has no word for it, or where no text is read", () => {
    expect(leaving({}, "").link.since()).toEqual(["FIN", "resumed"]);
    expect(leaving({ initial: "raw" }).link.since()).toEqual(["FIN", "resumed"]);
  });

  it.each(["transferring", "working"])(
    "lets go on what is under way (%s), until it asks again",
    (initial) => {
      const play = leaving({ initial });
      expect([play.link.since(), play.connection.life.is]).toEqual([[], "leaving"]);
      play.go("asking");
      expect(play.link.since()).toEqual([String.raw`"bye\n"`, "FIN", "resumed"]);
    },
  );

  it("tells nobody who is on the way out already", () => {
    const play = new Play();
    play.connection.close();
    play.link.since();
    play.connection.closeGracefully("bye");
    expect([play.link.since(), play.connection.life.is]).toEqual([[], "draining"]);
  });

  it("goes nowhere while it has not stopped", () => {
    const play = new Play({ initial: "working" });
    play.go("asking");
    expect(play.link.since()).toEqual([]);
  });
});

describe("the sweep", () => {
  it("leaves a connection alone before its time", () => {
    const play = new Play();
    play.clock.advance(59_999);
    play.connection.sweep(play.clock.now());
    expect([play.link.since(), play.story.fault]).toEqual([[], undefined]);
  });

  it("refuses who has been silent that long, in words", () => {
    const play = new Play();
    play.clock.advance(60_000);
    play.connection.sweep(play.clock.now());
    expect(play.link.since()).toEqual([String.raw`"Idle too long\n"`, "FIN", "resumed"]);
    expect([play.story.fault, play.story.cause]).toEqual([
      "refused",
      cause("idle-too-long", { idleMs: 60_000 }),
    ]);
  });

  it("tears down whom our words have waited for", () => {
    const play = new Play();
    play.clock.advance(60_000);
    play.link.queuedBytes = 7;
    play.connection.sweep(play.clock.now());
    expect(play.link.since()).toEqual(["resumed", "destroyed"]);
    expect(play.story.cause).toEqual(cause("slow-reader", { bytes: 7 }));
  });

  it("resets in the middle of a file", async () => {
    const play = new Play();
    const end = await play.fileUnderWay();
    play.link.queuedBytes = 7;
    play.clock.advance(60_000);
    play.connection.sweep(play.clock.now());
    expect(play.link.since()).toContain("RST");
    expect(play.story.cause).toEqual(cause("transfer-idle", { idleMs: 60_000 }));
    await end();
  });

  it("destroys who does not go after our FIN, and says no more", () => {
    const play = new Play();
    play.connection.close();
    play.link.since();
    play.link.queuedBytes = 7;
    play.clock.advance(60_000);
    play.connection.sweep(play.clock.now());
    expect([play.link.since(), play.story.fault]).toEqual([["destroyed"], undefined]);
  });

  it("leaves alone whose last words wait for their gap", () => {
    const play = new Play();
    play.connection.send("one");
    play.connection.send("two", { apart: true });
    play.connection.close();
    play.link.since();
    play.connection.sweep(play.clock.now() + 60_000);
    expect([play.link.since(), play.story.fault]).toEqual([[], undefined]);
  });
});
