/** SIGHUP without a terminal reads the lab file again: checked whole first, and on any mistake all stays as it is. */
import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Conversation } from "../actors/conversation.ts";
import { type InstanceDocument, TestDaemon } from "./daemon.ts";
import { freePorts } from "./free-ports.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const [first = 0, second = 0, third = 0] = await freePorts(3);
const lab = (...roles: Record<string, unknown>[]) => JSON.stringify({ roles });
const echo = (port: number, more = {}) => ({ role: "echo", port, ...more });

async function running(daemon: TestDaemon): Promise<string[]> {
  const instances = await daemon.document<InstanceDocument[]>("ls");
  return instances.map(({ id, port, state }) => `${id} ${state} ${port}`);
}

describe("SIGHUP without a terminal", () => {
  it("drops what the lab no longer names, adds what is new, and leaves the rest alone", async () => {
    const daemon = await TestDaemon.start(scene, { name: "reads", lab: lab(echo(first), echo(second)) });
    const kept = await Conversation.open(first);
    await kept.hears("Enter your command please");
    const dropped = await Conversation.open(second);
    await dropped.hears("Enter your command please");
    writeFileSync(scene.path("reads.yaml"), lab(echo(first), echo(third)));
    daemon.program.signal("SIGHUP");
    // Told in the words of its protocol why it is alone now.
    await dropped.hears("Closing...");
    dropped.end();
    await daemon.program.says("SIGHUP: the lab reads is read again");
    expect(await running(daemon)).toEqual([`echo-1 running ${first}`, `echo-2 running ${third}`]);
    kept.say("still there");
    await kept.hears("still there");
    kept.end();
    expect(await daemon.stop()).toMatchObject({ exit: 0 });
  });

  it("keeps the old lab where the new one is wrong, also where only a name is taken", async () => {
    const daemon = await TestDaemon.start(scene, { name: "keeps", lab: lab(echo(first), echo(second)) });
    expect(await daemon.ctl("spawn", "clock", "mine", "--port", "0")).toMatchObject({ exit: 0 });
    const before = await running(daemon);
    const mistakes: [string, string][] = [
      [lab({ role: "ecko" }), 'unknown role "ecko"; did you mean echo?'],
      ["roles: 7", "roles: must be a list"],
      [lab(echo(third, { name: "mine" })), "the name mine is taken by clock-1"],
      [lab(echo(third, { name: "a" }), echo(second, { name: "a" })), "the name a is taken by another echo"],
    ];
    for (const [text, sentence] of mistakes) {
      writeFileSync(scene.path("keeps.yaml"), text);
      daemon.program.signal("SIGHUP");
      await daemon.program.says(sentence);
      expect(await running(daemon)).toEqual(before);
    }
    expect(await daemon.stop()).toMatchObject({ exit: 0 });
  });

  it("is no reason to fall where nobody reads the log any more", async () => {
    const daemon = await TestDaemon.start(scene, { name: "unread", lab: lab(echo(third)) });
    daemon.program.stopReading();
    daemon.program.signal("SIGHUP");
    const peer = await Conversation.open(third);
    await peer.hears("Enter your command please");
    peer.say("download nope");
    await peer.hears("Problem in opening file");
    peer.end();
    expect(await daemon.stop()).toMatchObject({ exit: 0 });
  });
});
