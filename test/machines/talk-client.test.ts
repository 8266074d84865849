/** The conversation that most clients have, with words of no role: each event in each of its states, up to the answers. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { cause } from "../../src/stories/causes.ts";
import { asking, connected, talk } from "./talker-play.ts";

describe("before it is connected", () => {
  it("goes where it was told, from its own port, and says what opens the conversation first", async () => {
    const play = talk({ opening: () => ["hello"] }, { localPort: 99 });
    await play.type("early");
    expect(play.network.connects.inputs).toEqual([{ host: "localhost", port: 7 }]);
    expect([await play.connect(), play.run.path]).toEqual([["send hello"], ["connecting", "awaitingReply"]]);
    expect(await play.pace()).toEqual(["send early"]);
  });

  it("fails with why there is no connection, and throws what is none of ours", async () => {
    const play = talk();
    await play.network.connects.reject(NetlabError.of("unreachable", cause("peer-gone", {})));
    expect(play.run.state).toBe("failed");
    expect(play.run.output).toMatchObject({ ok: false, code: "unreachable", cause: cause("peer-gone", {}) });
    const odd = talk();
    await odd.network.connects.reject(new Error("boom"));
    expect(odd.run.crash).toBeInstanceOf(Error);
  });

  it("closes a connection that comes when it was stopped", async () => {
    const play = talk();
    await play.stop();
    expect([play.run.state, play.run.output]).toEqual(["done", { ok: true }]);
    expect(await play.connect()).toEqual(["close"]);
  });
});

describe("the greeting", () => {
  it.each([
    [true, "awaitingGreeting"],
    [false, "listening"],
    [() => true, "awaitingGreeting"],
    [() => false, "listening"],
  ])("is waited for where there is one: %s", async (greets, state) => {
    expect((await connected({ greets: greets as boolean })).run.state).toBe(state);
  });

  it("is shown, and followed by the opening", async () => {
    const display = (text: string, _options: unknown, isGreeting: boolean) =>
      `${text}${isGreeting ? "?" : "!"}`;
    const play = await connected({ greets: true, opening: () => ["ann"], display });
    expect(play.peer.told).toEqual([]);
    expect(await play.hear("who")).toEqual(["send ann"]);
    await play.hear("hi");
    expect([play.shown, play.run.output]).toEqual([["who?", "hi!"], undefined]);
  });

  it.each(["peer.ended", "peer.closed"] as const)(
    "that does not come before %s is a failure",
    async (end) => {
      const play = await connected({ greets: true });
      expect(await play.tell(end)).toEqual(["close"]);
      expect(play.run.output).toMatchObject({
        ok: false,
        code: "peer-error",
        cause: cause("server-closed-early", {}),
      });
    },
  );

  it("that does not come in time is a failure", async () => {
    const play = await connected({ greets: true });
    await play.pass(4_999);
    expect(play.run.state).toBe("awaitingGreeting");
    await play.pass(1);
    expect(play.run.output).toMatchObject({
      code: "timed-out",
      cause: cause("no-greeting", { withinMs: 5_000 }),
    });
  });

  it("that is a refusal ends it, once it is shown", async () => {
    const judge = (text: string, _options: unknown, isFirst: boolean) =>
      text === "no" && isFirst ? ({ code: "refused", message: "go away" } as never) : undefined;
    const play = await connected({ greets: true, judge });
    await play.hear("no");
    expect([play.run.state, play.shown]).toEqual(["failed", ["no"]]);
    expect(play.run.output).toMatchObject({ cause: cause("failure", { text: "go away" }) });
    const later = await connected({ judge });
    await later.hear("yes");
    await later.hear("no");
    expect(later.run.state).toBe("listening");
  });

  it("whose run is stopped meanwhile was interrupted", async () => {
    const play = await connected({ greets: true });
    await play.stop();
    expect(play.run.output).toMatchObject({ code: "interrupted", cause: cause("stopped", {}) });
  });
});

describe("while nothing is due", () => {
  it("shows what comes, and says what is typed", async () => {
    const play = await connected();
    await play.hear("news");
    expect([play.shown, await play.type("one")]).toEqual([["news"], ["send one"]]);
    expect(await play.type("two")).toEqual([]);
    await play.pass(299);
    expect(play.peer.heard()).toEqual([]);
    expect(await play.pass(1)).toEqual(["send two"]);
  });

  it("goes on with the next line at the reply to the last", async () => {
    const play = await connected();
    await play.type("one");
    await play.type("two");
    expect(await play.hear("re one")).toEqual(["send two"]);
  });

  it.each(["peer.ended", "peer.closed"] as const)("fails at %s: the server closed", async (end) => {
    const play = await connected();
    await play.tell(end);
    expect(play.run.output).toMatchObject({ ok: false, cause: cause("server-closed", {}) });
  });

  it("is done at the reply that is the last one", async () => {
    const isLast = (text: string) => text === "Ha!";
    const play = await connected({ isLast });
    await play.hear("Ha");
    expect(play.run.state).toBe("listening");
    expect(await play.hear("Ha!")).toEqual(["close"]);
    expect([play.run.output, play.shown]).toEqual([{ ok: true }, ["Ha", "Ha!"]]);
    const asked = await connected({ isLast });
    await asked.type("one");
    await asked.hear("Ha!");
    expect(asked.run.state).toBe("done");
  });

  it("that is stopped is well", async () => {
    const play = await connected();
    expect(await play.stop()).toEqual(["close"]);
    expect(play.run.output).toEqual({ ok: true });
  });

  it("passes on a hint to its user, and what to send; or sends nothing, and goes on", async () => {
    const prepare = (line: string) =>
      line === "bad"
        ? { send: undefined, hint: "not that" }
        : { send: line.toUpperCase(), hint: `as ${line}` };
    const play = talk({ prepare, opening: () => ["scripted"] });
    expect([await play.connect(), play.hints]).toEqual([["send scripted"], []]);
    await play.type("bad");
    await play.type("good");
    expect(await play.pace()).toEqual(["send GOOD"]);
    expect(play.hints).toEqual(["not that", "as good"]);
  });
});

describe("while an answer is due", () => {
  it("waits for it, shows what else comes, and says the next line then", async () => {
    const play = await connected(asking);
    await play.type("one");
    await play.type("two");
    expect([await play.pass(300), await play.hear("other")]).toEqual([[], []]);
    expect([await play.hear("re one"), play.run.state]).toEqual([["send two"], "awaitingReply"]);
    expect(play.shown).toEqual(["other", "re one"]);
  });

  it("tells at once what is wrong with it, goes on, and ends with that", async () => {
    const play = await connected(asking);
    await play.type("one");
    await play.hear("nonsense");
    expect([play.hints, play.run.state]).toEqual([["the token is wrong"], "listening"]);
    await play.endInput();
    await play.tell("peer.ended");
    expect(play.run.output).toMatchObject({ ok: false, code: "peer-error", cause: cause("wrong-token", {}) });
  });

  it("is told after the time out, goes on, and fails at its end", async () => {
    const play = await connected(asking);
    await play.type("one");
    await play.type("two");
    await play.pass(4_999);
    expect(play.hints).toEqual([]);
    expect(await play.pass(1)).toEqual(["send two"]);
    expect(play.hints).toEqual(["no reply within 5 s"]);
    await play.hear("re two");
    await play.endInput();
    await play.tell("peer.closed");
    expect(play.run.output).toMatchObject({ code: "timed-out", cause: cause("no-reply", {}) });
  });

  it("gives up after it where nothing could follow", async () => {
    const play = await connected({ ...asking, givesUp: true });
    await play.type("one");
    await play.pass(5_000);
    expect([play.run.state, play.hints]).toEqual(["failed", ["no reply within 5 s"]]);
  });

  it.each(["peer.ended", "peer.closed"] as const)("fails at %s: the server closed before it", async (end) => {
    const play = await connected(asking);
    await play.type("one");
    await play.endInput();
    await play.tell(end);
    expect(play.run.output).toMatchObject({ cause: cause("server-closed-early", {}) });
  });

  it("was interrupted where it is stopped, unless it had failed before", async () => {
    const play = await connected(asking);
    await play.type("one");
    await play.stop();
    expect(play.run.output).toMatchObject({ code: "interrupted" });
    const failed = await connected(asking);
    await failed.type("one");
    await failed.hear("nonsense");
    await failed.type("two");
    await failed.stop();
    expect(failed.run.output).toMatchObject({ code: "peer-error" });
  });

  it("is refused by a reply that judges it", async () => {
    const judge = (text: string) =>
      text === "no" ? { code: "refused", cause: cause("wrong-token", {}) } : undefined;
    const play = await connected({ ...asking, judge } as never);
    await play.type("one");
    await play.hear("no");
    expect([play.run.state, play.shown]).toEqual(["failed", ["no"]]);
  });

  it("knows a late answer for the question before", async () => {
    const play = await connected(asking);
    await play.type("one");
    await play.pass(5_000);
    await play.type("two");
    await play.hear("re one");
    expect([play.run.state, play.hints]).toEqual(["awaitingReply", ["no reply within 5 s"]]);
    await play.hear("re two");
    expect([play.run.state, play.hints.length]).toEqual(["listening", 1]);
  });

  it("of several lines of a read, any may be it where others speak too", async () => {
    const play = await connected({ ...asking, hasOthers: true });
    await play.type("one");
    await play.hear("other\r\nre one\nother");
    expect([play.run.state, play.hints]).toEqual(["listening", []]);
    const alone = await connected(asking);
    await alone.type("one");
    await alone.hear("other\nre one");
    expect(alone.hints).toEqual(["the token is wrong"]);
  });

  it("is asked with what lies stale behind what is said", async () => {
    const stale: string[] = [];
    const due = (_sent: string, _options: unknown, _isScripted: boolean, behind: string) => {
      stale.push(behind);
      return undefined;
    };
    const play = await connected({ due });
    for (const line of ["long line", "abc", "abcdef", "x"]) {
      await play.type(line);
      await play.pace();
    }
    expect(stale).toEqual(["", "g line", "ine", "bcdefine"]);
  });

  it("is not for a line of the opening, unless its words say so", async () => {
    const scripted: boolean[] = [];
    const due = (_sent: string, _options: unknown, isScripted: boolean) => {
      scripted.push(isScripted);
      return undefined;
    };
    const play = await connected({ due, opening: () => ["ann"] });
    await play.type("one");
    await play.pace();
    expect(scripted).toEqual([true, false]);
  });
});
