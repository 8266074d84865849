/** `capture` and `records` of the real daemon: into a file, down a pipe, and as Wireshark starts it. */

import { chmodSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packetsIn } from "../../src/capture/capture-reader.ts";
import { conversationsOf } from "../../src/capture/conversations.ts";
import { saidBy } from "../capture/scene.ts";
import { hasTshark } from "../has-tshark.ts";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { dist, Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  const roles = [{ role: "calculator", port: 0 }];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
});
afterAll(() => scene.end());

const port = () => daemon.ready.instances[0]?.port ?? 0;
const talk = (words: string) => text(connect(port(), "127.0.0.1").end(words));
const conversationsIn = (file: string) => conversationsOf(packetsIn(readFileSync(file)));

describe("capture", () => {
  it("writes all conversations into a file, and tells how many there were", async () => {
    await talk("ann\n1 + 2\n");
    const file = scene.path("all.pcapng");
    const { stderr, exit } = await daemon.ctl("capture", "calculator-1", "--out", file);
    expect({ stderr, exit }).toMatchObject({
      exit: 0,
      stderr: expect.stringMatching(/^wrote .*: 1 connection, 11 packets\n$/),
    });
    const [conversation] = conversationsIn(file);
    expect(conversation && saidBy(conversation, "client")).toBe("ann\n1 + 2\n");
    expect(conversation && saidBy(conversation, "server")).toBe("3.0\n");
  });

  it("follows what comes, until Ctrl-C", async () => {
    const file = scene.path("live.pcapng");
    const capture = daemon.startCtl("capture", "--live", "--out", file);
    await capture.says("capturing everything; Ctrl-C ends it");
    // The daemon is asked after that is said: who talks too soon is not heard.
    await eventually(async () => {
      await talk("bob\n2 * 3\n");
      expect(readFileSync(file).includes("6.0\n")).toBe(true);
    });
    capture.signal("SIGINT");
    const { exit, stderr } = await capture.ended;
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringMatching(/wrote .*packets\n$/) });
    expect(conversationsIn(file).map((one) => saidBy(one, "client"))).toContain("bob\n2 * 3\n");
  });

  it.skipIf(!hasTshark)(
    "writes messages as framed, which the dissector names, with rule, step and card (skipped without tshark)",
    async () => {
      const talk = connect(port(), "127.0.0.1");
      talk.write("joe\n");
      await eventually(async () =>
        expect((await daemon.ctl("conns", "state=computing")).stdout).toContain("computing"),
      );
      talk.write("1 plus 2\n");
      await eventually(async () =>
        expect((await daemon.ctl("conns", "--all")).stdout).toContain("violation"),
      );
      talk.end();
      await text(talk);
      const [file, lua] = [scene.path("messages.pcapng"), scene.path("netlabd.lua")];
      const { stderr } = await daemon.ctl("capture", "verdict=violation", "--messages", "--out", file);
      expect(stderr).toMatch(/: 1 connection, 3 messages\n$/);
      await daemon.ctl("dissector", "calculator", "--out", lua);
      const shown = scene.run("tshark", [
        "-X",
        `lua_script:${lua}`,
        "-r",
        file,
        "-T",
        "fields",
        "-e",
        "_ws.col.Info",
        "-e",
        "frame.comment",
      ]);
      const [name, expression, answer] = (await shown.ended).stdout.split("\n");
      expect(name).toMatch(
        /^client: name joe\topened, awaitingName,read as one message of 3 bytes in awaitingName \[CALC-0\]/,
      );
      expect(expression).toMatch(/^client: not as the rules say\t.*card D17: .*\[CALC-2\]/);
      expect(answer).toMatch(/^server: incorrect operator/);
    },
  );

  it("goes down a pipe as bytes, and ends with the next packet when its reader has gone", async () => {
    const capture = scene.run("sh", [
      "-c",
      `${process.execPath} ${join(dist, "netlabctl.js")} --socket ${daemon.socket} capture --live | head -c 4 | od -An -tx1`,
    ]);
    await capture.says("0a 0d 0d 0a");
    let isOver = false;
    const ended = capture.ended.finally(() => {
      isOver = true;
    });
    await eventually(async () => {
      await talk("eve\n");
      expect(isOver).toBe(true);
    });
    const { stdout, exit } = await ended;
    expect({ stdout: stdout.trim(), exit }).toEqual({ stdout: "0a 0d 0d 0a", exit: 0 });
  });

  it("starts Wireshark, hands it the packets as they come, and ends when it is closed", async () => {
    const [got, told] = [scene.path("wireshark.pcapng"), scene.path("wireshark.txt")];
    const wireshark = scene.file(
      "bin/wireshark",
      `#!/bin/sh\necho "$@" > '${told}'\nhead -c 600 > '${got}'\n`,
    );
    chmodSync(wireshark, 0o755);
    const capture = scene.run("sh", [
      "-c",
      `PATH='${dirname(wireshark)}':$PATH exec ${process.execPath} ${join(dist, "netlabctl.js")} --socket ${daemon.socket} capture --live --wireshark`,
    ]);
    let isOver = false;
    const ended = capture.ended.finally(() => {
      isOver = true;
    });
    await eventually(async () => {
      await talk("max\n6 * 7\n");
      expect(isOver).toBe(true);
    });
    expect(await ended).toMatchObject({ exit: 0, stderr: "" });
    expect(readFileSync(told, "utf8")).toBe("-k -i -\n");
    expect(readFileSync(got)).toHaveLength(600);
    expect(readFileSync(got).subarray(0, 4)).toEqual(Buffer.from([0x0a, 0x0d, 0x0d, 0x0a]));
  });

  it("says so where there is no Wireshark", async () => {
    const capture = scene.run("sh", [
      "-c",
      `PATH=/nonexistent exec ${process.execPath} ${join(dist, "netlabctl.js")} --socket ${daemon.socket} capture --live --wireshark`,
    ]);
    const { exit, stderr } = await capture.ended;
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining("wireshark") });
  });

  it("says where to, rather than write bytes to a terminal, and writes nothing where nothing matches", async () => {
    const none = await daemon.ctl("capture", "label=nobody", "--out", scene.path("none.pcapng"));
    expect(none).toMatchObject({ exit: 4, stderr: "no connection matches, so nothing was written\n" });
    const wrong = await daemon.ctl("capture", "--out", scene.path("no", "such.pcapng"));
    expect(wrong.stderr).toContain("there is no such folder (ENOENT)");
  });
});
