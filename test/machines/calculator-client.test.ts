import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/calculator-client.ts";
import { talkPlay } from "./talk-play.ts";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

async function computing(given: Record<string, unknown> = {}) {
  const session = talkPlay(role, { as: "gautamop", ...given });
  await session.connect();
  await session.pace();
  return session;
}

describe("a calculator's client", () => {
  it("[CALC-0] says its name first, and the first expression after the time that a reply to it might take", async () => {
    const { connect, type, pace } = talkPlay(role, { as: "gautamop" });
    expect(await type("15 + 35")).toEqual([]);
    expect(await connect()).toEqual(["send gautamop"]);
    expect(await pace()).toEqual(["send 15 + 35"]);
  });

  it("[CALC-0] shows each result, and says the next expression when it has come", async () => {
    const { type, hear, shown, hints } = await computing();
    expect(await type("15 + 35")).toEqual(["send 15 + 35"]);
    expect(await type("4.5 / -6")).toEqual([]);
    expect(await hear("50.0")).toEqual(["send 4.5 / -6"]);
    await hear("-0.75");
    expect(shown).toEqual(["50.0", "-0.75"]);
    expect(hints).toEqual([]);
  });

  it("shows a greeting where the server has one", async () => {
    const { connect, hear, type, shown } = talkPlay(role, { as: "gautamop" });
    await connect();
    await hear("Hello gautamop");
    expect(shown).toEqual(["Hello gautamop"]);
    expect(await type("1 + 1")).toEqual(["send 1 + 1"]);
  });

  it.each(["15 + 35", ".5 * 5.", "1_000 / 1e3", "-inf - +Infinity", "nan + 1", "  1 +\t1 ", "q"])(
    "[CALC-2] has no word about %j",
    async (line) => {
      const { type, hints } = await computing();
      expect(await type(line)).toEqual([`send ${line}`]);
      expect(hints).toEqual([]);
    },
  );

  it.each([
    ["15+35", '"15+35" is no "number operator number": the server will say so'],
    ["fifteen + 35", '"fifteen + 35" is no "number operator number": the server will say so'],
    ["15 % 35", '"15 % 35" has no operator of + - * /: the server will say so'],
  ])("[CALC-2] warns of %j before it is sent, and sends it all the same", async (line, hint) => {
    const { type, hints } = await computing();
    expect(await type(line)).toEqual([`send ${line}`]);
    expect(hints).toEqual([hint]);
  });

  it("[CALC-0] says q at the end of input, and is done when the server closes", async () => {
    const { endInput, tell, run } = await computing();
    expect(await endInput()).toEqual(["send q"]);
    await tell("peer.ended");
    expect(run.output).toEqual({ ok: true });
  });

  it("[CALC-0] says q once where its user has said it", async () => {
    const { type, endInput, tell, run } = await computing();
    expect(await type("q")).toEqual(["send q"]);
    expect(await endInput()).toEqual([]);
    expect(await tell("peer.ended")).toEqual(["close"]);
    expect(run.output).toEqual({ ok: true });
  });

  it("fails where the server closes in the middle", async () => {
    const { type, tell, run } = await computing();
    await type("1 + 1");
    await tell("peer.ended");
    expect(run.output).toMatchObject({
      ok: false,
      code: "peer-error",
      message: "the server closed the connection",
    });
  });
});
