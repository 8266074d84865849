/** The daemon as somebody starts it by hand: its own REPL, the log behind it, and a second terminal attached. */
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Conversation } from "../actors/conversation.ts";
import { eventually } from "./eventually.ts";
import { type FileLab, fileLab } from "./file-lab.ts";
import { freePorts } from "./free-ports.ts";
import { dist, Scene } from "./scene.ts";
import { hasTmux, type Terminal, Terminals } from "./tmux.ts";

describe.skipIf(!hasTmux)("in a terminal (skipped without tmux)", () => {
  const scene = new Scene();
  const terminals = new Terminals(scene, 100, 40);
  const socket = scene.path("s");
  let lab: FileLab;
  let first: Terminal;
  let second: Terminal;

  const command = (program: string, ...args: string[]) => [
    process.execPath,
    join(dist, program),
    "--socket",
    socket,
    ...args,
  ];

  beforeAll(async () => {
    lab = await fileLab();
    const places = ["--data", scene.path("data"), "--lab", scene.file("demo.yaml", lab.text)];
    first = await terminals.open(command("netlabd.js", ...places));
  });
  afterAll(async () => {
    await terminals.end();
    await scene.end();
  });

  /** A client with a wrong token, which is worth a notice. */
  function provoke(port: number): Promise<void> {
    return new Promise((resolve) => {
      const client = connect(port, "127.0.0.1").on("close", () => resolve());
      client
        .on("error", () => undefined)
        .resume()
        .write("wrong");
    });
  }

  it("the first screen says what listens where, what to type at it, and how to leave", async () => {
    const screen = await first.shows(/\n\nnetlab>$/);
    const rows = screen.split("\n");
    expect(rows[0]).toMatch(/^netlabd \S+ plays the lab demo on 127\.0\.0\.1 and ::1 \(this machine only\)$/);
    const registry = ` --bootstrap localhost:${lab.registry}`;
    const listed = rows.filter((row) => /^ {2}\S+-\d +\d+\/(tcp|udp)/.test(row));
    expect(listed.map((row) => row.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ["bootstrap-1", `${lab.registry}/udp`, `netlabctl discover${registry}`],
      ["file-server-1", `${lab.ports.mp4}/tcp`, `netlabctl fetch mp4 server.mp4${registry}`],
      ["file-server-2", `${lab.ports.pdf}/tcp`, `netlabctl fetch pdf server.pdf${registry}`],
      ["file-server-3", `${lab.ports.txt}/tcp`, `netlabctl fetch txt server.txt${registry}`],
      ["file-server-4", `${lab.ports.png}/tcp`, `netlabctl fetch png server.png${registry}`],
    ]);
    for (const hint of ["conns", "explain @last", "quit, shutdown"])
      expect(rows.find((row) => row.startsWith(`  ${hint} `))).toBeDefined();
  });

  it("commands are completed and answered", async () => {
    await first.type("sho");
    await first.press("Tab");
    await first.shows(/\nnetlab> show$/);
    await first.type("file-server-4");
    await first.press("Enter");
    await first.shows(/\n {2}plays +file-server: .*\n(.*\n)+netlab>$/);
    await first.type("ls");
    await first.press("Enter");
    await first.shows(/\nfile-server-4 +running .* png files\n\nnetlab>$/);
  });

  it("what happens meanwhile does not tear the line that is being typed", async () => {
    await first.type("conns file");
    await first.shows(/netlab> conns file$/);
    await provoke(lab.ports.pdf);
    await first.shows(/\n.*file-server-2\/c\d+ refused .*token is wrong\nnetlab> conns file$/);
    await first.type("-server");
    await first.press("Enter");
    await first.shows(/\nc\d+ +file-server-2 .* refused .*\n+netlab>$/);
  });

  it("Ctrl-D leaves the prompt and shows the log, and the lab goes on", async () => {
    await first.press("C-d");
    await first.shows(/The lab goes on; this is its log\. .*\n(.*\n)*.*INFO: .* listens on/);
    await provoke(lab.ports.txt);
    await first.shows(/WARN: file-server-3\/c\d+ refused .*the token is wrong$/);
  });

  it("a second terminal attaches, and leaves", async () => {
    second = await terminals.open(command("netlabctl.js"));
    await second.shows(/^netlabd \S+ plays the lab demo(.*\n)+netlab>$/);
    await second.type("explain file-server-3");
    await second.press("Enter");
    await second.shows(/\n.* → "wrong" +5 bytes\n(.*\n)*.* ← "Invalid"(.*\n)+netlab>$/);
    await second.type("quit");
    await second.press("Enter");
    expect(await second.exit()).toBe(0);
  });

  it("a terminal that is closed drains and stops its daemon, and nothing is left behind", async () => {
    const socketOfIts = scene.path("closing");
    const places = ["--socket", socketOfIts, "--data", scene.path("closing.data")];
    const [port = 0] = await freePorts(1);
    const text = scene.file("closing.yaml", `roles: [{ role: echo, port: ${port} }]`);
    // The first one keeps the terminals' own server.
    const closing = await terminals.open([
      process.execPath,
      join(dist, "netlabd.js"),
      ...places,
      "--lab",
      text,
    ]);
    await closing.shows(/netlab>$/);
    const info = await scene.node("netlabctl", ["--socket", socketOfIts, "info", "--json"]).ended;
    const { pid } = JSON.parse(info.stdout) as { pid: number };
    const peer = await Conversation.open(port);
    await peer.hears("Enter your command please");
    await closing.close();
    await peer.hears("Closing...");
    peer.end();
    await eventually(async () => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
    await expect(Conversation.open(port)).rejects.toThrow("ECONNREFUSED");
    expect(existsSync(socketOfIts)).toBe(false);
    // Closed as it should be: a database that was left in the middle has its log beside it.
    expect(scene.names("closing.data")).not.toContain("netlab.db-wal");
  });

  it("SIGTERM ends the daemon, and tells whoever is attached", async () => {
    const third = await terminals.open(command("netlabctl.js"));
    await third.shows(/netlab>$/);
    const info = await scene.node("netlabctl", ["--socket", socket, "info", "--json"]).ended;
    process.kill((JSON.parse(info.stdout) as { pid: number }).pid, "SIGTERM");
    await third.shows(/the daemon is stopping/);
    expect(await third.exit()).toBe(0);
    expect(await first.exit()).toBe(0);
    await first.shows(/SIGTERM: stopping; send it again to stop at once/);
  });
});
