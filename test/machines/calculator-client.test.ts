import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { replyText, untilQuiet } from "../../src/machines/_talk-steps.ts";
import role from "../../src/machines/calculator-client.ts";
import { PeerMessage } from "../../src/wire/message.ts";
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
    ["15+35", '"15+35" is not of the form: number operator number; the server will say so'],
    ["fifteen + 35", '"fifteen + 35" is not of the form: number operator number; the server will say so'],
    ["15 % 35", '"15 % 35" has no operator of + - * /; the server will say so'],
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
      message: "the server closed the connection before it answered",
    });
  });

  it("[CALC-0] takes a greeting in answer to its name, and says what that is worth", async () => {
    const { connect, hear, type, hints, endInput, tell, run } = talkPlay(role, { as: "ann" });
    await connect();
    await hear("Hello ann");
    await type("1 + 1");
    await hear("2.0");
    await endInput();
    await tell("peer.ended");
    expect(hints).toEqual([expect.stringMatching(/^note: "Hello ann" came unasked: .*\[CALC-0\]$/)]);
    expect(run.output).toEqual({ ok: true });
  });

  it.each(["50", "50.00", "Result: 50.0", "51.0", "50.0 ", "5\n0\n.\n0", "\uFFFD\uFFFD", ""])(
    "[CALC-1] tells %j from 50.0, goes on, and fails at its end",
    async (said) => {
      const { type, hear, hints, endInput, tell, run } = await computing();
      await type("15 + 35");
      await type("1 + 1");
      expect(await hear(said)).toEqual(["send 1 + 1"]);
      await hear("2.0");
      await endInput();
      await tell("peer.ended");
      const message = `the server answers "${said}" to "15 + 35"; the right answer is "50.0"`;
      expect(hints).toEqual([message]);
      expect(run.output).toMatchObject({ ok: false, code: "peer-error", message, cause: { rule: "CALC-1" } });
    },
  );

  it("[FRAME-4] takes a NUL behind the text, and says once what that is worth", async () => {
    const { type, run, hints, endInput, tell } = await computing();
    for (const [line, reply] of [
      ["15 + 35", "50.0"],
      ["1 + 1", "2.0"],
    ] as const) {
      await type(line);
      run.actor.send(new PeerMessage(Buffer.from(`${reply}\0`), reply));
    }
    await endInput();
    await tell("peer.ended");
    expect(hints).toEqual([expect.stringMatching(/^note: a NUL follows the text .*\[CALC-0\]$/)]);
    expect(run.output).toEqual({ ok: true });
  });

  it("is told of an answer that does not come in time, and goes on", async () => {
    const { type, pass, hints, endInput, run, tell } = await computing();
    await type("15 + 35");
    await type("1 + 1");
    expect(await pass(4_999)).toEqual([]);
    expect(await pass(1)).toEqual(["send 1 + 1"]);
    expect(hints).toEqual(["no reply within 5 s"]);
    await pass(5_000);
    await endInput();
    await tell("peer.ended");
    expect(run.output).toMatchObject({
      ok: false,
      code: "timed-out",
      message: "not every message had a reply",
    });
  });

  it("[FRAME-9] knows an answer that comes late for the one to the question before", async () => {
    const { type, pass, hear, hints, run } = await computing();
    await type("15 + 35");
    await pass(5_000);
    await type("1 + 1");
    await type("2 + 2");
    expect(await hear("50.0")).toEqual([]);
    expect(run.state).toBe("awaitingReply");
    expect(await hear("2.0")).toEqual(["send 2 + 2"]);
    expect(hints).toEqual(["no reply within 5 s"]);
  });

  it("leaves a second after its leaving word though the server keeps the socket open", async () => {
    const { endInput, pass, run } = await computing();
    expect(await endInput()).toEqual(["send q"]);
    await pass(999);
    expect(run.output).toBeUndefined();
    expect(await pass(1)).toEqual(["close"]);
    expect(run.output).toEqual({ ok: true });
  });

  it("that is stopped while an answer is due was interrupted", async () => {
    const { type, stop, run } = await computing();
    await type("1 + 1");
    await stop();
    expect(run.output).toMatchObject({ ok: false, code: "interrupted" });
  });
});

describe("[FRAME-9] a reply", () => {
  const owing = (owed: number, isAnswerDue: boolean) =>
    ({ context: { options: { quiet: 200 }, owed: Array(owed).fill(undefined), isAnswerDue } }) as never;
  const pending = (text: string, stillMs = 0) => ({ bytes: Buffer.from(text), stillMs, ended: false });

  it("is what came until the server is quiet", () => {
    expect(untilQuiet(pending("50.0", 150), owing(1, true))).toEqual({ waitMs: 50 });
    expect(untilQuiet(pending("50.0\n", 200), owing(1, true))).toEqual({ take: 5, value: "50.0" });
  });

  it.each([
    [2, true],
    [1, false],
  ])("is each read while an earlier answer may still come: %i owed, waiting: %s", (owed, isAnswerDue) => {
    expect(untilQuiet(pending("50.0"), owing(owed, isAnswerDue))).toEqual({ take: 4, value: "50.0" });
  });

  it.each([
    ["50.0\0", "50.0"],
    ["50.0\0\0\0\0", "50.0"],
    ["REJECT\0ubbish", "REJECT"],
    [`50.0\0${"x".repeat(250)}\0`, "50.0"],
    ["50.0\x002.0\0", "50.0\n2.0"],
  ])("of a C program %j is its text", (bytes, text) => expect(replyText(Buffer.from(bytes))).toBe(text));
});
