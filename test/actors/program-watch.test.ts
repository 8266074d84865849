/** Programs at the other end, looked at when a connection falls silent and before a client that failed closes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { ProgramWatch } from "../../src/actors/program-watch.ts";
import calculator from "../../src/machines/calculator.ts";
import calculatorClient from "../../src/machines/calculator-client.ts";
import { type ProgramSample, programAt } from "../../src/os/proc.ts";
import { programText } from "../../src/stories/entry-text.ts";
import type { Recorder } from "../../src/stories/recorder.ts";
import type { Story } from "../../src/stories/story.ts";
import { runLines } from "../roles/client-session.ts";
import { converse, openLab, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const SAMPLE: ProgramSample = {
  name: "python3",
  pid: 4_123,
  doing: "receiving",
  isCertain: true,
  isAccepted: true,
  unreadBytes: 0,
};

const programsIn = (story: Story) => story.entries.filter(({ kind }) => kind === "program");

describe("a connection that falls silent", () => {
  async function silent(sample: () => Promise<ProgramSample> = async () => SAMPLE) {
    const clock = new SimulatedClock();
    const lab = await openLab([calculator], { clock });
    const asked: unknown[] = [];
    const programAt = async (ends: unknown) => {
      asked.push(ends);
      return sample();
    };
    const watch = new ProgramWatch({ recorder: lab.recorder, clock, programAt });
    watch.start();
    onTestFinished(() => watch.stop());
    const { port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.say("ann\n1 + 1\n");
    await peer.hears("2.0\n");
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 500) {
        clock.advance(500);
        await turns();
      }
    };
    return { lab, asked, peer, port, pass, story: lab.storyOf(peer) };
  }

  it("is looked at after 5 s, once", async () => {
    const { asked, peer, port, pass, story } = await silent();
    await pass(4_500);
    expect(asked).toEqual([]);
    await pass(20_000);
    expect(asked).toEqual([{ peer: { address: "127.0.0.1", port: peer.port }, ours: { port } }]);
    expect(programsIn(story)).toEqual([expect.objectContaining(SAMPLE)]);
  });

  it("is looked at again after the next silence", async () => {
    const { asked, peer, pass } = await silent();
    await pass(6_000);
    peer.say("2 + 2\n");
    await peer.hears("4.0\n");
    await pass(6_000);
    expect(asked).toHaveLength(2);
  });

  it("keeps a look that takes a second, and none of before the peer went on", async () => {
    const looks: ((sample: ProgramSample) => void)[] = [];
    const { peer, pass, story } = await silent(() => new Promise((resolve) => looks.push(resolve)));
    await pass(6_000);
    looks.shift()?.(SAMPLE);
    await turns();
    expect(programsIn(story)).toHaveLength(1);
    peer.say("2 + 2\n");
    await peer.hears("4.0\n");
    await pass(5_500);
    peer.say("3 + 3\n");
    await peer.hears("6.0\n");
    looks.shift()?.(SAMPLE);
    await turns();
    expect(programsIn(story)).toHaveLength(1);
  });
});

it("watches nothing while more than a thousand connections are open", async () => {
  const clock = new SimulatedClock();
  const asked: unknown[] = [];
  const subject = { local: { port: 1 }, remote: { address: "127.0.0.1", port: 2 }, transport: "tcp" };
  const story = { subject, movedAt: 0, now: () => 60_000_000 } as unknown as Story;
  let open = 1_001;
  const recorder = { live: () => Array.from({ length: open }, () => story) } as unknown as Recorder;
  const watch = new ProgramWatch({
    recorder,
    clock,
    programAt: async (ends) => void asked.push(ends),
  });
  watch.start();
  onTestFinished(() => watch.stop());
  clock.advance(10_000);
  await turns();
  expect(asked).toEqual([]);
  open = 1;
  clock.advance(1_000);
  await turns();
  expect(asked).toHaveLength(1);
});

describe.skipIf(process.platform !== "linux")("a client that failed", () => {
  it("knows what the program was at that did not answer", async () => {
    const code =
      'import socket\ns = socket.socket()\ns.bind(("127.0.0.1", 0))\ns.listen()\nprint(s.getsockname()[1], flush=True)\nc, _ = s.accept()\nc.recv(100)\nc.recv(100)\nc.recv(100)\n';
    const child = spawn("python3", ["-c", code], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const port = Number(line.toString());
    const clock = new SimulatedClock();
    const given = { port, timeout: "1500ms" };
    const { story, outcome } = runLines(calculatorClient, given, ["1 + 1"], clock);
    const said = async () => (await story)?.entries.filter(({ kind }) => kind === "out").length;
    await expect.poll(said).toBe(1);
    // Between its name and its expression it waits a moment.
    clock.advance(150);
    await expect.poll(said).toBe(2);
    const ours = (await story)?.subject.local ?? { port: 0 };
    const seen = () => programAt({ peer: { address: "127.0.0.1", port }, ours });
    await expect.poll(seen).toMatchObject({ doing: "receiving", unreadBytes: 0 });
    clock.advance(1_150);
    await expect.poll(async () => (await story)?.entries.map(({ kind }) => kind)).toContain("program");
    clock.advance(350);
    const { program, output } = await outcome;
    expect(output).toMatchObject({ ok: false, code: "timed-out" });
    expect(program).toMatchObject({ pid: child.pid, doing: "receiving", isCertain: true });
  });
});

describe("a program in words", () => {
  it.each<[Partial<ProgramSample>, string]>([
    [{}, "python3 (pid 4123) waits in recv() on this connection"],
    [
      { isCertain: false, doing: "keyboard" },
      "python3 (pid 4123) probably waits for its own keyboard (standard input)",
    ],
    [
      { doing: "servingAnother", isAccepted: false, unreadBytes: 12 },
      "python3 (pid 4123) waits in recv() on another connection; it has not called accept() for this connection; 12 bytes lie unread",
    ],
  ])("%j", (part, text) => expect(programText({ ...SAMPLE, ...part })).toBe(text));
});
