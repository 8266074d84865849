/** A clock over real sockets, with hand-ins in both directions. */
import { describe, expect, it, onTestFinished } from "vitest";
import clock from "../../src/machines/clock.ts";
import clockClient from "../../src/machines/clock-client.ts";
import { Sender } from "../actors/datagrams.ts";
import { openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { answerOf } from "./answer-of.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

const DATE = /^\d\d\/\d\d\/\d\d$/;
const TIME = /^\d\d:\d\d:\d\d$/;
/** The simulated clock stands still at the start of this day in Greenwich. */
const TODAY = "11/21/26";

/** Somewhere, for as long as the test lasts. */
function inZone(zone: string): void {
  const before = process.env.TZ;
  process.env.TZ = zone;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
}

describe("a clock", () => {
  it("answers each datagram with one, to whoever sent it [CLOCK-0, CLOCK-1]", async () => {
    inZone("UTC");
    const lab = await openLab([clock], { clock: new SimulatedClock() });
    const { port } = await lab.spawn("clock");
    const [one, two] = await Promise.all([Sender.open(port), Sender.open(port)]);
    for (const text of ["SEND_DATE", "SEND_TIME\n", "", "SEND_MONEY"]) one.say(text);
    two.say("SEND_TIME");
    expect(await one.hears(4)).toEqual([TODAY, "00:00:00", "Invalid request", "Invalid request"]);
    expect(await two.hears(1)).toEqual(["00:00:00"]);
    expect(lab.storyOf(one)).toMatchObject({ lastRule: "CLOCK-0", fault: undefined });
  });

  it("serves its client, which asks until it has enough [CLOCK-1]", async () => {
    const lab = await openLab([clock]);
    const { port } = await lab.spawn("clock");
    const { shown, result } = await answerOf(clockClient, { port, count: 1 });
    expect(result).toMatchObject({ ok: true, asked: 1 });
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatch(/^\d\d[/:]\d\d[/:]\d\d$/);
  });

  it("that is away fails its client, which says so [CLOCK-1]", async () => {
    const nobody = await Sender.open(9);
    const { port } = nobody;
    nobody.close();
    const { hints, result } = await answerOf(clockClient, { port, count: 1 });
    expect(result).toMatchObject({ ok: false, code: "unreachable" });
    expect(hints[0]).toMatch(/no program listens there/);
  });
});

describe.skipIf(!hasPython)("Python programs (skipped without python3)", () => {
  it("their client gets date and time from us [CLOCK-0]", async () => {
    const lab = await openLab([clock]);
    const { port } = await lab.spawn("clock");
    const { stdout, exit } = await pythonPeer("clock_client.py", [port, 8]).ended;
    expect(exit).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.pop()).toBe("Invalid request");
    expect(lines).toHaveLength(8);
    for (const line of lines) {
      const [request, answer] = line.split(" ");
      expect(answer).toMatch(request === "SEND_DATE" ? DATE : TIME);
    }
  });

  it("our client gets date or time from their server [CLOCK-0]", async () => {
    const { port } = await pythonServer("clock_server.py");
    const { result } = await answerOf(clockClient, { port, count: 1 });
    const { answers } = result as { answers: { request: string; answer: string }[] };
    expect(answers).toHaveLength(1);
    for (const { request, answer } of answers) expect(answer).toMatch(request === "SEND_DATE" ? DATE : TIME);
  });
});
