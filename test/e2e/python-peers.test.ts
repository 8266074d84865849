/** Programs as students hand them in, against ours, in both directions. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { allListed, type FileLab, fileLab } from "./file-lab.ts";
import { freePorts } from "./free-ports.ts";
import type { Program } from "./program.ts";
import { discover } from "./registry-client.ts";
import { peers, Scene, sampleFiles } from "./scene.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const pdf = readFileSync(join(sampleFiles, "server.pdf"));

describe.skipIf(!hasPython)("Python programs (skipped without python3)", () => {
  const scene = new Scene();
  let lab: FileLab;
  let daemon: TestDaemon;
  let theirRegistry: number;
  let theirPort: number;

  /** `-u`: what they print is there at once. */
  const python = (program: string, ...args: (string | number)[]): Program =>
    scene.run("python3", ["-u", join(peers, program), ...args.map(String)]);
  const fetch = (folder: string, filename: string, ...options: string[]) => {
    mkdirSync(scene.path(folder), { recursive: true });
    return scene.node("netlabctl", ["fetch", ...filename.split(" "), ...options], {
      cwd: scene.path(folder),
    });
  };

  beforeAll(async () => {
    [theirRegistry = 0, theirPort = 0] = await freePorts(2);
    scene.file("theirs/server.gif", pdf);
    const registry = python("bootstrap_server.py", theirRegistry);
    lab = await fileLab();
    daemon = await TestDaemon.start(scene, { lab: lab.text });
    await Promise.all([registry.says("bootstrap server on port"), allListed(lab)]);
  });
  afterAll(() => scene.end());

  it("their client gets a file from us [FRAME-3, FRAME-6, FILE-0]", async () => {
    const saved = scene.path("saved.pdf");
    const { stdout, stderr, exit } = await python("file_client.py", lab.registry, "pdf", "server.pdf", saved)
      .ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout.trim().split("\n").slice(-4)).toEqual(["valid", "found", "size 110592", "received 110592"]);
    expect(stdout.match(/^discovered /gm)).toHaveLength(4);
    expect(readFileSync(saved).equals(pdf)).toBe(true);
    const told = await daemon.plain("explain file-server-2");
    for (const word of [
      "bare",
      '→ "‹7 bytes, hidden›"',
      '← "valid"',
      '→ "server.pdf"',
      '← "found"',
      "← 00 b0 01 00",
    ])
      expect(told).toContain(word);
  });

  it("their client with a wrong token hears Invalid, and is a case for conns [FILE-1]", async () => {
    const args = [lab.registry, "pdf", "server.pdf", scene.path("none.pdf"), "wrong"];
    expect(await python("file_client.py", ...args).ended).toMatchObject({
      exit: 1,
      stdout: expect.stringMatching(/^Invalid$/m),
      stderr: "the token is refused\n",
    });
    const conns = await daemon.document<ConnectionDocument[]>("conns file-server-2");
    expect(conns).toMatchObject([{ state: "closed", verdict: "refused", lastRule: "FILE-1" }]);
  });

  it("their client that asks for what is not there hears not found [FILE-3]", async () => {
    const args = [lab.registry, "pdf", "../lab.yaml", scene.path("none.pdf")];
    const { stdout, stderr, exit } = await python("file_client.py", ...args).ended;
    expect({ last: stdout.trim().split("\n").at(-1), stderr, exit }).toEqual({
      last: "not found",
      stderr: "no such file\n",
      exit: 1,
    });
  });

  it("their server registers with us, and our clients get its file", async () => {
    const server = python("file_server.py", lab.registry, theirPort, "gif", "theirs", scene.path("theirs"));
    await server.says("registered with");
    const listing = `${theirPort},gif,theirs`;
    await eventually(async () => expect((await discover(lab.registry))[0]).toContain(listing));
    const ours = ["--bootstrap", `localhost:${lab.registry}`];
    expect(await fetch("from-theirs", "gif server.gif", ...ours).ended).toMatchObject({
      exit: 0,
      stderr: "",
    });
    expect(readFileSync(scene.path("from-theirs/server.gif")).equals(pdf)).toBe(true);
    expect(server.stdout).toContain("acknowledged with b'Got\\x00'");
    expect(await fetch("from-theirs", "gif nope.gif", ...ours).ended).toMatchObject({ exit: 4 });
    const wrong = fetch("from-theirs", "gif server.gif", ...ours, "--token", "wrong", "--output", "x");
    expect(await wrong.ended).toMatchObject({ exit: 5 });
    expect(scene.names("from-theirs")).toEqual(["server.gif"]);
    const { id } = await daemon.document<InstanceDocument>(
      `spawn file-client --service gif --file server.gif --bootstrap localhost:${lab.registry}`,
    );
    await eventually(async () => expect(await daemon.plain(`show ${id}`)).toMatch(/result .*"ok":true/));
    expect(readFileSync(scene.path("lab.data/downloads/server.gif")).equals(pdf)).toBe(true);
  });

  it("our server registers with theirs once, which would list it twice [FILE-5]", async () => {
    const spawned = await daemon.document<InstanceDocument>(
      `spawn file-server theirs --service pdf --token secret --port 0 --bootstrap localhost:${theirRegistry}`,
    );
    const isListed = new RegExp(`^.*${spawned.id} .*, listed `, "m");
    await eventually(async () => expect(await daemon.plain("tree")).toMatch(isListed));
    expect(await discover(theirRegistry)).toEqual([`127.0.0.1,${spawned.port},pdf,secret`, "end"]);
    const { stdout, exit } = await fetch(
      "by-theirs",
      "pdf server.pdf",
      "--bootstrap",
      `localhost:${theirRegistry}`,
    ).ended;
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^saved .*server\.pdf/);
  });

  it("their client finds us through their registry", async () => {
    const saved = scene.path("all-theirs.pdf");
    const { stderr, exit } = await python("file_client.py", theirRegistry, "pdf", "server.pdf", saved).ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(readFileSync(saved).equals(pdf)).toBe(true);
  });
});
