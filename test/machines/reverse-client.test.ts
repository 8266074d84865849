import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/reverse-client.ts";
import { talkPlay } from "./talk-play.ts";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("a reverse client", () => {
  it("[REV-1] waits for the verdict before it says anything", async () => {
    const { connect, type, hear, pace } = talkPlay(role);
    await connect();
    await type("taco cat");
    expect(await pace()).toEqual([]);
    expect(await hear("ACCEPT")).toEqual(["send taco cat"]);
  });

  it("[REV-4] shows what the server says reversed, each line for itself, and the verdict as it is", async () => {
    const { connect, type, hear, shown } = talkPlay(role);
    await connect();
    await hear("ACCEPT");
    expect(await type("taco cat")).toEqual(["send taco cat"]);
    await hear("I have 3 clients");
    await hear("one\ntwo");
    await hear("ACCEPT");
    expect(shown).toEqual(["ACCEPT", "stneilc 3 evah I", "eno\nowt", "TPECCA"]);
  });

  it.each([
    ["ACCEPTWelcome, friend", ["ACCEPT", "dneirf ,emocleW"].join("\n")],
    ["ACCEPTED", "ACCEPTED"],
    ["yes, come in", "yes, come in"],
  ])("[REV-1] takes the verdict from the beginning of %j", async (text, told) => {
    const { connect, hear, shown } = talkPlay(role);
    await connect();
    await hear(text);
    expect(shown).toEqual([told]);
  });

  it("[REV-1] is rejected too where more follows the word", async () => {
    const { connect, hear, run } = talkPlay(role);
    await connect();
    expect(await hear("REJECTWe are full")).toEqual(["close"]);
    expect(run.output).toMatchObject({
      code: "too-many-clients",
      message: "the server is full (REJECT)",
    });
  });

  it("[REV-1] that is rejected says so, and ends", async () => {
    const { connect, hear, run, shown } = talkPlay(role);
    await connect();
    expect(await hear("REJECT")).toEqual(["close"]);
    expect(shown).toEqual(["REJECT"]);
    expect(run.output).toMatchObject({
      ok: false,
      code: "too-many-clients",
      message: "the server is full (REJECT)",
    });
  });

  it("[REV-1] knows the server's own word for no", async () => {
    const { connect, hear, run } = talkPlay(role, { rejectWord: "full" });
    await connect();
    await hear("full");
    expect(run.output).toMatchObject({ code: "too-many-clients" });
  });

  it("[REV-2] takes REJECT for an answer where it is no verdict", async () => {
    const { connect, type, hear, run, shown } = talkPlay(role);
    await connect();
    await hear("ACCEPT");
    await type("what is the verdict?");
    await hear("REJECT");
    expect(run.state).toBe("listening");
    expect(shown.at(-1)).toBe("TCEJER");
  });

  it("[REV-1] waits for no verdict where the server has no word for it", async () => {
    const { connect, type, hear, shown } = talkPlay(role, { verdict: false });
    await connect();
    expect(await type("taco cat")).toEqual(["send taco cat"]);
    await hear("level");
    expect(shown).toEqual(["level"]);
  });

  it("[REV-1] knows the word for no also where there is none for yes, if it comes first", async () => {
    const { connect, hear, run } = talkPlay(role, { verdict: false });
    await connect();
    await hear("REJECT");
    expect(run.output).toMatchObject({ ok: false, code: "too-many-clients" });
  });

  it("[REV-1] reads a verdict up to the NUL of a fixed buffer", async () => {
    const { connect, hear, run, shown } = talkPlay(role);
    await connect();
    await hear("REJECT\nrub\nbish");
    expect(run.output).toMatchObject({ ok: false, code: "too-many-clients" });
    const other = talkPlay(role);
    await other.connect();
    await other.hear("ACCEPT\nrubbish");
    expect([shown, other.shown]).toEqual([["REJECT"], ["ACCEPT"]]);
  });

  it("[REV-1] fails where no verdict comes", async () => {
    const { connect, clock, run } = talkPlay(role);
    await connect();
    clock.increment(5_000);
    expect(run.output).toMatchObject({ ok: false, code: "timed-out" });
  });

  it("[REV-5] says exit at the end of input, and waits for the server to close", async () => {
    const { connect, hear, endInput, tell, run } = talkPlay(role);
    await connect();
    await hear("ACCEPT");
    expect(await endInput()).toEqual(["send exit"]);
    expect(run.state).toBe("leaving");
    await tell("peer.ended");
    expect(run.output).toEqual({ ok: true });
  });

  it("closes a connection that comes after it was stopped", async () => {
    const { connect, stop } = talkPlay(role);
    await stop();
    expect(await connect()).toEqual(["close"]);
  });
});
