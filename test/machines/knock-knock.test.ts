import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/knock-knock.ts";
import { phasePlay } from "./phase-play.ts";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("a joke", () => {
  it("[KNOCK-2] goes on to its end: a name, the punch line, a laugh", async () => {
    const { say, run } = phasePlay(role);
    expect(await say("Knock knock..")).toEqual(["send Who's there?"]);
    expect(await say("Boo")).toEqual(["send Boo who?"]);
    expect(await say("Don't cry, it's only a joke!")).toEqual(["send Ha!"]);
    expect(run.path).toEqual(["awaitingKnock", "awaitingName", "awaitingPunchLine", "closed"]);
  });

  it.each([
    "knock knock",
    "Knock knock.",
    "Knock knock...",
    "Who's there?",
    "Knock Knock..",
    " ",
    "Knock knock..Boo",
  ])("[KNOCK-1] that opens with %j is told how, and the connection stays", async (opening) => {
    const { say, run } = phasePlay(role);
    expect(await say(opening)).toEqual(["send Try: Knock knock.."]);
    expect(await say(opening)).toEqual(["send Try: Knock knock.."]);
    expect(run.path).toEqual(["awaitingKnock"]);
    expect(await say("Knock knock..")).toEqual(["send Who's there?"]);
  });

  it("[KNOCK-1] may have white space about its opening", async () => {
    expect(await phasePlay(role).say(" Knock knock.. ")).toEqual(["send Who's there?"]);
  });

  it("[KNOCK-2] may be about anybody", async () => {
    const { say } = phasePlay(role);
    await say("Knock knock..");
    expect(await say("Knock knock..")).toEqual(["send Knock knock.. who?"]);
  });

  it.each(["awaitingKnock", "awaitingName", "awaitingPunchLine"])(
    "ends without a word at a FIN in %s",
    async (state) => {
      for (const type of ["peer.ended", "peer.closed"] as const) {
        const { say, tell, run } = phasePlay(role);
        for (const line of ["Knock knock..", "Boo"]) if (run.state !== state) await say(line);
        expect(run.state).toBe(state);
        expect(await tell(type)).toEqual([]);
        expect(run.state).toBe("closed");
        expect(run.crash).toBeUndefined();
      }
    },
  );
});
