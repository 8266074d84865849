import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/knock-knock-client.ts";
import { talkPlay } from "./talk-play.ts";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("a teller of jokes", () => {
  it("[KNOCK-2] tells a whole joke of its own, each line after the reply to the one before, and is done at the laugh", async () => {
    const { connect, hear, run, shown } = talkPlay(role);
    expect(await connect()).toEqual(["send Knock knock.."]);
    expect(await hear("Who's there?")).toEqual(["send Lettuce"]);
    expect(await hear("Lettuce who?")).toEqual(["send Lettuce in, it's cold out here!"]);
    expect(await hear("Ha!")).toEqual(["close"]);
    expect(run.output).toEqual({ ok: true });
    expect(shown).toEqual(["Who's there?", "Lettuce who?", "Ha!"]);
  });

  it("[KNOCK-2] tells the joke it is given", async () => {
    const { connect, hear } = talkPlay(role, { who: "Boo", punchLine: "Don't cry!" });
    await connect();
    expect(await hear("Who's there?")).toEqual(["send Boo"]);
    expect(await hear("Boo who?")).toEqual(["send Don't cry!"]);
  });

  it("[KNOCK-2] tells it also where nobody types anything", async () => {
    const { connect, endInput, hear, run } = talkPlay(role);
    await endInput();
    expect(await connect()).toEqual(["send Knock knock.."]);
    await hear("Who's there?");
    await hear("Lettuce who?");
    await hear("Ha!");
    expect(run.output).toEqual({ ok: true });
  });

  it("[KNOCK-1] says by hand what its user types, and nothing else", async () => {
    const { connect, type, hear, run, shown } = talkPlay(role, { byHand: true });
    expect(await connect()).toEqual([]);
    expect(await type("knock knock")).toEqual(["send knock knock"]);
    await hear("Try: Knock knock..");
    for (const [line, reply] of [
      ["Knock knock..", "Who's there?"],
      ["Boo", "Boo who?"],
      ["Don't cry!", "Ha!"],
    ] as const) {
      expect(await type(line)).toEqual([`send ${line}`]);
      await hear(reply);
    }
    expect(run.output).toEqual({ ok: true });
    expect(shown).toEqual(["Try: Knock knock..", "Who's there?", "Boo who?", "Ha!"]);
  });

  it("[KNOCK-2] waits for a slow listener: two lines of a joke are never one", async () => {
    const { connect, pace, hear } = talkPlay(role);
    await connect();
    expect(await pace()).toEqual([]);
    expect(await hear("Who's there?")).toEqual(["send Lettuce"]);
  });

  it("fails where the server leaves before the end", async () => {
    const { connect, hear, tell, run } = talkPlay(role);
    await connect();
    await hear("Who's there?");
    await tell("peer.ended");
    expect(run.output).toMatchObject({ ok: false, code: "peer-error" });
  });
});
