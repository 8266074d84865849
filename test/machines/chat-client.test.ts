import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/chat-client.ts";
import { talkPlay } from "./talk-play.ts";

const PROMPT = "Please, Enter Your ig name";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("a chat client", () => {
  it("[CHAT-0] waits to be asked, then says who it is", async () => {
    const { connect, hear, shown } = talkPlay(role, { as: "Alan Musk", login: "alanop" });
    expect(await connect()).toEqual([]);
    expect(await hear(PROMPT)).toEqual(["send :Alan Musk:alanop"]);
    expect(shown).toEqual([PROMPT]);
  });

  it("[CHAT-0] has one name for both where it is given one", async () => {
    const { connect, hear } = talkPlay(role, { as: "al" });
    await connect();
    expect(await hear(PROMPT)).toEqual(["send :al:al"]);
  });

  it.each([
    ["Hey Guys", ":Alan Musk:Hey Guys"],
    [":Alan Musk:Hey Guys", ":Alan Musk:Hey Guys"],
    [":Bob:Hey", ":Alan Musk::Bob:Hey"],
  ])("[CHAT-2] says %j as %j", async (typed, said) => {
    const { connect, hear, type } = talkPlay(role, { as: "Alan Musk", login: "alanop" });
    await connect();
    await hear(PROMPT);
    await hear("new user :Alan Musk:alanop joined ");
    expect(await type(typed)).toEqual([`send ${said}`]);
  });

  it.each(["Name taken: al, choose another", `Name taken: al, choose another\n${PROMPT}`])(
    "[CHAT-1] gives up where its name is taken: %j",
    async (answer) => {
      const { connect, hear, run, shown } = talkPlay(role, { as: "al" });
      await connect();
      await hear(PROMPT);
      expect(await hear(answer)).toEqual(["close"]);
      expect(run.output).toMatchObject({ ok: false, code: "name-taken" });
      expect(shown.at(-1)).toBe(answer);
    },
  );

  it("takes what a member says for what it is", async () => {
    const { connect, hear, run } = talkPlay(role, { as: "al" });
    await connect();
    await hear(PROMPT);
    await hear(":Bob:Name taken: al, choose another");
    expect(run.state).toBe("awaitingReply");
    await hear(":Bob:hi\nnew user :al:al connected!\nnew user :al:al joined ");
    expect(run.state).toBe("listening");
  });

  it("waits until the room has said its words too, among those of others", async () => {
    const { connect, hear, type } = talkPlay(role, { as: "al" });
    await connect();
    await hear(PROMPT);
    await hear("new user :al:al connected!");
    expect(await type("hi")).toEqual(["send :al:hi"]);
    expect(await type("there")).toEqual([]);
    expect(await hear(":Bob:hi")).toEqual([]);
    expect(await hear(":Bob:ho\n:al:hi")).toEqual(["send :al:there"]);
  });

  it("leaves by its FIN at the end of input", async () => {
    const { connect, hear, endInput, tell, run } = talkPlay(role, { as: "al" });
    await connect();
    await hear(PROMPT);
    await hear("new user :al:al joined ");
    expect(await endInput()).toEqual(["close"]);
    await tell("peer.ended");
    expect(run.output).toEqual({ ok: true });
  });

  it.each([{}, { as: "" }, { as: "a:b" }, { as: "  " }, { as: "al", login: "a\nb" }, { as: "x".repeat(65) }])(
    "is refused as %j",
    (given) => expect(role.options.safeParse(given).success).toBe(false),
  );
});
