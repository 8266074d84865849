/** `conns`, `explain`, `seq`, `graph` and `replay` with `--capture FILE`, from a shell and without a daemon: two others' conversations. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Path, TcpFlag, tcpPacket } from "../../src/capture/ip-packet.ts";
import { packetBlock } from "../../src/capture/pcapng-writer.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { captured, captureOf, octets } from "../capture/scene.ts";
import { fileOf, mutants, mutated } from "../conformance/mutants.ts";
import { hasTshark } from "../has-tshark.ts";
import { eventually } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { checkout, Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end(), 60_000);

const ctl = (...words: string[]) => scene.node("netlabctl", words).ended;
const json = async <Document>(...words: string[]): Promise<Document> => {
  const { stdout, stderr, exit } = await ctl(...words, "--json");
  expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
  return JSON.parse(stdout) as Document;
};

const unwrapped = (text: string) => text.replace(/\s+/g, " ");

interface Row {
  readonly id: string;
  readonly plays: string | null;
  readonly verdict: string;
  readonly fault: string | null;
}

const opened: Entry = { kind: "opened", at: 0, state: "awaitingName" };
const ends = (port: number) => ({
  id: `calculator-1/c${port}`,
  remote: { address: "127.0.0.1", port },
  local: { address: "127.0.0.1", port: 4389 },
});
const talk = (answer: string, port: number) =>
  captured(
    [
      opened,
      octets("in", 1_000, "ann\n"),
      octets("in", 300_000, "15 + 35\n"),
      octets("out", 301_000, answer),
      octets("in", 600_000, "q\n"),
      { kind: "fin", at: 601_000 },
      { kind: "ended", at: 602_000 },
      { kind: "closed", at: 603_000, by: "us" },
    ],
    ends(port),
  );

/** A client's SYN, and the reset of a machine on which no program listens. */
function refusedTo(port: number): Buffer {
  const client = { address: "127.0.0.1", port: 50_009 };
  const server = { address: "127.0.0.1", port };
  const packet = (ns: bigint, path: Path, flags: number) => {
    const segment = { flags, sequence: 1, acknowledgement: 2, window: 512, options: Buffer.alloc(0) };
    const wired = tcpPacket(path, { ...segment, bytes: Buffer.alloc(0), size: 0 });
    return packetBlock({ ...wired, ns, direction: "in", comments: [] });
  };
  return Buffer.concat([
    captureOf(),
    packet(1_000_000_000n, { from: client, to: server }, TcpFlag.SYN),
    packet(1_000_900_000n, { from: server, to: client }, TcpFlag.RST | TcpFlag.ACK),
  ]);
}

/** Words of no role, at no role's port. */
const stray = captured([opened, octets("in", 1_000, "good day\n"), octets("out", 2_000, "and to you\n")], {
  id: "any-1/c1",
  remote: { address: "127.0.0.1", port: 50_008 },
  local: { address: "127.0.0.1", port: 22_222 },
});

describe("a capture file of two others", () => {
  let file = "";
  beforeAll(() => {
    file = scene.file("lab.pcapng", captureOf(talk("50.0\n", 50_001), talk("51.0\n", 50_002)));
  });

  it("is listed by conns, with verdict and what is found, as lines and as documents", async () => {
    const { stdout, stderr, exit } = await ctl("conns", "--capture", file);
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/))).toMatchObject([
      ["ID", "CLIENT", "SERVER", "IN", "OUT", "VERDICT", "NOTE"],
      ["calculator-1/c1", "127.0.0.1:50001", "127.0.0.1:4389", "14", "5", "ok"],
      [
        "calculator-1/c2",
        "127.0.0.1:50002",
        "127.0.0.1:4389",
        "14",
        "5",
        "violation",
        expect.stringMatching(/^D78: /),
      ],
      [""],
    ]);
    const rows = await json<Row[]>("conns", "--capture", file);
    expect(rows.map(({ plays, verdict, fault }) => ({ plays, verdict, fault }))).toEqual([
      { plays: "calculator", verdict: "ok", fault: null },
      { plays: "calculator", verdict: "violation", fault: "server" },
    ]);
  });

  it("is explained: those with a mistake, with both answers, and the rest in a list; or the one that is named", async () => {
    const { stdout, exit } = await ctl("explain", "--capture", file);
    expect(exit).toBe(0);
    expect(unwrapped(stdout)).toContain('he server answered "51.0", ours would have said "50.0"');
    expect(stdout).toContain("a mistake of the server");
    expect(stdout).toMatch(/told above:\n {2}calculator-1\/c1 +ok\n$/);
    const { told, others } = await json<{ told: { disagreements: { said: string }[] }[]; others: Row[] }>(
      "explain",
      "--capture",
      file,
    );
    expect(told.map(({ disagreements }) => disagreements.map(({ said }) => said))).toEqual([['"51.0"']]);
    expect(others.map(({ id }) => id)).toEqual(["calculator-1/c1"]);
    const one = await json<Row & { entries: unknown[]; diagnoses: { id: string }[] }>(
      "explain",
      "c2",
      "--capture",
      file,
    );
    expect(one.diagnoses.map(({ id }) => id)).toEqual(["D78"]);
    expect(one.entries.length).toBeGreaterThan(5);
  });

  it("is drawn by seq and graph, in each of their forms", async () => {
    const seq = await ctl("seq", "c1", "--capture", file);
    expect(seq).toMatchObject({ exit: 0, stdout: expect.stringContaining("15 + 35") });
    const steps = await json<{ steps: { kind: string; text: string }[] }>("seq", "c1", "--capture", file);
    expect(steps.steps.filter(({ kind }) => kind === "message").length).toBeGreaterThan(4);
    const graph = await ctl("graph", "c1", "--capture", file);
    expect(graph).toMatchObject({ exit: 0, stdout: expect.stringContaining("computing") });
    expect((await ctl("graph", "c1", "--capture", file, "--format", "mermaid")).stdout).toContain(
      "stateDiagram",
    );
    expect((await ctl("seq", "c1", "--capture", file, "--format", "mermaid")).stdout).toContain(
      "sequenceDiagram",
    );
    const svg = scene.path("c1.svg");
    expect((await ctl("seq", "c1", "--capture", file, "--out", svg)).exit).toBe(0);
    expect(readFileSync(svg, "utf8")).toContain("<svg");
  });

  it("is played again: alike, with exit status 0, and otherwise, with 1", async () => {
    const alike = await ctl("replay", "c1", "--capture", file);
    expect(alike).toMatchObject({ exit: 0, stdout: expect.stringContaining("the same transitions") });
    const other = await ctl("replay", "c2", "--capture", file);
    expect(other).toMatchObject({ exit: 1, stdout: expect.stringContaining("another way") });
  });

  it.each(["conns", "explain", "seq", "graph", "replay"])(
    "is refused in words by %s where it is none",
    async (command) => {
      const missing = await ctl(command, "--capture", scene.path("none.pcap"));
      expect(missing).toMatchObject({
        stdout: "",
        stderr: expect.stringContaining("there is no such file (ENOENT)"),
      });
      const text = await ctl(
        command,
        "--capture",
        scene.file("server.py", "import socket\nprint('this is no capture')\n"),
      );
      expect(text).toMatchObject({ stdout: "", stderr: expect.stringContaining("is not a capture") });
      const bytes = readFileSync(file);
      bytes.fill(0xff, 300, 340);
      const damaged = await ctl(command, "--capture", scene.file("damaged.pcapng", bytes));
      expect(damaged).toMatchObject({ stdout: "", stderr: expect.stringMatching(/damaged at byte \d+/) });
      for (const { exit } of [missing, text, damaged]) expect([2, 4, 6]).toContain(exit);
      const unknown = await ctl(command, "--capture", file, "--role", "calculater");
      expect(unknown).toMatchObject({ exit: 4, stderr: expect.stringContaining("calculator") });
    },
  );

  it.each(["replay", "graph"])("has nothing to %s of a connection that was refused", async (command) => {
    const refused = await ctl(command, "--capture", scene.file("refused.pcapng", refusedTo(4389)));
    expect(refused).toMatchObject({ stdout: "", stderr: expect.stringContaining("was refused: no program") });
    const stranger = await ctl(command, "--capture", scene.file("stranger.pcapng", captureOf(stray)));
    expect(stranger).toMatchObject({ exit: 4, stderr: expect.stringContaining("name it with --role") });
  });

  it.each(["explain", "seq", "graph", "replay"])(
    "has no connection that is not in it, says %s",
    async (command) => {
      const none = await ctl(command, "c99", "--capture", file);
      expect(none).toMatchObject({ exit: 4, stdout: "", stderr: expect.stringContaining("c99") });
    },
  );

  it("that ends in the middle of a packet is read up to there, and that is said", async () => {
    const cut = scene.file("cut.pcapng", readFileSync(file).subarray(0, -10));
    const { stdout, stderr, exit } = await ctl("conns", "--capture", cut);
    expect({ stderr, exit }).toMatchObject({
      exit: 0,
      stderr: expect.stringMatching(/middle of a packet, at byte \d+/),
    });
    expect(stdout).toContain("calculator-1/c1");
  }, 90_000);
});

const mayCapture =
  hasTshark && spawnSync("tshark", ["-i", "lo", "-a", "duration:0", "-w", "/dev/null"]).status === 0;
const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!mayCapture || !hasPython)(
  "a capture by tshark of a student's server and client (skipped without both)",
  () => {
    const right = join(checkout, "test/conformance/right");

    async function captureOfTwo(mistake?: string): Promise<string> {
      const [port = 0] = await freePorts(1);
      const folder = scene.path(mistake ? "wrong" : "right");
      spawnSync("cp", ["-r", right, folder]);
      const mutant = mutants.find(({ of, name }) => of === "calculator-server" && name === mistake);
      if (mutant) scene.file(join(mistake ? "wrong" : "right", fileOf(mutant)), mutated(mutant));
      const file = scene.path(`${mistake ? "wrong" : "right"}.pcapng`);
      const tshark = scene.run("tshark", ["-q", "-l", "-i", "lo", "-f", `tcp port ${port}`, "-w", file]);
      await eventually(() => expect(existsSync(file) ? statSync(file).size : 0).toBeGreaterThan(0));
      const server = scene.run("python3", ["-uB", "calculator-server.py", String(port)], { cwd: folder });
      await eventually(async () => {
        const client = scene.run("python3", ["-uB", "calculator-client.py", "127.0.0.1", String(port)], {
          cwd: folder,
          input: "ann\n15 + 35\n1 / 4\nq\n",
        });
        expect((await client.ended).exit).toBe(0);
      });
      await eventually(async () =>
        expect((await ctl("conns", "--capture", file, "--role", "calculator")).stdout).toContain(
          "calculator-1/c1",
        ),
      );
      tshark.signal("SIGINT");
      await tshark.ended;
      await server.end();
      return file;
    }

    it("finds no mistake in right ones", async () => {
      const rows = await json<Row[]>("conns", "--capture", await captureOfTwo());
      const last = rows.at(-1);
      expect(last).toMatchObject({ plays: "calculator", fault: null });
      expect((await ctl("replay", "--capture", scene.path("right.pcapng"))).exit).toBe(0);
    });

    it("tells a wrong server's answer, and ours", async () => {
      const { stdout } = await ctl("explain", "@last", "--capture", await captureOfTwo("adds one"));
      expect(unwrapped(stdout)).toContain('he server answered "51.0", ours would have said "50.0"');
      expect(stdout).toContain("a mistake of the server");
    });
  },
);
