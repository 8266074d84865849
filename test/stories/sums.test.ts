/** Every byte is told in one entry: of whatever is said to whatever role, the entries' sum is what came, and what went. */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import type { Role } from "../../src/machines/_role.ts";
import { bytesIn, bytesOut } from "../../src/stories/entry.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { Story } from "../../src/stories/story.ts";
import { Sender } from "../actors/datagrams.ts";
import { converse, eventually, openLab, type TestLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { cut, habits, nonsense, written } from "../torture/_nonsense.ts";
import { Random } from "../torture/_random.ts";
import { echoSubject as subject } from "./echo-subject.ts";

const roles = [...(await scanRoles(path.join(import.meta.dirname, "../../src/machines"))).values()];
const servers = roles.filter(({ side }) => side === "server");
const PEERS = 12;
/** Until all have drained and are over, on a machine that is busy otherwise. */
const OVER_MS = 15_000;

function isTold(story: Story): void {
  const sums = [bytesIn, bytesOut].map((of) => story.entries.reduce((sum, entry) => sum + of(entry), 0));
  expect(sums, story.subject.id).toEqual([story.bytesIn, story.bytesOut]);
  const times = story.entries.map(({ at }) => at);
  expect(times, "times never go back").toEqual([...times].sort((a, b) => a - b));
}

const rightWords = ({ dialogue }: Role): Buffer[] =>
  (dialogue?.lines ?? []).flatMap((line) => ("client" in line ? [Buffer.from(line.client)] : []));

async function spawned(lab: TestLab, { name, dialogue }: Role) {
  await lab.addFile("server.pdf", 20_000);
  const file = name === "file-server" ? { token: "server1", service: "pdf", root: "files" } : {};
  const server = await lab.spawn(name, { ...dialogue?.given, ...file, maxMessage: "4k" });
  expect(server.state, server.lastError).toBe("running");
  return server;
}

/** Nonsense in pieces; one in three leaves before it has read anything. */
async function visit(port: number, role: Role, random: Random): Promise<void> {
  const peer = await converse(port);
  const habit = random.pick(habits);
  const right = [
    ...rightWords(role),
    Buffer.from("server1"),
    Buffer.from("server.pdf"),
    Buffer.from("Got\0"),
  ];
  const count = random.chance(0.2) ? 150 : random.int(1, 12);
  for (let turn = 0; turn < count && !peer.isOver; turn += 1) {
    const bytes = written(random, random.chance(0.5) ? random.pick(right) : nonsense(random, right), habit);
    for (const piece of cut(random, bytes)) peer.socket.write(piece);
    if (random.chance(0.2)) await new Promise((resolve) => setImmediate(resolve));
  }
  if (random.chance(0.3)) peer.reset();
  else peer.end();
}

describe.each(servers.map((role) => [role.name, role] as const))("%s", (_, role) => {
  it("tells each byte of nonsense once", async () => {
    const isKnown = ["file-server", "bootstrap"].includes(role.name);
    const lab = await openLab(isKnown ? [] : [role]);
    const server = await spawned(lab, role);
    const random = new Random(7);
    if (role.transport === "udp") {
      for (let peer = 0; peer < PEERS; peer += 1) {
        const sender = await Sender.open(server.port);
        for (let turn = 0; turn < 8; turn += 1) sender.socket.send(nonsense(random, rightWords(role)));
      }
      await eventually(() => expect(lab.recorder.all()).toHaveLength(PEERS));
    } else {
      await Promise.all(Array.from({ length: PEERS }, () => visit(server.port, role, random.fork())));
      await eventually(() => expect(lab.recorder.live()).toEqual([]), OVER_MS);
      expect(lab.recorder.all()).toHaveLength(PEERS);
    }
    for (const story of lab.recorder.all()) isTold(story);
  });
});

describe("a gap", () => {
  it("has the sums of all that it stands for, a file that is still under way too", () => {
    const story = new Recorder(new SimulatedClock()).open({ ...subject }, "listening");
    for (let count = 0; count < 40; count += 1) story.recordRead(Buffer.from("four"));
    const file = story.recordFile("out", "big.mp4", 10_000);
    file.moved(1_000);
    for (let count = 0; count < 100; count += 1) story.recordWrite(Buffer.from("six   "));
    file.moved(9_000);
    isTold(story);
    expect(story.entries.find(({ kind }) => kind === "gap")).toMatchObject({ bytesOut: 10_000 + 36 * 6 });
  });

  it("is none in a run that keeps everything, whole", () => {
    const recorder = new Recorder(new SimulatedClock(), { keepsAll: true, budgetBytes: 1_000 });
    const story = recorder.open({ ...subject }, "listening");
    for (let count = 0; count < 1_000; count += 1) story.recordRead(Buffer.alloc(10_000));
    recorder.end(story);
    expect([story.entries.length, story.omitted]).toEqual([1_001, 0]);
    expect(story.entries.every((entry) => entry.kind !== "in" || entry.bytes.length === 10_000)).toBe(true);
    expect(recorder.find("echo-1/c1")).toBe(story);
  });
});
