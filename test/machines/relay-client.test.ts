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

  it("[RELAY-2] does not send a message that names no receiver, says so, and goes on with the next", async () => {
    const { connect, hear, type, hints } = talkPlay(role, { as: "alice" });
    await connect();
    await type("hello");
    await type("hi|bob");
    expect(await hear("Message please")).toEqual(["send hi|bob"]);
    expect(hints).toEqual(['"hello" names no receiver, and is not sent: write message|user']);
  });

  it("[RELAY-0] waits for Message please, whatever others say meanwhile", async () => {
    const { connect, hear, type, endInput, run, tell } = talkPlay(role, { as: "alice" });
    await connect();
    await type("hi|bob");
    expect(await hear("bob | hello")).toEqual([]);
    expect(await hear("carol | hey\nMessage please")).toEqual(["send hi|bob"]);
    await endInput();
    await tell("peer.ended");
    expect(run.output).toMatchObject({ ok: true });
  });

  it("[RELAY-0] takes another welcome for what it is, and fails at its end", async () => {
    const { connect, hear, type, run, hints, tell, endInput, pace } = talkPlay(role, { as: "alice" });
    await connect();
    expect(await hear("Welcome alice")).toEqual([]);
    expect(await type("hi|bob")).toEqual(["send hi|bob"]);
    await pace();
    await endInput();
    await tell("peer.ended");
    const message = 'the server answers "Welcome alice" to "alice"; the right answer is "Message please"';
    expect(hints).toEqual([message]);
    expect(run.output).toMatchObject({ ok: false, code: "peer-error", message });
  });

  it("[RELAY-1] gives up where its name is taken", async () => {
    const { connect, hear, run } = talkPlay(role, { as: "alice" });
    await connect();
    expect(await hear("Server | Name taken")).toEqual(["close"]);
    expect(run.output).toMatchObject({
      ok: false,
      code: "name-taken",
      message: "the name alice is taken: choose another with --as",
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
