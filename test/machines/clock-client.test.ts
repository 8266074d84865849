import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { NetlabError } from "../../src/errors.ts";
import role from "../../src/machines/clock-client.ts";
import { fakeWorld, play, turn } from "../fakes.ts";

/** A run whose dice fall as they are told; the last number stays. */
function clockClient(given: Record<string, unknown> = {}, dice: number[] = [0]) {
  const shown: string[] = [];
  const hints: string[] = [];
  const fake = fakeWorld(role, given);
  const world = {
    ...fake,
    options: { ...fake.options, host: "10.0.0.1", port: 4387 },
    random: () => (dice.length > 1 ? dice.shift() : dice[0]) ?? 0,
    screen: { show: (text: string) => shown.push(text), hint: (text: string) => hints.push(text) },
  };
  const run = play(role.machine, world);
  const { asks } = world.network;
  return { ...world, run, shown, hints, asks, texts: () => asks.inputs.map(({ text }) => text) };
}

describe("a clock's client", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("[CLOCK-0] asks by one datagram, and takes the first that comes back", async () => {
    const { asks, run, shown } = clockClient({ count: 1 });
    expect(asks.last).toMatchObject({
      to: { host: "10.0.0.1", port: 4387 },
      text: "SEND_DATE",
      timeoutMs: 2_000,
    });
    expect(asks.last?.isLast("anything")).toBe(true);
    await asks.resolve(["11/21/26"]);
    expect(shown).toEqual(["11/21/26"]);
    expect(run.output).toEqual({
      ok: true,
      asked: 1,
      answers: [{ request: "SEND_DATE", answer: "11/21/26" }],
    });
  });

  it.each([
    [0, "SEND_DATE"],
    [0.49, "SEND_DATE"],
    [0.5, "SEND_TIME"],
    [0.999, "SEND_TIME"],
  ])("[CLOCK-1] asks for date or time at random: %d is %s", (die, text) => {
    expect(clockClient({}, [die]).texts()).toEqual([text]);
  });

  it.each([
    [0, 1_000],
    [0.5, 1_500],
    [0.999, 1_999],
  ])("[CLOCK-1] asks again after one to two seconds at random: %d is %d ms", async (die, pauseMs) => {
    const { asks, clock, run, texts } = clockClient({}, [0, die]);
    await asks.resolve(["11/21/26"]);
    clock.increment(pauseMs - 1);
    expect(run.state).toBe("pausing");
    expect(texts()).toHaveLength(1);
    clock.increment(1);
    expect(run.state).toBe("asking");
    expect(texts()).toHaveLength(2);
  });

  it("[CLOCK-1] gives up on a lost answer, says so, and goes on", async () => {
    const { asks, clock, run, shown, hints } = clockClient({ count: 2 });
    await asks.resolve([]);
    expect(hints).toEqual(["no answer to SEND_DATE within 2 s"]);
    expect(run.state).toBe("pausing");
    clock.increment(2_000);
    await asks.resolve(["11/21/26"]);
    expect(shown).toEqual(["11/21/26"]);
    const message = "no answer to SEND_DATE within 2 s";
    expect(run.output).toMatchObject({ ok: false, code: "timed-out", message });
  });

  it.each(["tomorrow", "13/21/26", "11/32/26", "2026-11-21", "00:55:17", "11/21/2026", ""])(
    "[CLOCK-0] takes %j for no date, says so, and goes on",
    async (answer) => {
      const { asks, clock, run, hints } = clockClient({ count: 2 });
      await asks.resolve([answer]);
      const sentence = `the server answers ${JSON.stringify(answer)} to SEND_DATE, which is not of the form MM/DD/YY`;
      expect(hints).toEqual([sentence]);
      clock.increment(2_000);
      await asks.resolve(["11/21/26"]);
      expect(run.output).toMatchObject({ ok: false, code: "peer-error", message: sentence });
    },
  );

  it("[CLOCK-0] takes the whole buffer of a C program, and says what that is worth", async () => {
    const { asks, run, shown, hints } = clockClient({ count: 1 });
    await asks.resolve([`11/21/26\n${"\0".repeat(247)}`]);
    expect(shown).toEqual(["11/21/26"]);
    expect(hints).toEqual([expect.stringMatching(/^note: 247 bytes follow the text .*\[CLOCK-0\]$/)]);
    expect(run.output).toMatchObject({ ok: true, answers: [{ answer: "11/21/26" }] });
  });

  it("[CLOCK-1] goes on where nobody listens: the clock may come back", async () => {
    const { asks, clock, run, hints } = clockClient({ count: 2 });
    await asks.reject(NetlabError.worded("unreachable", "no program listens there"));
    expect(hints).toEqual(["no program listens there"]);
    clock.increment(2_000);
    await asks.resolve(["11/21/26"]);
    expect(run.output).toMatchObject({ ok: false, code: "unreachable" });
  });

  it.each([
    ["timed-out", (asks: ReturnType<typeof clockClient>["asks"]) => asks.resolve([])],
    [
      "unreachable",
      (asks: ReturnType<typeof clockClient>["asks"]) =>
        asks.reject(NetlabError.worded("unreachable", "away")),
    ],
  ])("fails with %s where no answer came at all", async (code, answer) => {
    const { asks, run } = clockClient({ count: 1 });
    await answer(asks);
    expect(run.output).toMatchObject({ ok: false, code });
  });

  it("asks as often as --count says, and without it until it is stopped", async () => {
    for (const count of [3, undefined]) {
      const { asks, clock, run, texts } = clockClient(count === undefined ? {} : { count });
      for (let asked = 1; asked <= 3; asked += 1) {
        await asks.resolve([`answer ${asked}`]);
        clock.increment(2_000);
      }
      expect(run.state).toBe(count === undefined ? "asking" : "done");
      expect(texts()).toHaveLength(count ?? 4);
    }
  });

  it("ends with what it has when its operator stops it", async () => {
    const { asks, run } = clockClient();
    await asks.resolve(["11/21/26"]);
    run.actor.send({ type: "operator.stop" });
    expect(run.output).toMatchObject({ ok: true, asked: 1, answers: [{ answer: "11/21/26" }] });
  });

  it("remembers the last hundred answers of a run without an end", async () => {
    const { asks, clock, run } = clockClient();
    asks.always(["11/21/26"]);
    await asks.resolve(["11/20/26"]);
    for (let asked = 1; asked <= 120; asked += 1) {
      clock.increment(2_000);
      await turn();
    }
    run.actor.send({ type: "operator.stop" });
    const { answers, asked } = run.output as { answers: { answer: string }[]; asked: number };
    expect(asked).toBe(121);
    expect(answers).toHaveLength(100);
    expect(answers[0]?.answer).toBe("11/21/26");
  });

  it("crashes on what is a bug, rather than asking on", async () => {
    const { asks, run } = clockClient();
    await asks.reject(new TypeError("no such thing"));
    expect(run.crash).toBeInstanceOf(TypeError);
  });
});
