/** `netlabctl fetch`: where the file lands, what is never left behind, and what it tells on the way. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byteSwapped } from "../../src/wire/byte-swapped.ts";
import { holdPort, swappablePort } from "../actors/held-port.ts";
import { type InstanceDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { conversations, FalseServers } from "./false-servers.ts";
import { allListed, type FileLab, fileLab } from "./file-lab.ts";
import { freePort } from "./free-ports.ts";
import type { Outcome } from "./program.ts";
import { Scene, sampleFiles } from "./scene.ts";

const pdf = readFileSync(join(sampleFiles, "server.pdf"));
const SAVED = /^saved (.*) {2}110592 bytes {2}sha256 ([0-9a-f]{64})\n$/;

const scene = new Scene();
const others = new FalseServers();
let lab: FileLab;
let daemon: TestDaemon;

beforeAll(async () => {
  lab = await fileLab();
  daemon = await TestDaemon.start(scene, { lab: lab.text });
  await allListed(lab);
});
afterAll(async () => {
  others.end();
  await scene.end();
});

/** In a folder of its own; by default from our lab. */
function fetch(folder: string, args: readonly string[], registry = lab.registry): Promise<Outcome> {
  mkdirSync(scene.path(folder), { recursive: true });
  const all = ["fetch", ...args, "--bootstrap", `localhost:${registry}`];
  return scene.node("netlabctl", all, { cwd: scene.path(folder) }).ended;
}

const fetchPdf = (folder: string, ...more: string[]) => fetch(folder, ["pdf", "server.pdf", ...more]);

describe.concurrent("fetch", () => {
  it("saves under the file's name, and tells path, size and digest", async () => {
    const { stdout, stderr, exit } = await fetchPdf("plain");
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(SAVED);
    expect(SAVED.exec(stdout)?.[1]).toBe(scene.path("plain/server.pdf"));
    expect(readFileSync(scene.path("plain/server.pdf")).equals(pdf)).toBe(true);
    expect(scene.names("plain")).toEqual(["server.pdf"]);
  });

  it("saves where --output says", async () => {
    expect(await fetchPdf("output", "--output", "other.pdf")).toMatchObject({ exit: 0 });
    expect(scene.names("output")).toEqual(["other.pdf"]);
  });

  it("never replaces a file, unless --force says so", async () => {
    mkdirSync(scene.path("twice"));
    writeFileSync(scene.path("twice/server.pdf"), "mine");
    const refused = await fetchPdf("twice");
    expect(refused).toMatchObject({
      exit: 5,
      stdout: "",
      stderr: `${scene.path("twice/server.pdf")} already exists: name another with --output, or replace it with --force\n`,
    });
    expect(readFileSync(scene.path("twice/server.pdf"), "utf8")).toBe("mine");
    expect(await fetchPdf("twice", "--force")).toMatchObject({ exit: 0 });
    expect(readFileSync(scene.path("twice/server.pdf")).equals(pdf)).toBe(true);
    expect(scene.names("twice")).toEqual(["server.pdf"]);
  });

  it("tells each step in a line under --explain, on standard error", async () => {
    const { stdout, stderr, exit } = await fetchPdf("explained", "--explain");
    expect(exit).toBe(0);
    expect(stdout).toMatch(SAVED);
    const lines = stderr.trimEnd().split("\n");
    for (const line of lines) expect(line).toMatch(/^ +\+\d+\.\d{3} {2}\S| {4}\S/);
    const steps = lines.map((line) => line.replace(/^ +\+\S+ +/, ""));
    const wanted = [
      "discovering: asks the registry by UDP",
      `send() to localhost:${lab.registry}: "DISCOVERY", 9 bytes`,
      `recv() from localhost:${lab.registry}: "end", 3 bytes`,
      "connecting: opens a TCP connection",
      `send() to 127.0.0.1:${lab.ports.pdf}: "‹7 bytes, hidden›", 7 bytes`,
      `recv() from 127.0.0.1:${lab.ports.pdf}: "valid", 5 bytes`,
      "requesting: says the filename",
      "sizing: waits for the size",
      `recv() from 127.0.0.1:${lab.ports.pdf}: 00 b0 01 00, 4 bytes`,
      'Got\\0", 4 bytes',
      "checking: the last byte is there",
      "saved: the file is whole",
      "the connection is closed",
    ];
    let from = 0;
    for (const one of wanted) {
      const at = steps.findIndex((step, index) => index >= from && step.includes(one));
      expect({ one, at, steps }).toMatchObject({
        one,
        at: expect.toSatisfy((index: number) => index >= from),
      });
      from = at + 1;
    }
  });

  it("goes to the server that --server names, and to no other", async () => {
    const second = await daemon.document<InstanceDocument>(
      "spawn file-server --service pdf --token second --port 0 --bootstrap",
      `localhost:${lab.registry}`,
    );
    const at = `127.0.0.1:${second.port}`;
    await eventually(async () =>
      expect(await daemon.plain("registry --service pdf")).toContain(`${second.port}`),
    );
    const { stderr, exit } = await fetchPdf("chosen", "--server", at, "--explain", "--show-tokens");
    expect(exit).toBe(0);
    expect(stderr).toContain(`send() to ${at}: "second", 6 bytes`);
    const nobody = await fetchPdf("chosen", "--server", "127.0.0.1:1", "--output", "x.pdf");
    const sentence = "cannot reach 127.0.0.1:1: no program listens there (ECONNREFUSED)\n";
    expect(nobody).toMatchObject({ exit: 6, stderr: expect.stringContaining(`${sentence}D31  violation:`) });
  });

  it("needs no registry where --server and --token say all", async () => {
    const direct = ["--server", `127.0.0.1:${lab.ports.pdf}`, "--token", "server2"];
    const nobody = await freePort();
    expect(await fetch("direct", ["pdf", "server.pdf", ...direct], nobody)).toMatchObject({ exit: 0 });
  });

  it("names --connect-host where the advertised address cannot be reached, and gets there with it", async () => {
    // Nobody listens there: TEST-NET addresses may be routed somewhere, a loopback address is not.
    const advertised = `127.9.9.9,${lab.ports.pdf},pdf,server2`;
    const registry = await others.start(conversations.isSilent, () => advertised);
    const lost = await fetch("elsewhere", ["pdf", "server.pdf"], registry);
    expect(lost).toMatchObject({
      exit: 6,
      stdout: "",
      stderr: expect.stringContaining(
        `cannot reach 127.9.9.9:${lab.ports.pdf}: no program listens there (ECONNREFUSED); where the registry's address cannot be reached from here, name another with --connect-host\nD31  violation: No program listens on that port`,
      ),
    });
    const found = await fetch("elsewhere", ["pdf", "server.pdf", "--connect-host", "127.0.0.1"], registry);
    expect(found).toMatchObject({ exit: 0, stderr: "" });
    expect(scene.names("elsewhere")).toEqual(["server.pdf"]);
  });
});

describe("fetch where a port has its two bytes exchanged", () => {
  it("leaves open whether the list or the server has the two bytes exchanged", async () => {
    const { port } = await holdPort("tcp", await swappablePort());
    const swapped = byteSwapped(port);
    const registry = await others.start(conversations.isSilent, () => `127.0.0.1,${swapped},pdf,server2`);
    const { stderr } = await fetch("swapped", ["pdf", "server.pdf"], registry);
    const told = stderr.replaceAll(/\s+/g, " ");
    expect(told).toContain(`The registry lists port ${swapped}, which no program has`);
    expect(told).toContain(`one listens on ${port}`);
    expect(told).toContain("Either the registered text was made with htons()");
  });
});

describe.concurrent("fetch from a server that does not keep to the protocol", () => {
  // The sentence, and the card whose first line follows it.
  const cases: [keyof typeof conversations, number, RegExp][] = [
    ["hangsUp", 6, /closed the connection before it answered\nD35 {2}violation: /],
    ["saysHello", 6, /answers "hello", which this protocol does not allow here\nD37 {2}violation: /],
    ["isSilent", 124, /no answer within 1\.5 s\n(?:at the other end: .+\n)?D38 {2}violation: /],
    ["closesEarly", 6, /\b1000\b.*\b1000000\b.*\nD33 {2}violation: /],
    ["lies", 6, /the size -5, which this protocol does not allow here/],
    ["sendsMore", 6, /announced 8 bytes, but at least \d+ more followed/],
  ];

  for (const [name, exit, sentence] of cases) {
    it(`ends with ${exit}, a sentence and no file when it ${name}`, async () => {
      const registry = await others.start(conversations[name]);
      const outcome = await fetch(name, ["bin", "some.bin", "--timeout", "1500ms"], registry);
      expect(outcome.stderr).toMatch(sentence);
      expect(outcome).toMatchObject({ exit, stdout: "" });
      expect(scene.names(name)).toEqual([]);
    });
  }
});

describe("the file client as a role", () => {
  it("fetches into the daemon's folder, to be watched there, and fails with the same words", async () => {
    const at = `--bootstrap localhost:${lab.registry}`;
    const { id } = await daemon.document<InstanceDocument>(
      `spawn file-client --service pdf --file server.pdf ${at}`,
    );
    await eventually(async () =>
      expect(await daemon.plain(`show ${id}`)).toMatch(/result +.*server\.pdf.*"sizeBytes":110592/),
    );
    expect(await daemon.document<InstanceDocument>(`show ${id}`)).toMatchObject({ state: "stopped" });
    expect(readFileSync(scene.path("lab.data/downloads/server.pdf")).equals(pdf)).toBe(true);
    const missing = await daemon.document<InstanceDocument>(
      `spawn file-client --service pdf --file nope.pdf ${at}`,
    );
    await eventually(async () =>
      expect(await daemon.document<InstanceDocument>(`show ${missing.id}`)).toMatchObject({
        state: "failed",
        lastError: 'the server has no file "nope.pdf" (not found)',
      }),
    );
  });
});
