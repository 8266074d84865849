/** The parts that hubs are made of, by themselves: who is in, who hears what, whose name it is, and whom an answer waits for. */
import { describe, expect, it } from "vitest";
import { Audience } from "../../src/machines/_audience.ts";
import { Barrier } from "../../src/machines/_barrier.ts";
import { RateLimit } from "../../src/machines/_rate-limit.ts";
import { Room } from "../../src/machines/_room.ts";
import { Switchboard } from "../../src/machines/_switchboard.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";

/** A hub's world that notes what is delivered, `a,b hear text`, and what operators are told. */
function noting<Options>(options: Options) {
  const clock = new SimulatedClock();
  const told: string[] = [];
  const world = {
    options,
    clock,
    deliver: (audience: Iterable<string>, text: string) => void told.push(`${[...audience]} hear ${text}`),
    notify: (text: string) => void told.push(`operator: ${text}`),
  };
  return { clock, world, since: () => told.splice(0) };
}

const member = (id: string, name: string, details: Record<string, string> = {}) => ({ id, name, details });

describe("an audience", () => {
  it("has another version with every coming and going, and with nothing else", () => {
    const audience = new Audience();
    const versions = [audience.version];
    const versionAfter = (change: () => void) => {
      change();
      versions.push(audience.version);
    };
    versionAfter(() => audience.add("b"));
    versionAfter(() => audience.add("a"));
    versionAfter(() => audience.add("b"));
    versionAfter(() => audience.delete("x"));
    versionAfter(() => audience.delete("b"));
    expect(versions).toEqual([0, 1, 2, 2, 2, 3]);
    expect([[...audience], audience.size]).toEqual([["a"], 1]);
  });
});

describe("a limit of a second", () => {
  it("is so many of each source, and so many in all", () => {
    const { clock } = noting({});
    const limit = new RateLimit(clock, { perSource: 2, inAll: 3 });
    expect(["a", "a", "a", "b", "b", "c"].map((source) => limit.admits(source))).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
    ]);
    clock.advance(999);
    expect(limit.admits("c")).toBe(false);
    clock.advance(1);
    expect(["a", "a", "c"].map((source) => limit.admits(source))).toEqual([true, true, true]);
  });

  it("is not counted by what was refused", () => {
    const { clock } = noting({});
    const limit = new RateLimit(clock, { perSource: 1, inAll: 2 });
    expect(["a", "a", "a", "b"].map((source) => limit.admits(source))).toEqual([true, false, false, true]);
  });

  it("knows ten thousand sources, and no more in one second", () => {
    const { clock } = noting({});
    const limit = new RateLimit(clock, { perSource: 9, inAll: Number.POSITIVE_INFINITY });
    for (let source = 0; source < 9_999; source += 1) limit.admits(`${source}`);
    expect([limit.admits("one more"), limit.admits("too many"), limit.admits("0")]).toEqual([
      true,
      false,
      false,
    ]);
    clock.advance(1_000);
    expect(limit.admits("too many")).toBe(true);
  });
});

describe("a room", () => {
  it("remembers who was in it, a login name as the name where none was told", () => {
    const { world, since } = noting({});
    const room = new Room(world as never, [member("c1", "Al", { login: "al" }), member("c2", "Bo")]);
    expect(room.members).toEqual([member("c1", "Al", { login: "al" }), member("c2", "Bo", { login: "Bo" })]);
    expect(room.announce("hi")).toBe(2);
    expect(since()).toEqual(["c1,c2 hear :Server:hi"]);
  });

  it("lets in who has names of its own, or had them", () => {
    const { world, since } = noting({});
    const room = new Room(world as never, []);
    expect(room.join("c1", { name: "Al", login: "al" })).toEqual({ ok: true });
    expect(since()).toEqual(["c1 hear new user :Al:al connected!\n", "c1 hear new user :Al:al joined \n"]);
    expect(room.join("c2", { name: "Al", login: "bo" })).toEqual({ ok: false, taken: "Al", holder: "c1" });
    expect(room.join("c2", { name: "Bo", login: "al" })).toEqual({ ok: false, taken: "al", holder: "c1" });
    expect(room.join("c2", { name: "Server", login: "bo" })).toEqual({
      ok: false,
      taken: "Server",
      holder: "",
    });
    expect(room.join("c2", { name: "Bo", login: "Server" })).toEqual({
      ok: false,
      taken: "Server",
      holder: "",
    });
    expect([since(), room.members.length]).toEqual([[], 1]);
    expect(room.join("c1", { name: "Al", login: "al" })).toEqual({ ok: true });
    expect(room.join("c2", { name: "al", login: "Al" })).toEqual({ ok: true });
  });

  it("tells a leaving once, to those who stay, and hears nothing more of who left", () => {
    const { world, since } = noting({});
    const room = new Room(world as never, [member("c1", "Al"), member("c2", "Bo")]);
    room.say("c1", "one");
    room.leave("c1");
    room.leave("c1");
    room.say("c1", "two");
    expect(since()).toEqual(["c1,c2 hear :Al:one", "c2 hear :Al:Al left chat"]);
    expect(room.announce("hi")).toBe(1);
  });
});

describe("a switchboard", () => {
  it("gives a name to one connection at a time", () => {
    const { world } = noting({});
    const board = new Switchboard(world as never, [member("c1", "al")]);
    expect(board.join("c2", "al")).toEqual({ ok: false, holder: "c1" });
    expect(board.join("c1", "al")).toEqual({ ok: true });
    expect(board.join("c2", "Server")).toEqual({ ok: false, holder: "" });
    expect(board.join("c2", "bo")).toEqual({ ok: true });
    expect(board.members).toEqual([member("c1", "al"), member("c2", "bo")]);
    board.leave("c1");
    board.leave("c1");
    expect(board.join("c3", "al")).toEqual({ ok: true });
    expect(board.members.map(({ id }) => id)).toEqual(["c2", "c3"]);
  });

  it("hands on to who is there, and tells the sender why not", () => {
    const { world, since } = noting({});
    const board = new Switchboard(world as never, [member("c1", "al"), member("c2", "bo")]);
    expect(board.relay("c1", "hi|bo")).toBeUndefined();
    expect(board.relay("c1", "hi")).toBeUndefined();
    expect(board.relay("c1", "hi|cy")).toEqual({ user: "cy", online: ["al", "bo"] });
    expect(board.relay("c9", "hi|bo")).toBeUndefined();
    expect(since()).toEqual([
      "c2 hear al | hi",
      "c1 hear Server | Use message|user",
      expect.stringMatching(/^c1 hear Server \| /),
    ]);
    board.announceRestart();
    expect(since()).toEqual([expect.stringMatching(/^c1,c2 hear Server \| /)]);
  });

  it("names twenty of those who are there", () => {
    const { world } = noting({});
    const many = Array.from({ length: 25 }, (_, index) => member(`c${index}`, `user${index}`));
    const board = new Switchboard(world as never, many);
    expect(board.relay("c0", "hi|cy")?.online).toEqual(many.slice(0, 20).map(({ name }) => name));
  });
});

describe("a barrier", () => {
  const opened = (mirror = false, remembered: ReturnType<typeof member>[] = []) => {
    const { world, ...rest } = noting({ mirror });
    return { barrier: new Barrier(world as never, remembered), ...rest };
  };

  it("answers nobody where nobody is, and waits for all of those who are silent", () => {
    const { barrier, since } = opened();
    expect(barrier.answer("hi", false)).toEqual({ kind: "nobody" });
    barrier.join("c1", "al");
    barrier.join("c2", "bo");
    barrier.heard("c1", "hello");
    expect(barrier.answer("hi", false)).toMatchObject({ kind: "waiting", for: ["bo"] });
    expect(since()).toEqual([]);
    barrier.heard("c2", "hello");
    expect(since()).toEqual(["operator: all 2 clients wait for an answer"]);
    expect(barrier.answer("hi", false)).toEqual({ kind: "said", to: 2 });
    expect(since()).toEqual(["c1,c2 hear hi"]);
    expect(barrier.answer("hi", false)).toMatchObject({ kind: "waiting", for: ["al", "bo"] });
  });

  it("answers without waiting where it is told to, or is a mirror, and owes no message less than none", () => {
    const { barrier, since } = opened();
    barrier.join("c1", "al");
    expect(barrier.answer("hi", true)).toEqual({ kind: "said", to: 1 });
    barrier.heard("c1", "a");
    barrier.heard("c1", "b");
    expect(since()).toEqual(["c1 hear hi", "operator: its client waits for an answer"]);
    expect(barrier.members).toEqual([member("c1", "al", { unanswered: "2", said: "b" })]);
    barrier.answer("hi", false);
    expect(since()).toEqual(["c1 hear hi", "operator: its client waits for an answer"]);
    barrier.answer("hi", false);
    expect([barrier.answer("hi", false).kind, since()]).toEqual(["waiting", ["c1 hear hi"]]);
    const mirror = opened(true);
    mirror.barrier.join("c1", "al");
    expect(mirror.barrier.answer("hi", false)).toEqual({ kind: "said", to: 1 });
  });

  it("waits for a client less when it leaves, and tells so where that was the last", () => {
    const { barrier, since } = opened();
    for (const id of ["c1", "c2", "c3"]) barrier.join(id, id);
    barrier.heard("c1", "a");
    barrier.leave("c2");
    expect(since()).toEqual([]);
    barrier.leave("c3");
    barrier.leave("c3");
    expect(since()).toEqual(["operator: its client waits for an answer"]);
    barrier.leave("c1");
    barrier.heard("c1", "late");
    expect([since(), barrier.members]).toEqual([[], []]);
  });

  it("does not tell again where who leaves, or speaks again, was not waited for", () => {
    const { barrier, since } = opened();
    for (const id of ["c1", "c2"]) barrier.join(id, id);
    barrier.heard("c1", "a");
    barrier.heard("c2", "a");
    expect(since()).toHaveLength(1);
    barrier.heard("c2", "b");
    barrier.leave("c1");
    expect(since()).toEqual([]);
  });

  it("remembers after a crash what was not answered, and the beginning of what was said", () => {
    const { barrier } = opened(false, [
      member("c1", "al", { unanswered: "1", said: "hello" }),
      member("c2", "bo", { unanswered: "0" }),
    ]);
    expect(barrier.answer("hi", false)).toMatchObject({ kind: "waiting", for: ["bo"] });
    expect(barrier.members).toEqual([
      member("c1", "al", { unanswered: "1", said: "hello" }),
      member("c2", "bo", { unanswered: "0", said: "" }),
    ]);
    barrier.heard("c2", "x".repeat(300));
    expect(barrier.members[1]?.details.said).toBe("x".repeat(200));
  });

  it("wakes who waits for a change, when there was one, or after a second", async () => {
    const { barrier, clock } = opened();
    barrier.join("c1", "al");
    const waiting = barrier.answer("hi", false);
    const version = waiting.kind === "waiting" ? waiting.version : -1;
    let woken = 0;
    const wait = () => barrier.changedSince(version).then(() => (woken += 1));
    const waits = [wait(), wait()];
    await Promise.resolve();
    expect([woken, clock.waiting]).toEqual([0, 2]);
    barrier.join("c2", "bo");
    await Promise.all(waits);
    expect([woken, clock.waiting]).toEqual([2, 0]);
    await wait();
    expect(woken).toBe(3);
    const later = barrier.changedSince(version + 1);
    clock.advance(999);
    expect(clock.waiting).toBe(1);
    clock.advance(1);
    await later;
    expect(clock.waiting).toBe(0);
  });
});
