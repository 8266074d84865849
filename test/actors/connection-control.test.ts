/** What an operator sees of a connection, and does to it, without a network. */
import { describe, expect, it } from "vitest";
import { type ConnectionControl, viewOf } from "../../src/actors/connection-control.ts";
import { limitsOf } from "../../src/actors/connection-host.ts";
import { Play } from "./link-play.ts";

const looked = (more: Partial<ConnectionControl> = {}): ConnectionControl => ({
  framing: "line",
  unreadBytes: 0,
  unread: (limit) => Buffer.alloc(Math.min(limit, 10_000), "a"),
  queuedBytes: 0,
  lastMovedAt: 1_000,
  kill: () => undefined,
  ...more,
});

describe("the view of a connection", () => {
  it("has what is unread, the first 4 KiB of it, and how long nothing has moved", () => {
    expect(viewOf(looked({ unreadBytes: 10_000, queuedBytes: 7 }), 1_250)).toEqual({
      framing: "line",
      unreadBytes: 10_000,
      unread: Buffer.alloc(4_096, "a"),
      queuedBytes: 7,
      stillMs: 250,
    });
  });

  it("asks for no bytes where there are none, and knows no time before the last", () => {
    const nothing = looked({
      unread: () => {
        throw new Error("asked");
      },
    });
    expect(viewOf(nothing, 990)).toMatchObject({ unread: Buffer.alloc(0), stillMs: 0 });
    expect(viewOf(looked({ unreadBytes: 1, unread: () => Buffer.from("a") }), 1_000).unread).toEqual(
      Buffer.from("a"),
    );
  });
});

describe("the limits of a connection", () => {
  it("are those of its instance's options, and the framer's own", () => {
    const common = { host: "", port: 0, maxConnections: 9 };
    expect(limitsOf({ ...common, maxMessage: 1, maxQueue: 2, idle: 3, framing: "nul" })).toEqual({
      quietMs: 30,
      tailMs: 2_000,
      maxMessageBytes: 1,
      maxQueueBytes: 2,
      idleMs: 3,
      framing: "nul",
    });
  });
});

describe("an operator", () => {
  it("sees what is unread and what is queued, in the link and behind it", async () => {
    const play = new Play({ initial: "working" });
    play.link.receive("abc");
    const end = await play.fileUnderWay();
    play.connection.send("later");
    play.link.queuedBytes = 3;
    const { control } = play.connection;
    expect([control.unreadBytes, control.unread(2).toString(), control.queuedBytes, control.framing]).toEqual(
      [3, "ab", 9, "line"],
    );
    expect([control.link, control.lastMovedAt]).toEqual([play.link, play.connection.lastMovedAt]);
    await end();
    expect(control.queuedBytes).toBe(3);
  });

  it("sees the machine, and moves it by the events that it takes", () => {
    const play = new Play();
    const { control } = play.connection;
    expect(control.snapshot?.value).toBe("asking");
    expect(control.acceptedEvents).toContain("go.other");
    expect(control.sendEvent?.({ type: "go.other" })).toBe(true);
    expect([play.story.state, play.told]).toEqual(["other", ["operator", "transition"]]);
    play.go("closed");
    expect(control.sendEvent?.({ type: "go.other" })).toBe(false);
    expect(new Play({ isEarly: true }).connection.control.acceptedEvents).toEqual([]);
  });

  it("says bytes, closes our side once, shows the door, tears it down", () => {
    const play = new Play();
    play.connection.control.inject?.(Buffer.from("hi"));
    expect(play.connection.control.fin?.()).toBe(true);
    expect(play.connection.control.fin?.()).toBe(true);
    play.connection.send("late");
    expect(play.link.since()).toEqual(['"hi"', "FIN"]);
    expect([play.connection.isClosing, play.told]).toEqual([
      false,
      ["operator", "out", "operator", "fin", "operator"],
    ]);
    play.link.receive("still\n");
    expect(play.heard).toEqual(["still"]);
    const kicked = new Play();
    kicked.connection.control.kick?.();
    expect([kicked.heard, kicked.link.since()]).toEqual([["peer.closed"], ["FIN", "resumed"]]);
    const killed = new Play();
    killed.connection.control.kill();
    expect([killed.link.since(), killed.connection.life]).toEqual([
      ["resumed", "destroyed"],
      { is: "torn", closedBy: "us" },
    ]);
    const reset = new Play();
    reset.connection.control.reset?.();
    expect([reset.link.since(), reset.told]).toEqual([
      ["resumed", "RST"],
      ["operator", "closed"],
    ]);
  });

  it("in the middle of a file: a FIN waits for its end, a kick is a reset", async () => {
    const play = new Play();
    const end = await play.fileUnderWay();
    expect(play.connection.control.fin?.()).toBe(false);
    expect(play.link.since()).not.toContain("FIN");
    await end();
    expect(play.link.since()).toEqual(["FIN"]);
    const kicked = new Play();
    const endKicked = await kicked.fileUnderWay();
    kicked.connection.control.kick?.();
    expect(kicked.link.since()).toContain("RST");
    expect(kicked.story.entries[2]).toMatchObject({ kind: "operator", action: "kick" });
    await endKicked();
  });
});
