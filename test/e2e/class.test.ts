/** A class as an instructor starts it: reckoned with before the start, told in few lines, and nothing of it lost to a kill. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { StudentRow } from "../../src/lab/lab.ts";
import { Conversation } from "../actors/conversation.ts";
import { launch, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { freeOffset } from "./free-ports.ts";
import { checkout, peers, Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const rosterOf = (count: number) =>
  `id,name\n${Array.from({ length: count }, (_, index) => `s${index + 1},Name ${index + 1}\n`).join("")}`;

describe("a class", () => {
  it("for which there are too few descriptors does not start, and says how many it needs", async () => {
    scene.file("roster.csv", rosterOf(60));
    const lab = "roster: ./roster.csv\neach:\n  - role: calculator\n";
    const program = launch(scene, { lab, name: "cramped", descriptors: 200 });
    const { exit, stderr } = await program.ended;
    expect(stderr).toBe(
      "netlabd: 60 roles need 120 listeners, and 60 students about 120 connections; this process may open 200 files: ulimit -n 1024 (systemd: LimitNOFILE=1024), or --host 127.0.0.1 for half the listeners, or let students share a port (shared:)\n",
    );
    expect(exit).toBe(2);
  });

  it("is one line of the log and a few of ls, and keeps who is done over a kill", async () => {
    scene.file("roster.csv", rosterOf(45));
    const lab = "roster: ./roster.csv\neach:\n  - role: calculator\n";
    const args = ["--host", "127.0.0.1"];
    const daemon = await TestDaemon.start(scene, { lab, name: "many", args });
    expect(daemon.program.stderr).toMatch(/45 roles listen on 127\.0\.0\.1: 45 calculator on \d+-\d+/);
    expect(daemon.program.stderr).not.toContain("calculator-1 listens");
    expect((await daemon.plain("ls")).split("\n")).toHaveLength(4);
    expect((await daemon.plain("ls --all")).split("\n").length).toBeGreaterThan(45);
    const peer = await Conversation.open(daemon.ready.instances[6]?.port ?? 0);
    peer.say("ann\n1 + 1\nq\n");
    await peer.hearsTheEnd();
    peer.end();
    await peer.over();
    const seven = async (one: TestDaemon) =>
      (await one.document<StudentRow[]>("class")).find(({ id }) => id === "s7");
    await eventually(async () => expect(await seven(daemon)).toMatchObject({ done: true }));
    await daemon.kill();
    const again = await daemon.again();
    expect(await seven(again)).toMatchObject({ id: "s7", connected: 0, done: true });
    await again.stop();
  }, 60_000);
});

const example = path.join(checkout, "examples/class");
const hasPython = spawnSync("python3", ["--version"]).status === 0;
/** Ports of the example: four students of five each, two groups, the hall, and the last of all that students may have. */
const EXAMPLE_PORTS = [
  ...Array.from({ length: 20 }, (_, index) => 21_000 + index),
  20_900,
  20_901,
  20_999,
  22_999,
];

describe.skipIf(!hasPython)("the class of examples/ (skipped without python3)", () => {
  it("gives each student her file, who knows the port of her bootstrap alone, also after a kill", async () => {
    cpSync(example, scene.folder, { recursive: true });
    const lab = readFileSync(path.join(example, "lab3.yaml"), "utf8");
    const offset = await freeOffset(EXAMPLE_PORTS);
    const args = ["--host", "127.0.0.1", "--port-offset", String(offset)];
    const first = await TestDaemon.start(scene, { lab, name: "lab3", args });
    const portsOf = ({ ready }: TestDaemon) =>
      ready.instances
        .filter(({ type, label }) => type === "bootstrap" && label !== null)
        .map(({ port }) => port);
    expect(portsOf(first)).toEqual([0, 5, 10, 15].map((place) => 21_000 + offset + place));
    await allHaveFiles(first, portsOf(first));
    await first.kill();
    const again = await first.again();
    await allHaveFiles(again, portsOf(again));
    await again.stop();
  }, 60_000);

  async function allHaveFiles(daemon: TestDaemon, ports: readonly number[]): Promise<void> {
    const ids = ["s041", "s042", "s043", "s044"];
    for (const id of ids)
      await eventually(async () => expect(await daemon.document(`registry ${id}`)).toHaveLength(1));
    const outcomes = await Promise.all(
      ports.map((port, index) => {
        const saved = scene.path(`saved-${index}`);
        const words = [path.join(peers, "file_client.py"), String(port), "txt", "server.txt", saved];
        return scene.run("python3", words).ended;
      }),
    );
    expect(outcomes.map(({ stderr, exit }) => ({ stderr, exit }))).toEqual(
      ids.map(() => ({ stderr: "", exit: 0 })),
    );
    const texts = ids.map((_, index) => readFileSync(scene.path(`saved-${index}`), "utf8"));
    const original = readFileSync(path.join(example, "files/server.txt"), "utf8");
    expect(new Set(texts).size).toBe(ids.length);
    expect(texts.map(({ length }) => length)).toEqual(ids.map(() => original.length));
  }
});
