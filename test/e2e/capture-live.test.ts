/** Live captures of the real daemon: messages with their cards, every byte of a file, and a role of one's own in its process. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packetsIn } from "../../src/capture/capture-reader.ts";
import { conversationsOf } from "../../src/capture/conversations.ts";
import { Conversation } from "../actors/conversation.ts";
import { saidBy } from "../capture/scene.ts";
import { type InstanceDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { checkout, Scene } from "./scene.ts";

const scene = new Scene();
const content = randomBytes(300_000);
let daemon: TestDaemon;

beforeAll(async () => {
  const root = dirname(scene.file("files/a.pdf", content));
  const roles = [
    { role: "calculator", port: 0 },
    { role: "file-server", port: 0, service: "pdf", token: "tok1", root },
  ];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
});
afterAll(() => scene.end());

const portOf = (type: string) => daemon.ready.instances.find((one) => one.type === type)?.port ?? 0;
const packetsOf = (file: string) => [...packetsIn(readFileSync(file))];
const conversationsIn = (file: string) => conversationsOf(packetsOf(file));
const commentsIn = (file: string) => packetsOf(file).flatMap(({ comments }) => comments);

/** A capture that has begun: the daemon is asked after it says so, and hears of a first conversation that is waited for. */
async function capturing(file: string, ...options: string[]) {
  const capture = daemon.startCtl("capture", "--live", "--out", file, ...options);
  await capture.says("Ctrl-C ends it");
  await eventually(async () => {
    const peer = await Conversation.open(portOf("calculator"));
    peer.say("probe\n");
    peer.end();
    await peer.hearsTheEnd();
    expect(packetsOf(file).length).toBeGreaterThan(0);
  });
  return capture;
}

async function ends(capture: Awaited<ReturnType<typeof capturing>>): Promise<void> {
  capture.signal("SIGINT");
  expect((await capture.ended).exit).toBe(0);
}

describe("a live capture", () => {
  it("with --messages has a packet a message, and a card as soon as it is known", async () => {
    const file = scene.path("messages.pcapng");
    const capture = await capturing(file, "--messages");
    const peer = await Conversation.open(portOf("calculator"));
    peer.say("ann\n");
    peer.say("1 plus 2\n");
    await peer.hears("Incorrect operator\n");
    // While the conversation goes on: with the answer, or a later one where the daemon had no time to look.
    await eventually(async () => {
      peer.say("3 + 4\n");
      await peer.hears("7.0\n");
      expect(commentsIn(file).join("\n")).toMatch(/card D17: .*\[CALC-2\]/);
    });
    const said = packetsOf(file).map(({ data }) => data.toString("latin1"));
    for (const words of ["ann", "1 plus 2", "Incorrect operator\n"])
      expect(said.filter((text) => text.endsWith(words))).toHaveLength(1);
    peer.end();
    await peer.hearsTheEnd();
    await ends(capture);
  });

  it("with --whole has every byte of a file, and masks the token all the same", async () => {
    const file = scene.path("whole.pcapng");
    const capture = await capturing(file, "--whole");
    const peer = await Conversation.open(portOf("file-server"));
    peer.say("tok1");
    await peer.hears("valid");
    peer.say("a.pdf");
    await peer.hears(Buffer.concat([Buffer.from("found"), Buffer.from([0xe0, 0x93, 0x04, 0])]));
    peer.say("Got\0");
    await peer.hearsBytes(content.length);
    peer.end();
    await peer.hearsTheEnd();
    await eventually(() => {
      const transfer = conversationsIn(file).find(({ server }) => server.port === portOf("file-server"));
      expect(transfer && saidBy(transfer, "client")).toBe("****a.pdfGot\0");
      expect(transfer && saidBy(transfer, "server").endsWith(content.toString("latin1"))).toBe(true);
    });
    await ends(capture);
  });

  it("says what goes together, where it does not", async () => {
    const past = await daemon.ctl("capture", "--whole", "--out", scene.path("no.pcapng"));
    expect(past).toMatchObject({ exit: 2, stderr: expect.stringContaining("--whole needs --live") });
    const both = await daemon.ctl(
      "capture",
      "--live",
      "--whole",
      "--messages",
      "--out",
      scene.path("no.pcapng"),
    );
    expect(both).toMatchObject({ exit: 2, stderr: expect.stringContaining("choose one") });
  });

  it("has the words of a loaded role, which is played in a process of its own", async () => {
    const source = scene.file(
      "guess-number.ts",
      readFileSync(join(checkout, "examples/guess-number.ts"), "utf8"),
    );
    expect((await daemon.ctl("load", source)).exit).toBe(0);
    const { port } = await daemon.document<InstanceDocument>(
      "spawn",
      "guess-number",
      "--port",
      "0",
      "--most",
      "10",
    );
    for (const options of [[], ["--messages"], ["--whole"]]) {
      const file = scene.path(`loaded${options.join("")}.pcapng`);
      const capture = await capturing(file, ...options);
      const peer = await Conversation.open(port);
      await peer.hears("I think of a number from 1 to 10");
      peer.say("x\n");
      await peer.hears("That is no number");
      peer.end();
      await peer.hearsTheEnd();
      await eventually(() => {
        const said = packetsOf(file).map(({ data }) => data.toString("latin1"));
        for (const words of ["I think of a number from 1 to 10", "That is no number"])
          expect(said.filter((text) => text.includes(words))).toHaveLength(1);
      });
      await ends(capture);
    }
  });
});
