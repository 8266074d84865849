/** An acknowledger over real sockets, with hand-ins in both directions. */
import { describe, expect, it } from "vitest";
import { DatagramSender } from "../../src/actors/datagram-sender.ts";
import ack from "../../src/machines/ack.ts";
import ackClient from "../../src/machines/ack-client.ts";
import { Sender } from "../actors/datagrams.ts";
import { eventually, openLab, turns } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { answerOf } from "./answer-of.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

async function serving() {
  const lab = await openLab([ack]);
  const { port } = await lab.spawn("ack");
  return { lab, port };
}

describe("an acknowledger", () => {
  it("answers every datagram with Ok, and records what came from whom [ACK-1]", async () => {
    const { lab, port } = await serving();
    const [one, two] = await Promise.all([Sender.open(port), Sender.open(port)]);
    for (const text of ["hello", "", "x".repeat(5_000)]) one.say(text);
    two.say("Ok");
    expect(await one.hears(3)).toEqual(["Ok", "Ok", "Ok"]);
    expect(await two.hears(1)).toEqual(["Ok"]);
    const came = (sender: Sender) =>
      lab.storyOf(sender).entries.flatMap((entry) => (entry.kind === "in" ? [entry.bytes.toString()] : []));
    expect(came(one)).toEqual(["hello", "", "x".repeat(5_000)]);
    expect(came(two)).toEqual(["Ok"]);
    expect(lab.storyOf(two)).toMatchObject({
      subject: { remote: { address: "127.0.0.1", port: two.port } },
      lastRule: "ACK-1",
    });
  });

  it("and another of this daemon answer each other once a second, not without a pause [ACK-1]", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([ack], { clock });
    const first = await lab.spawn("ack");
    const stranger = await Sender.open(first.port);
    stranger.say("hello");
    await stranger.hears(1);
    const story = lab.storyOf(stranger);
    const { port } = stranger;
    stranger.close();
    const second = await lab.spawn("ack", { port });
    expect(second.state, second.lastError).toBe("running");
    const sender = lab.supervisor.control(story.subject.id);
    if (sender instanceof DatagramSender) sender.send("over to you");
    for (let round = 1; round <= 3; round += 1) {
      await eventually(() => expect(lab.storyOf({ port: first.port }).entries).toHaveLength(2 * round));
      clock.advance(999);
      await turns(20);
      expect(lab.storyOf({ port: first.port }).entries.at(-1)).toMatchObject({ kind: "in" });
      clock.advance(1);
      await eventually(() => expect(story.entries).toHaveLength(4 + 2 * round));
    }
  });

  it("serves its client", async () => {
    const { port } = await serving();
    const { shown, result } = await answerOf(ackClient, { port, text: "hello" });
    expect(result).toEqual({ ok: true, answer: "Ok" });
    expect(shown).toEqual(["Ok"]);
  });
});

describe.skipIf(!hasPython)("Python programs (skipped without python3)", () => {
  it("their client is told Ok by us [ACK-1]", async () => {
    const { port } = await serving();
    const { stdout, exit } = await pythonPeer("ack_client.py", [port, "hello"]).ended;
    expect({ stdout, exit }).toEqual({ stdout: `Ok from port ${port}\n`, exit: 0 });
  });

  it("our client is told Ok by their server, which has the message and its sender", async () => {
    const { port, program } = await pythonServer("ack_server.py");
    expect((await answerOf(ackClient, { port, text: "grüße" })).result).toEqual({ ok: true, answer: "Ok" });
    await program.says("got grüße from 127.0.0.1");
  });
});
