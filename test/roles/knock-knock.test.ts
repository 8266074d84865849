/** A listener of knock-knock jokes over real sockets, with every kind of teller. */
import { describe, expect, it } from "vitest";
import knockKnock from "../../src/machines/knock-knock.ts";
import knockKnockClient from "../../src/machines/knock-knock-client.ts";
import { converse, openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { runLines } from "./client-session.ts";
import { habits, speaker } from "./habits.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

async function serving() {
  const lab = await openLab([knockKnock]);
  const server = await lab.spawn("knock-knock");
  return { lab, server, peer: await converse(server) };
}

const JOKE = [
  ["Who's there?", "Try: Knock knock.."],
  ["Knock knock..", "Who's there?"],
  ["Boo", "Boo who?"],
  ["Don't cry!", "Ha!"],
] as const;

describe("a teller that sends", () => {
  it.each(habits)("$what is heard to the end [KNOCK-1, KNOCK-2]", async (habit) => {
    const clock = new SimulatedClock();
    const lab = await openLab([knockKnock], { clock });
    const peer = await converse(await lab.spawn("knock-knock"));
    const say = speaker(habit, peer, lab, clock);
    for (const [line, reply] of JOKE) {
      await say(line);
      await peer.hears(reply + habit.ending);
    }
    expect((await peer.hearsTheEnd()).toString()).toBe("");
    expect(lab.storyOf(peer)).toMatchObject({ framing: habit.framing, fault: undefined });
  });

  it("a hundred lines at once has each of them answered [KNOCK-1]", async () => {
    const { peer } = await serving();
    peer.say(`${"Knock, knock\n".repeat(97)}Knock knock..\nBoo\nDon't cry!\n`);
    const answers = `${"Try: Knock knock..\n".repeat(97)}Who's there?\nBoo who?\nHa!\n`;
    expect((await peer.hearsTheEnd()).toString()).toBe(answers);
  });

  it("a joke and a FIN at once is laughed at all the same [FRAME-8]", async () => {
    const { peer } = await serving();
    peer.end("Knock knock..\nBoo\nDon't cry!");
    expect((await peer.hearsTheEnd()).toString()).toBe("Who's there?\nBoo who?\nHa!\n");
    await peer.over();
    expect(peer.error).toBeUndefined();
  });

  it("more after the punch line is not reset: the laugh is read [FRAME-8]", async () => {
    const { peer } = await serving();
    peer.say(`Knock knock..\nBoo\nDon't cry!\n${"And another one!\n".repeat(1_000)}`);
    expect((await peer.hearsTheEnd()).toString()).toBe("Who's there?\nBoo who?\nHa!\n");
    peer.end();
    await peer.over();
    expect(peer.error).toBeUndefined();
  });
});

describe("our teller", () => {
  const SHOWN = ["Who's there?", "Lettuce who?", "Ha!"];

  it("makes our server laugh", async () => {
    const { server } = await serving();
    const { shown, result } = runLines(knockKnockClient, { port: server.port }, []);
    expect(await result).toEqual({ ok: true });
    expect(shown).toEqual(SHOWN);
  });

  it("makes it laugh at what its user types", async () => {
    const { server } = await serving();
    const lines = ["Hello?", "Knock knock..", "Boo", "Don't cry!"];
    const { shown, result } = runLines(knockKnockClient, { port: server.port, byHand: true }, lines);
    expect(await result).toEqual({ ok: true });
    expect(shown).toEqual(["Try: Knock knock..", "Who's there?", "Boo who?", "Ha!"]);
  });

  it("tells in the daemon too, and has finished then", async () => {
    const lab = await openLab([knockKnock, knockKnockClient]);
    const server = await lab.spawn("knock-knock");
    // Two of them: who is there is no name of an instance.
    for (let round = 0; round < 2; round += 1) {
      const teller = await lab.spawn("knock-knock-client", {
        host: "127.0.0.1",
        port: server.port,
        quiet: "50ms",
      });
      expect(await teller.reaches((state) => state === "stopped" || state === "failed")).toBe("stopped");
      expect(teller.result).toEqual({ ok: true });
    }
  });

  it.skipIf(!hasPython)("makes their server laugh (skipped without python3)", async () => {
    const { port, program } = await pythonServer("knock_server.py");
    const { shown, result } = runLines(knockKnockClient, {
      port,
      who: "Boo",
      punchLine: "Don't cry!",
      quiet: "250ms",
    });
    expect(await result).toEqual({ ok: true });
    expect(shown).toEqual(["Who's there?", "Boo who?", "Ha!"]);
    expect(program.stdout).toContain("Boo tells Don't cry!");
  });
});

describe.skipIf(!hasPython)("their teller (skipped without python3)", () => {
  it("makes our server laugh", async () => {
    const { server } = await serving();
    const outcome = await pythonPeer("knock_client.py", [server.port, "Boo", "Don't cry!"]).ended;
    expect(outcome).toMatchObject({ stdout: "Who's there?\nBoo who?\nHa!\n", stderr: "", exit: 0 });
  });
});
