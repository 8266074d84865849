import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/calculator.ts";
import { processorMsOf } from "../processor-time.ts";
import { phasePlay } from "./phase-play.ts";

async function computing(given: Record<string, unknown> = {}) {
  const session = phasePlay(role, given);
  await session.say("gautamop");
  return session;
}

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("the name", () => {
  it("[CALC-0] is the first message, and gets no reply", async () => {
    const { say, run } = phasePlay(role);
    expect(run.state).toBe("awaitingName");
    expect(await say("gautamop")).toEqual([]);
    expect(run.state).toBe("computing");
    expect(run.actor.getSnapshot().context.name).toBe("gautamop");
  });

  it.each(["q", "15 + 35", "Division by zero", "Ærøskøbing 2", " "])(
    "[CALC-0] may be any text, such as %j",
    async (name) => {
      const { say, run } = phasePlay(role);
      expect(await say(name)).toEqual([]);
      expect(run.actor.getSnapshot().context.name).toBe(name);
    },
  );

  it("[CALC-0] is greeted with --greet", async () => {
    expect(await phasePlay(role, { greet: true }).say("gautamop")).toEqual(["send Hello gautamop"]);
  });

  it.each([
    ["gautamop15 + 35", "gautamop", "15 + 35"],
    ["gautamop-15 + 35", "gautamop", "-15 + 35"],
    ["gautamop.5 / 2", "gautamop", ".5 / 2"],
    ["gautamop1e3 * 2", "gautamop", "1e3 * 2"],
    ["gautame5 + 3", "gautame", "5 + 3"],
    ["Alan Musk 15 + 35", "Alan Musk", "15 + 35"],
    ["a1b2 + 3", "a1b", "2 + 3"],
    ["anna_1 - 1", "anna_", "1 - 1"],
    ["李1 + 1", "李", "1 + 1"],
    ["gautamop15 + inf", "gautamop", "15 + inf"],
  ])("[CALC-3] and the expression glued to it are told apart: %j", (text, name, expression) => {
    expect(phasePlay(role).unglue(text)).toEqual([name, expression]);
  });

  it("[CALC-3] is told from an expression glued to it up to 1,024 characters", () => {
    expect(phasePlay(role).unglue(`${"a".repeat(1_019)}1 + 1`)).toEqual(["a".repeat(1_019), "1 + 1"]);
  });

  it.each([
    "gautamop",
    "gautamop15",
    "gautamop15 +",
    "gautamop15 + x",
    "gautamop15 % 35",
    "gautamop15+35",
    "gautamopinf + 1",
    "15 + 35",
    "-15 + 35",
    "q",
    "1 2 3 + 4",
    `${"a".repeat(1_020)}1 + 1`,
  ])("[CALC-3] is one message where it cannot be told apart: %j", (text) => {
    expect(phasePlay(role).unglue(text)).toBeUndefined();
  });

  it.each(["1", "a", "_", "a1", " ", "1 + "])(
    "[CALC-3] costs little to look for, however long %j is repeated",
    async (part) => {
      const { unglue } = phasePlay(role);
      const usedMs = await processorMsOf(() => {
        unglue(part.repeat(1_024 / part.length));
        unglue(part.repeat(60_000));
      });
      expect(usedMs).toBeLessThan(1_000);
    },
  );
});

describe("an expression", () => {
  it.each([
    ["15 + 35", "50.0"],
    ["3.24 - 45", "-41.76"],
    ["4.5 / -6", "-0.75"],
    ["0.1 + 0.2", "0.30000000000000004"],
    ["1 / 3", "0.3333333333333333"],
    ["1 / 100000", "1e-05"],
    ["1e15 * 10", "1e+16"],
    ["1e308 * 10", "inf"],
    ["inf - inf", "nan"],
    ["-1 * 0", "-0.0"],
    ["-inf + 5", "-inf"],
    ["1_000 * 1_000", "1000000.0"],
  ])("[CALC-1] %s is %s", async (expression, result) => {
    const { say } = await computing();
    expect(await say(expression)).toEqual([`send ${result}`]);
  });

  it.each([
    ["1 / 0", "Division by zero"],
    ["0 / -0.0", "Division by zero"],
    ["nan / 0", "Division by zero"],
    ["15+35", "Incorrect expression format"],
    ["15 +", "Incorrect expression format"],
    ["fifteen + 35", "Incorrect expression format"],
    ["1 + 2 + 3", "Incorrect expression format"],
    ["hello", "Incorrect expression format"],
    [" ", "Incorrect expression format"],
    ["quit", "Incorrect expression format"],
    ["Q", "Incorrect expression format"],
    ["5 % 2", "Incorrect operator"],
    ["5 ** 2", "Incorrect operator"],
  ])("[CALC-2] %j is answered %j, and the session goes on", async (expression, answer) => {
    const { say, run } = await computing();
    expect(await say(expression)).toEqual([`send ${answer}`]);
    expect(await say("1 + 1")).toEqual(["send 2.0"]);
    expect(run.path).toEqual(["awaitingName", "computing"]);
  });

  it("[CALC-0] gets exactly one reply, without a step of the machine", async () => {
    const session = await computing();
    const before = session.steps;
    for (let round = 0; round < 50; round += 1)
      expect(await session.say(`${round} + 1`)).toEqual([`send ${round + 1}.0`]);
    expect(session.steps).toBe(before);
  });
});

describe("the end", () => {
  it.each(["q", " q ", "q\t"])("[CALC-0] is %j, without a reply", async (word) => {
    const { say, run } = await computing();
    expect(await say(word)).toEqual([]);
    expect(run.state).toBe("closed");
  });

  it("[CALC-0] is said Bye with --greet, also where a FIN says q [FRAME-8]", async () => {
    const leaver = await computing({ greet: true });
    leaver.peer.heard();
    expect(await leaver.say("q")).toEqual(["send Bye"]);
    const half = await computing({ greet: true });
    half.peer.heard();
    expect(await half.tell("peer.ended")).toEqual(["send Bye"]);
    expect(half.run.state).toBe("closed");
  });

  it.each(["awaitingName", "computing"])("is silent where a FIN comes in %s [FRAME-8]", async (state) => {
    const { run, tell } = state === "computing" ? await computing() : phasePlay(role);
    expect(run.state).toBe(state);
    expect(await tell("peer.ended")).toEqual([]);
    expect(run.state).toBe("closed");
  });

  it("is a peer that is gone, in any state", async () => {
    for (const { run, tell } of [phasePlay(role), await computing({ greet: true })]) {
      await tell("peer.closed");
      expect(run.state).toBe("closed");
      expect(run.crash).toBeUndefined();
    }
  });

  it("is a word that needs no newline [FRAME-2]", async () => {
    const { isWord } = await computing();
    expect([isWord("q"), isWord("1 + 1"), isWord("qu")]).toEqual([true, false, false]);
  });
});
