/** A live capture as Wireshark's own reader takes it: down a pipe, and from the interface that the lab is among its others. */

import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTshark } from "../has-tshark.ts";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { dist, Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start(scene, {
    lab: JSON.stringify({ roles: [{ role: "calculator", port: 0 }] }),
  });
});
afterAll(() => scene.end());

const talk = () => text(connect(daemon.ready.instances[0]?.port ?? 0, "127.0.0.1").end("ann\n6 * 7\nq\n"));
/** Talks until whoever listens has heard enough and has ended: who begins to listen says so a moment before he does. */
async function talkUntil<Ended>(ended: Promise<Ended>): Promise<Ended> {
  let isOver = false;
  const over = ended.finally(() => {
    isOver = true;
  });
  await eventually(async () => {
    await talk();
    expect(isOver).toBe(true);
  });
  return over;
}

describe.skipIf(!hasTshark)("a live capture (skipped without tshark)", () => {
  it("is read by tshark from a pipe as it happens", async () => {
    const shell = `${process.execPath} ${join(dist, "netlabctl.js")} --socket ${daemon.socket} capture --live calculator-1`;
    const reading = scene.run("sh", [
      "-c",
      `${shell} | tshark -r - -c 12 -T fields -e tcp.len -e tcp.payload 2>/dev/null`,
    ]);
    const { stdout } = await talkUntil(reading.ended);
    expect(stdout).toContain(Buffer.from("42.0\n").toString("hex"));
  }, 60_000);

  it("is an interface of tshark's after --install-extcap", async () => {
    const home = scene.path("home");
    const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: "" };
    const netlabctl = [join(dist, "netlabctl.js"), "--socket", daemon.socket];
    const { status } = spawnSync(process.execPath, [...netlabctl, "capture", "--install-extcap"], { env });
    expect(status).toBe(0);
    expect(spawnSync("tshark", ["-D"], { encoding: "utf8", env }).stdout).toContain("netlabd (netlabd lab");
    const capture = scene.run("env", [
      `HOME=${home}`,
      "tshark",
      "-i",
      "netlabd",
      "-c",
      "12",
      "-T",
      "fields",
      "-e",
      "tcp.payload",
    ]);
    const { stdout } = await talkUntil(capture.ended);
    expect(stdout).toContain(Buffer.from("42.0\n").toString("hex"));
  }, 60_000);
});
