/** What a machine says to its peer, and how that goes out: joined, apart, at once, or not at all. */
import { describe, expect, it } from "vitest";
import { Delivery } from "../../src/actors/delivery.ts";
import { FULL_BYTES } from "../../src/link/link.ts";
import { cause } from "../../src/stories/causes.ts";
import { turn } from "../pending-calls.ts";
import { Play } from "./link-play.ts";

const echo = (options: object = {}) =>
  new Play({
    on: (event, { connection }) => {
      if (event.type === "peer.message") connection.send(`re ${(event as unknown as { text: string }).text}`);
    },
    ...options,
  });

describe("replies", () => {
  it("to lines that were read together are one write, of a line peer alone", () => {
    const line = echo();
    line.link.receive("a\nb\n");
    expect(line.link.since()).toEqual([String.raw`"re a\nre b\n"`]);
    expect([line.heard, line.told]).toEqual([
      ["a", "b"],
      ["in", "message", "message", "out"],
    ]);
    const nul = echo({ framing: "nul" });
    nul.link.receive("a\0b\0");
    expect(nul.link.since()).toEqual([String.raw`"re a\u0000"`]);
  });

  it("to one message are joined for a line peer alone", () => {
    const twice = (framing: "line" | "nul") =>
      new Play({
        framing,
        on: (event, { connection }) => {
          if (event.type !== "peer.message") return;
          connection.send("one");
          connection.send("two");
        },
      });
    const [line, nul] = [twice("line"), twice("nul")];
    line.link.receive("a\n");
    expect(line.link.since()).toEqual([String.raw`"one\ntwo\n"`]);
    nul.link.receive("a\0");
    expect(nul.link.since()).toEqual([String.raw`"one\u0000"`, String.raw`"two\u0000"`]);
  });

  it("that are to be read apart are not joined", () => {
    const play = new Play({
      on: (event, { connection }) => {
        if (event.type !== "peer.message") return;
        connection.send("one");
        connection.send("two", { apart: true });
        connection.send("three", { apart: false });
      },
    });
    play.link.receive("a\n");
    expect(play.link.since()).toEqual([String.raw`"one\n"`]);
    play.clock.advance(50);
    expect(play.link.since()).toEqual([String.raw`"two\n"`, String.raw`"three\n"`]);
  });

  it("outside of a read are writes of their own, as bytes too", () => {
    const { connection, link } = new Play();
    connection.send("one");
    connection.send("two");
    connection.sendBytes(new Uint8Array([0x61]));
    connection.sendBytes(new Uint8Array(0));
    connection.send("zwölf");
    expect(link.since()).toEqual([String.raw`"one\n"`, String.raw`"two\n"`, '"a"', String.raw`"zwölf\n"`]);
    const bare = new Play({ framing: "bare" });
    bare.connection.send("");
    bare.connection.send("a");
    expect([bare.link.since(), bare.told]).toEqual([['"a"'], ["out"]]);
  });

  it("of a handler cost the machine no step", () => {
    const { link, heard, story } = new Play({ initial: "echoing" });
    link.receive("a\n");
    expect([link.since(), heard]).toEqual([[String.raw`"a!\n"`], []]);
    expect(story.lastRule).toBe("TEST-3");
    link.receive("leave\n");
    expect([link.since(), heard]).toEqual([["FIN", "resumed"], ["go.closed"]]);
  });

  it("are still the story's when they are counted: bytes, and when they moved", () => {
    const { clock, connection, story } = new Play();
    expect(connection.lastMovedAt).toBe(clock.now());
    clock.advance(3);
    expect(connection.lastMovedAt).toBe(clock.now() - 3);
    connection.send("abc");
    expect([story.bytesOut, connection.lastMovedAt]).toEqual([4, clock.now()]);
  });

  it.each<[string, (play: Play) => void, readonly string[]]>([
    ["nothing was said", () => undefined, ["one"]],
    ["text was said", ({ connection }) => connection.send("ok"), ["one", "two"]],
    ["bytes were said", ({ connection }) => connection.sendBytes(Buffer.from([0xff])), ["one", "two"]],
  ])("make a burst of its own of what comes next [FRAME-4]: %s", (_, say, heardAtOnce) => {
    const play = new Play({ framing: "nul" });
    play.link.receive("one\0");
    say(play);
    play.link.receive("two\0");
    expect(play.heard).toEqual(heardAtOnce);
    play.clock.advance(30);
    expect(play.heard).toEqual(["one", "two"]);
  });
});

describe("a hub's words", () => {
  it("are joined for a line peer until the turn of the loop is over, or now where it is", async () => {
    const { connection, link } = new Play();
    connection.deliver(new Delivery("one"));
    connection.deliver(new Delivery("two"));
    expect(link.since()).toEqual([]);
    await turn();
    expect(link.since()).toEqual([String.raw`"one\ntwo\n"`]);
    connection.deliver(new Delivery("three"), true);
    expect(link.since()).toEqual([String.raw`"three\n"`]);
  });

  it("are a write each for any other", () => {
    const bare = new Play({ framing: "bare" });
    bare.connection.deliver(Delivery.of(["one", "two"]));
    expect(bare.link.since()).toEqual(['"one"', '"two"']);
    const nul = new Play({ framing: "nul" });
    nul.connection.deliver(Delivery.of(["one", "two"]));
    expect(nul.link.since()).toEqual([String.raw`"one\u0000"`, String.raw`"two\u0000"`]);
  });
});

describe("a peer that does not read", () => {
  it("is answered no more from a full queue on, until that has gone", () => {
    const play = echo();
    play.link.queuedBytes = FULL_BYTES - 1;
    play.link.receive("a\n");
    expect(play.link.since()).toEqual([String.raw`"re a\n"`]);
    play.link.queuedBytes = FULL_BYTES;
    play.link.receive("b\n");
    expect(play.link.since()).toEqual([String.raw`"re b\n"`, "paused"]);
    play.link.receive("c\n");
    expect([play.link.since(), play.heard]).toEqual([[], ["a", "b"]]);
    play.link.queuedBytes = 0;
    play.link.handlers?.onDrain?.();
    play.turns.deal();
    expect(play.heard).toEqual(["a", "b", "c"]);
    expect(play.link.since()).toContain("resumed");
  });

  it("is dropped when more waits for it than may", () => {
    const play = new Play({ maxQueue: 1_000 });
    play.link.queuedBytes = 1_000;
    play.connection.send("a");
    expect(play.connection.life).toEqual({ is: "conversing" });
    play.link.queuedBytes = 1_001;
    play.connection.send("b");
    const slow = cause("slow-reader", { bytes: 1_001 });
    expect(play.connection.life).toEqual({ is: "torn", closedBy: "us", cause: slow });
    expect([play.story.fault, play.story.cause]).toEqual(["failed", slow]);
    expect(play.link.since()).toContain("destroyed");
    expect(play.events.at(-1)).toEqual({ type: "connection.failed", id: "test-1/c1", cause: slow });
    play.connection.send("c");
    expect(play.link.since()).toEqual([]);
  });

  it("is dropped for what waits behind a file, too", async () => {
    const play = new Play({ maxQueue: 10 });
    const end = await play.fileUnderWay();
    play.connection.send("12345");
    expect(play.connection.life.is).toBe("conversing");
    play.connection.send("12345");
    expect(play.connection.life).toMatchObject({ is: "torn", cause: cause("slow-reader", { bytes: 12 }) });
    expect(play.link.since()).toContain("RST");
    await end();
  });
});

describe("what is said when nothing is to be said any more", () => {
  it.each([
    ["text", (play: Play) => play.connection.send("late")],
    ["bytes", (play: Play) => play.connection.sendBytes(Buffer.from("late"))],
  ])("goes nowhere, and into no story: %s", (_, say) => {
    const play = new Play();
    play.connection.close();
    play.link.since();
    const before = play.told;
    say(play);
    expect([play.link.since(), play.told]).toEqual([[], before]);
  });
});
