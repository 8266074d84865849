/** The conversation that most clients have: what nobody asked for, replies that are kept, and how a run ends. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { asTheyCome } from "../../src/machines/_talk-steps.ts";
import { cause } from "../../src/stories/causes.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { asking, connected } from "./talker-play.ts";

describe("what nobody asked for", () => {
  it("has a word for the user, but no greeting has", async () => {
    const unasked = (text: string, _options: unknown, isFarewell: boolean) => `${text} ${isFarewell}`;
    const play = await connected({ unasked, greets: true });
    await play.hear("hello");
    expect(play.hints).toEqual([]);
    await play.hear("news");
    await play.endInput();
    await play.hear("bye");
    expect(play.hints).toEqual(["news false", "bye true"]);
  });

  it("and padding is told once, of a reply that is right", async () => {
    const play = await connected();
    const padded = () => play.run.actor.send(new PeerMessage(Buffer.from("a\0"), "a"));
    padded();
    padded();
    expect(play.hints).toEqual([
      "note: a NUL follows the text (strlen() + 1, or the whole buffer): send only the text, strlen() bytes [TEST-1]",
    ]);
    const wrong = await connected(asking);
    await wrong.type("one");
    wrong.run.actor.send(new PeerMessage(Buffer.from("x\0"), "x"));
    expect(wrong.hints).toEqual(["the token is wrong"]);
  });
});

describe("a reply that is kept", () => {
  const chunk = (play: Awaited<ReturnType<typeof connected>>, text: string) =>
    play.run.actor.send(new PeerMessage(Buffer.from(text), undefined));
  const keeping = (keep: (reply: Buffer) => Promise<string>) => ({
    prepare: (line: string) => (line.startsWith("get") ? { send: line, keep } : { send: line }),
  });

  it("is all that came until the server is quiet, and is not shown", async () => {
    const kept: string[] = [];
    const play = await connected(keeping(async (reply) => `kept ${kept.push(String(reply))}`));
    expect([await play.type("get a"), play.run.state]).toEqual([["send get a"], "awaitingBytes"]);
    await play.type("next");
    chunk(play, "ab");
    await play.pass(199);
    chunk(play, "cd");
    await play.pass(199);
    expect([play.run.state, kept]).toEqual(["receiving", []]);
    expect(await play.pass(1)).toEqual(["send next"]);
    expect([kept, play.hints, play.shown]).toEqual([["abcd"], ["kept 1"], []]);
    await play.pace();
    await play.type("get b");
    chunk(play, "ef");
    await play.pass(200);
    expect(kept).toEqual(["abcd", "ef"]);
  });

  it.each(["peer.ended", "peer.closed"] as const)("is whole at %s", async (end) => {
    const play = await connected(keeping(async (reply) => `kept ${reply}`));
    await play.type("get a");
    chunk(play, "ab");
    await play.tell(end);
    expect(play.hints).toEqual(["kept ab"]);
    expect(play.run.state).toBe(end === "peer.closed" ? "failed" : "listening");
  });

  it.each(["peer.ended", "peer.closed"] as const)("that never begins is a failure at %s", async (end) => {
    const play = await connected(keeping(async () => ""));
    await play.type("get a");
    await play.tell(end);
    expect(play.run.output).toMatchObject({ cause: cause("server-closed-early", {}) });
  });

  it("that does not begin in time is told, and fails at the end", async () => {
    const play = await connected(keeping(async () => ""));
    await play.type("get a");
    await play.pass(5_000);
    expect([play.run.state, play.hints]).toEqual(["listening", ["no reply within 5 s"]]);
    await play.endInput();
    await play.tell("peer.ended");
    expect(play.run.output).toMatchObject({ code: "timed-out" });
  });

  it("that cannot be kept is told, and fails at the end; what is none of ours is thrown", async () => {
    const play = await connected(
      keeping(async () => {
        throw NetlabError.worded("peer-error", "the disk is full");
      }),
    );
    await play.type("get a");
    chunk(play, "ab");
    await play.pass(200);
    expect([play.run.state, play.hints]).toEqual(["listening", ["the disk is full"]]);
    await play.endInput();
    await play.tell("peer.ended");
    expect(play.run.output).toMatchObject({ code: "peer-error", cause: cause("not-saved", {}) });
    const odd = await connected(
      keeping(async () => {
        throw new Error("boom");
      }),
    );
    await odd.type("get a");
    chunk(odd, "ab");
    await odd.pass(200);
    expect(odd.run.crash).toBeInstanceOf(Error);
  });

  it("is read as it comes", () => {
    const pending = (text: string) => ({ bytes: Buffer.from(text), stillMs: 0, ended: false });
    expect([asTheyCome(pending("ab")), asTheyCome(pending(""))]).toEqual([
      { take: 2, value: undefined },
      undefined,
    ]);
  });
});

describe("the end of input", () => {
  it("says the farewell when all is said, and is done when the server ends, or a second later", async () => {
    for (const end of ["peer.ended", "peer.closed", "time"] as const) {
      const play = await connected();
      expect([await play.type("one"), await play.endInput()]).toEqual([["send one"], []]);
      expect([await play.pace(), play.run.state]).toEqual([["send bye"], "leaving"]);
      await play.hear("last words");
      expect(play.shown).toEqual(["last words"]);
      if (end === "time") {
        await play.pass(999);
        expect(play.run.state).toBe("leaving");
      }
      const said = end === "time" ? await play.pass(1) : await play.tell(end);
      expect([play.run.state, play.run.output, said]).toEqual(["done", { ok: true }, ["close"]]);
    }
  });

  it("says no farewell a second time, and closes where there is none", async () => {
    const play = await connected();
    await play.type("bye");
    await play.pace();
    expect([await play.endInput(), play.run.state]).toEqual([[], "leaving"]);
    const silent = await connected({ farewell: undefined } as never);
    expect(await silent.endInput()).toEqual(["close"]);
  });

  it("and the server's close after a farewell of the user's own is no failure", async () => {
    for (const last of ["bye", "by"]) {
      const play = await connected();
      await play.type(last);
      await play.tell("peer.ended");
      expect(play.run.output).toMatchObject({ ok: last === "bye" });
    }
    const ended = await connected();
    await ended.type("by");
    await ended.endInput();
    await ended.tell("peer.ended");
    expect(ended.run.output).toEqual({ ok: true });
    const unsaid = await connected();
    await unsaid.type("one");
    await unsaid.type("two");
    await unsaid.endInput();
    await unsaid.tell("peer.ended");
    expect(unsaid.run.output).toMatchObject({ ok: false });
  });
});
