/** `tap` and `trace` on a real daemon: what they show, where they stop, and what they leave alone. */
import { createSocket } from "node:dgram";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LabInstance } from "../../src/lab/lab.ts";
import { evaluate } from "../../src/repl/evaluator.ts";
import { converse, eventually, turns } from "../actors/harness.ts";
import { DiagnosisLab } from "../diagnoses/lab.ts";

const lab = new DiagnosisLab();
lab.use();

/** A command under way, with what it has said so far. */
async function started(line: string, { isBehind = false } = {}) {
  const said = { out: [] as string[], err: [] as string[], data: [] as unknown[] };
  const end = new AbortController();
  const responder = {
    out: (text: string) => void said.out.push(text),
    err: (text: string) => void said.err.push(text),
    data: (document: unknown) => void said.data.push(document),
    ask: async () => "",
    isBehind,
  };
  const exit = evaluate({
    lab: lab.daemon.lab,
    level: "own",
    request: { line },
    responder,
    signal: end.signal,
  });
  await eventually(() => expect(line.endsWith("--json") || said.err.length > 0).toBe(true));
  return { ...said, exit, interrupt: () => end.abort() };
}

async function calculated({ port }: LabInstance, ...lines: string[]): Promise<void> {
  const peer = await converse(port);
  peer.end(lines.map((line) => `${line}\n`).join(""));
  await peer.hearsTheEnd();
}

describe("trace", () => {
  it("shows each step with its event, where from, where to, by which guard, and doing what", async () => {
    const files = await lab.spawn("file-server", { service: "pdf", token: "server1" });
    const trace = await started(`trace ${files.id} --n 2`);
    await calculated(files, "server1", "none.pdf");
    await trace.exit;
    expect(trace.out[0]).toMatch(
      /peer\.message: awaitingToken → awaitingFilename\n +because isToken; does sayValid$/,
    );
    expect(trace.out[1]).toMatch(/peer\.message: awaitingFilename → opening$/);
    expect(trace.err.at(-1)).toBe("2 steps shown; ended after 2 steps (--n)");
  });

  it("says by which other guard, by way of which state, and what is done on arriving", async () => {
    const files = await lab.spawn("file-server", { service: "pdf", token: "server1" });
    const refused = await started(`trace ${files.id} --n 1`);
    await calculated(files, "wrong");
    await refused.exit;
    expect(refused.out[0]).toMatch(/because nothing before it holds; does sayInvalid, dropFile$/);
    const client = await started("trace role=x");
    expect(await client.exit).not.toBe(0);
    const server = await lab.spawn("calculator");
    const trace = await started("trace event=peer.ended --n 2");
    const asking = await lab.spawn("calculator-client", { port: server.port });
    await eventually(() => expect(lab.stories(server.id).at(-1)?.state).toBe("computing"));
    await lab.run(`fin ${lab.stories(server.id).at(-1)?.subject.id}`);
    await trace.exit;
    expect(asking.id).toBe("calculator-client-1");
    expect(trace.out[0]).toMatch(
      /peer\.ended: \w+ → failed\n +because .*; by way of ended; does noteEnded,\s+hangUp$/,
    );
  });

  it("shows the steps of an event, or into and out of a state, alone", async () => {
    const server = await lab.spawn("calculator");
    const quits = await started(`trace ${server.id} event=peer.quit --json`);
    const names = await started(`trace ${server.id} state=awaitingName --json`);
    // With --json nothing is said before the first step.
    await turns();
    await calculated(server, "ann", "1 + 1", "q");
    await eventually(() => expect(quits.data).toHaveLength(1));
    expect(quits.data).toMatchObject([
      { event: "peer.quit", from: "computing", to: "closed", actions: ["sayBye"] },
    ]);
    expect(names.data).toMatchObject([
      { event: "peer.message", to: "computing", actions: ["keepName", "sayHello"] },
    ]);
    quits.interrupt();
    names.interrupt();
    expect(await quits.exit).toBe(130);
  });
});

describe("tap", () => {
  it("shows bytes with --hex", async () => {
    const server = await lab.spawn("calculator");
    const tap = await started(`tap ${server.id} --hex --n 2`);
    await calculated(server, "ann", "q");
    await tap.exit;
    expect(tap.out[1]).toMatch(/→ "ann\\nq\\n" {2}6 bytes\n {2}000000 {2}61 6e 6e 0a 71 0a +\|ann\.q\.\|$/);
  });

  it("says why it stopped: the time, the count, Ctrl-C", async () => {
    const { id } = await lab.spawn("ack");
    const tap = await started(`tap ${id} --for 50ms`);
    await tap.exit;
    expect(tap.err.at(-1)).toBe("0 entries shown; ended after 0.05 s");
    const stopped = await started(`tap ${id}`);
    stopped.interrupt();
    await stopped.exit;
    expect(stopped.err.at(-1)).toBe("0 entries shown; ended by Ctrl-C");
  });

  it("counts what it leaves out: over the rate, and while its reader is behind", async () => {
    const server = await lab.spawn("calculator");
    const slow = await started(`tap ${server.id} --rate 2`);
    const behind = await started(`tap ${server.id}`, { isBehind: true });
    await calculated(server, "ann", ...Array.from({ length: 200 }, () => "1 + 1"), "q");
    slow.interrupt();
    behind.interrupt();
    await Promise.all([slow.exit, behind.exit]);
    expect(slow.out.length).toBeLessThan(20);
    expect(slow.err.join("\n")).toMatch(
      /^\d{3} entries left out, because there were more than --rate allows/m,
    );
    expect(behind.out).toEqual([]);
  });

  it("is over with its reader: nothing listens any more", async () => {
    const server = await lab.spawn("calculator");
    const tap = await started(`tap ${server.id}`);
    tap.interrupt();
    await tap.exit;
    await calculated(server, "ann", "1 + 1", "q");
    expect(tap.out).toEqual([]);
  });
});

describe("records --follow", () => {
  it("tells when a conversation of datagrams is over, as no entry of it does", async () => {
    const server = await lab.spawn("ack");
    const followed = await started(`records ${server.id} --follow --json`);
    const socket = createSocket("udp4");
    onTestFinished(() => void socket.close());
    socket.send("hello", server.port, "127.0.0.1");
    await eventually(() => expect(lab.stories(server.id).at(-1)?.bytesOut).toBe(2));
    const id = lab.stories(server.id).at(-1)?.subject.id;
    await lab.run(`stop ${server.id}`);
    await eventually(() => expect(followed.data.at(-1)).toEqual({ id, over: true }));
    followed.interrupt();
    await followed.exit;
  });
});
