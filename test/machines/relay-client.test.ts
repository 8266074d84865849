import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/relay-client.ts";
import { talkPlay } from "./talk-play.ts";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("a relay client", () => {
  it("[RELAY-0] says its name first, and is not greeted", async () => {
    expect(await talkPlay(role, { as: "alice" }).connect()).toEqual(["send alice"]);
  });

  it("says what is typed as it is, and shows what comes", async () => {
    const { connect, hear, type, shown, hints } = talkPlay(role, { as: "alice" });
    await connect();
    await hear("Message please");
    expect(await type("one|two|bob")).toEqual(["send one|two|bob"]);
    await hear("bob | hi");
    expect(shown).toEqual(["Message please", "bob | hi"]);
    expect(hints).toEqual([]);
  });

  it("[RELAY-2] warns of a message that names no receiver, and sends it all the same", async () => {
    const { connect, hear, type, hints } = talkPlay(role, { as: "alice" });
    await connect();
    await hear("Message please");
    expect(await type("hello")).toEqual(["send hello"]);
    expect(hints).toEqual(['"hello" names no receiver: write message|user']);
  });

  it("[RELAY-1] gives up where its name is taken", async () => {
    const { connect, hear, run } = talkPlay(role, { as: "alice" });
    await connect();
    expect(await hear("Server | Name taken")).toEqual(["close"]);
    expect(run.output).toMatchObject({
      ok: false,
      code: "name-taken",
      message: "somebody is alice already: choose another name, --as",
    });
  });

  it("says close at the end of input, and hears the last word", async () => {
    const { connect, hear, endInput, tell, run, shown } = talkPlay(role, { as: "alice" });
    await connect();
    await hear("Message please");
    expect(await endInput()).toEqual(["send close"]);
    await hear("Closing..");
    await tell("peer.ended");
    expect(shown.at(-1)).toBe("Closing..");
    expect(run.output).toEqual({ ok: true });
  });

  it("does not say close twice where its user has typed it", async () => {
    const { connect, hear, type, endInput, hints } = talkPlay(role, { as: "alice" });
    await connect();
    await hear("Message please");
    expect(await type("close")).toEqual(["send close"]);
    await hear("Closing..");
    expect(await endInput()).toEqual([]);
    expect(hints).toEqual([]);
  });

  it.each([{}, { as: "" }, { as: "a|b" }, { as: "  " }, { as: "a\nb" }, { as: "x".repeat(65) }])(
    "is refused as %j",
    (given) => expect(role.options.safeParse(given).success).toBe(false),
  );
});
