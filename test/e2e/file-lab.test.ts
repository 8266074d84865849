/** The first exercise: four file servers and their clients, all at once, as processes of their own. */
import { createHash } from "node:crypto";
import { closeSync, copyFileSync, createReadStream, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstanceDocument, type RegistrationDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { allListed, type FileLab, fileLab } from "./file-lab.ts";
import type { Program } from "./program.ts";
import { discover } from "./registry-client.ts";
import { Scene, sampleFiles } from "./scene.ts";

const BIG_BYTES = 200_000_000;

const scene = new Scene();
let lab: FileLab;
let daemon: TestDaemon;
let tap: Program;

beforeAll(async () => {
  const root = scene.path("served");
  mkdirSync(root);
  copyFileSync(join(sampleFiles, "server.pdf"), join(root, "server.pdf"));
  writeBigFile(join(root, "big.mp4"));
  lab = await fileLab(root);
  daemon = await TestDaemon.start(scene, { lab: lab.text });
  tap = daemon.startCtl("tap", "--json");
});
afterAll(() => scene.end());

/** Holes where nothing is, and bytes that no other place has in between: a block that goes astray shows. */
function writeBigFile(path: string): void {
  const file = openSync(path, "w");
  for (let position = 0; position < BIG_BYTES; position += 7_654_321) {
    writeSync(file, createHash("sha512").update(`at ${position}`).digest(), 0, 64, position);
  }
  writeSync(file, Buffer.from("!"), 0, 1, BIG_BYTES - 1);
  closeSync(file);
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash);
  return hash.digest("hex");
}

interface Saved {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

describe("two clients and four file servers", () => {
  it("lists the four servers to both clients", async () => {
    expect(await allListed(lab)).toEqual([
      `127.0.0.1,${Object.entries(lab.ports)
        .map(([service, port], index) => `${port},${service},server${index + 1}`)
        .sort()
        .join(",")}`,
      "end",
    ]);
    // Something to show is how it is known to follow.
    await eventually(async () => {
      await discover(lab.registry);
      expect(tap.stdout).toContain('"connection":"bootstrap-1/');
    });
    const clients = ["one", "two"].map(() =>
      scene.node("netlabctl", ["discover", "--bootstrap", `localhost:${lab.registry}`, "--json"]),
    );
    for (const { ended } of clients) {
      const { stdout, stderr, exit } = await ended;
      const documents = JSON.parse(stdout) as RegistrationDocument[];
      expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
      expect(Object.fromEntries(documents.map(({ service, port }) => [service, port]))).toEqual(lab.ports);
    }
  });

  it("gives both of them a small file and one of 200 MB at once, byte for byte, and refuses a third", async () => {
    const fetching = ["one", "two"].flatMap((client) => {
      const cwd = scene.path(client);
      mkdirSync(cwd);
      return [
        ["pdf", "server.pdf"],
        ["mp4", "big.mp4"],
      ].map((what) => scene.node("netlabctl", ["fetch", ...what, "--json", ...bootstrap()], { cwd }));
    });
    const third = scene.node("netlabctl", ["fetch", "mp4", "big.mp4", "--token", "wrong", ...bootstrap()]);
    expect(await third.ended).toMatchObject({
      exit: 5,
      stdout: "",
      stderr: expect.stringContaining("the server refuses the token (Invalid)"),
    });
    const outcomes = await Promise.all(fetching.map(({ ended }) => ended));
    expect(outcomes.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(
      Array(4).fill({ exit: 0, stderr: "" }),
    );
    const saved = outcomes.map(({ stdout }) => JSON.parse(stdout) as Saved);
    expect(saved.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      [scene.path("one/server.pdf"), 110_592],
      [scene.path("one/big.mp4"), BIG_BYTES],
      [scene.path("two/server.pdf"), 110_592],
      [scene.path("two/big.mp4"), BIG_BYTES],
    ]);
    const served = await Promise.all(
      ["server.pdf", "big.mp4"].map((name) => digest(scene.path("served", name))),
    );
    expect(saved.map(({ sha256 }) => sha256)).toEqual([...served, ...served]);
    expect(await Promise.all(saved.map(({ path }) => digest(path)))).toEqual([...served, ...served]);
  });

  it("shows all of it to a tap that runs meanwhile, until Ctrl-C", async () => {
    await tap.says('"kind":"refused"');
    tap.signal("SIGINT");
    const { stdout, stderr, exit } = await tap.ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 130 });
    const entries = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { connection: string; kind: string; text: string })
      .filter(({ connection }) => connection.startsWith("file-server"));
    const sent = entries.filter(({ kind }) => kind === "file").map(({ text }) => text);
    expect(sent.sort()).toEqual([
      ...Array(2).fill(`← the file big.mp4, ${BIG_BYTES} bytes`),
      ...Array(2).fill("← the file server.pdf, 110592 bytes"),
    ]);
    expect(new Set(entries.map(({ connection }) => connection)).size).toBe(5);
    expect(entries.filter(({ kind }) => kind === "refused")).toMatchObject([
      { text: "refused [FILE-1]: the token is wrong" },
    ]);
  });

  it("keeps four rows in the registry, before and after a kill -9 and a restart", async () => {
    const rows = async () =>
      (await daemon.document<RegistrationDocument[]>("registry --show-tokens")).map(
        ({ ip, port, service, token, registeredAt }) => ({ ip, port, service, token, registeredAt }),
      );
    const before = await rows();
    expect(before.map(({ service }) => service).sort()).toEqual(["mp4", "pdf", "png", "txt"]);
    await daemon.kill();
    daemon = await daemon.again();
    expect(await rows()).toEqual(before);
    const states = (await daemon.document<InstanceDocument[]>("ls")).map(({ id, state }) => `${id} ${state}`);
    expect(states).toHaveLength(5);
    for (const state of states) expect(state).toMatch(/ running$/);
  });
});

const bootstrap = () => ["--bootstrap", `localhost:${lab.registry}`];
