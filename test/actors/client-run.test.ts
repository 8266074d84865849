/** The file client against our own registry and file server: what a run comes to, and what it leaves on the disk. */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import type { Instance } from "../../src/actors/instance.ts";
import type { FetchResult } from "../../src/machines/file-client.ts";
import { LabDatabase } from "../../src/stores/database.ts";
import { openRegistry } from "../../src/stores/registry.ts";
import givesUpWhileConnecting from "../fixtures/roles/gives-up-while-connecting.ts";
import type { Conversation } from "./conversation.ts";
import { eventually, openLab, type TestLab, temporaryFolder, turns } from "./harness.ts";
import { scriptedServer } from "./scripted-server.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const schema = fileURLToPath(new URL("../../data/schema.sql", import.meta.url));

/** A registry and a registered file server with `server.pdf`. */
async function fileLab() {
  const database = LabDatabase.open(await temporaryFolder(), schema);
  onTestFinished(() => database.close());
  const lab = await openLab([], { registry: openRegistry(database, systemClock) });
  const pdf = await lab.addFile("server.pdf");
  const bootstrap = `127.0.0.1:${(await lab.spawn("bootstrap")).port}`;
  const server = await lab.serveFiles({ bootstrap });
  await eventually(() => expect(lab.environment.registry.list("pdf")).toHaveLength(1));
  return { lab, pdf, bootstrap, server };
}

/** A whole run of the client. */
async function run(
  lab: TestLab,
  given: Record<string, unknown>,
): Promise<FetchResult & { instance: Instance }> {
  const all = { service: "pdf", file: "server.pdf", timeout: "5s", ...given };
  const instance = lab.supervisor.add({ role: "file-client", given: all });
  instance.start();
  await instance.reaches((state) => state === "stopped" || state === "failed");
  return { ...(instance.result as FetchResult), instance };
}

const downloads = (lab: TestLab) => readdir(path.join(lab.folder, "downloads"));

describe("a run of the file client", () => {
  it("discovers the server, fetches the file, and tells its SHA-256", async () => {
    const { lab, pdf, bootstrap } = await fileLab();
    const { instance, ...result } = await run(lab, { bootstrap });
    const saved = path.join(lab.folder, "downloads", "server.pdf");
    const sha256 = createHash("sha256").update(pdf).digest("hex");
    expect(result).toEqual({ ok: true, path: saved, sizeBytes: pdf.length, sha256 });
    expect((await readFile(saved)).equals(pdf)).toBe(true);
    expect(await downloads(lab)).toEqual(["server.pdf"]);
    expect(instance.state).toBe("stopped");
    // One story, from the question to the last byte.
    const story = lab.recorder.all().find(({ subject }) => subject.instance === instance.id);
    const moves = story?.entries.flatMap((entry) => (entry.kind === "transition" ? [entry.to] : []));
    const way = "connecting authenticating requesting sizing receiving checking keeping saved";
    expect(moves?.join(" ")).toBe(way);
    expect(story?.fault).toBeUndefined();
    expect(story?.endedAt).toBeDefined();
  });

  it("goes straight to a server that it is told, with its token", async () => {
    const { lab, server } = await fileLab();
    const result = await run(lab, { server: `127.0.0.1:${server.port}`, token: "server1" });
    expect(result).toMatchObject({ ok: true });
  });

  it("saves under the name it is told, and only the last part of the server's counts", async () => {
    const { lab, pdf, bootstrap } = await fileLab();
    expect(await run(lab, { bootstrap, output: "mine.pdf" })).toMatchObject({ ok: true });
    expect(await run(lab, { bootstrap, file: "./server.pdf" })).toMatchObject({ ok: true });
    expect((await downloads(lab)).sort()).toEqual(["mine.pdf", "server.pdf"]);
    expect((await readFile(path.join(lab.folder, "downloads", "mine.pdf"))).equals(pdf)).toBe(true);
  });

  it("does not replace a file, unless that is wanted", async () => {
    const { lab, pdf, bootstrap } = await fileLab();
    const saved = path.join(lab.folder, "downloads", "server.pdf");
    await writeFile(saved, "mine");
    expect(await run(lab, { bootstrap })).toMatchObject({ ok: false, code: "file-exists" });
    expect(await readFile(saved, "utf8")).toBe("mine");
    expect(await run(lab, { bootstrap, force: true })).toMatchObject({ ok: true });
    expect((await readFile(saved)).equals(pdf)).toBe(true);
    expect(await downloads(lab)).toEqual(["server.pdf"]);
  });
});

describe("a run that comes to nothing", () => {
  it.each([
    ["the token is wrong", { token: "server2" }, "token-refused", /refuses the token \(Invalid\)/],
    ["the file is missing", { file: "none.pdf" }, "no-such-file", /has no file "none\.pdf" \(not found\)/],
    ["nobody serves it", { service: "mp4" }, "no-such-service", /lists no server for "mp4"; it lists pdf$/],
    ["no server is there", { server: "127.0.0.1:1", token: "t" }, "unreachable", /ECONNREFUSED/],
    [
      "no registry is there",
      { bootstrap: "127.0.0.1:1" },
      "unreachable",
      /^cannot reach 127\.0\.0\.1:1: no program listens/,
    ],
  ])("says why: %s", async (_what, given, code, message) => {
    const { lab, bootstrap } = await fileLab();
    const { instance, ...result } = await run(lab, { bootstrap, ...given });
    expect(result).toMatchObject({ ok: false, code, message: expect.stringMatching(message) });
    expect([instance.state, instance.lastError]).toEqual(["failed", (result as { message: string }).message]);
    const story = lab.recorder.all().find(({ subject }) => subject.instance === instance.id);
    expect(story?.fault).toBe(code === "token-refused" ? "refused" : "failed");
    expect(await downloads(lab)).toEqual([]);
  });

  it("is told by a registry that does not answer, after its time limit", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    // It receives and says nothing.
    const silent = await lab.spawn("bootstrap");
    lab.environment.registry.settled = () => undefined;
    const ended = run(lab, { bootstrap: `127.0.0.1:${silent.port}`, timeout: "3s" });
    await eventually(() => expect(lab.recorder.find("bootstrap-1/u1")?.bytesIn).toBe("DISCOVERY".length));
    clock.advance(3_000);
    expect(await ended).toMatchObject({
      ok: false,
      code: "timed-out",
      message: expect.stringMatching(/within 3 s$/),
    });
  });
});

describe("a run that is stopped", () => {
  it("in the middle of a file leaves nothing behind", async () => {
    const lab = await openLab();
    const served = await scriptedServer(async (client) => {
      await client.hears("server1");
      client.say("valid");
      await client.hears("server.pdf");
      client.say(Buffer.from("found\0\0\x01\0only the beginning", "latin1"));
    });
    const given = {
      service: "pdf",
      file: "server.pdf",
      server: `127.0.0.1:${served.port}`,
      token: "server1",
    };
    const instance = lab.supervisor.add({ role: "file-client", given });
    instance.start();
    await eventually(async () => expect(await downloads(lab)).toEqual(["server.pdf.part"]));
    await lab.supervisor.stop(instance);
    expect(instance.result).toMatchObject({ ok: false, code: "interrupted" });
    expect(lab.recorder.live()).toEqual([]);
    await eventually(async () => expect(await downloads(lab)).toEqual([]));
    expect(instance.service.peers).toBe(0);
  });

  it("while it connects leaves no connection behind", async () => {
    const lab = await openLab([givesUpWhileConnecting]);
    const clients: Conversation[] = [];
    const served = await scriptedServer(async (client) => void clients.push(client));
    const given = { server: `127.0.0.1:${served.port}` };
    const instance = lab.supervisor.add({ role: "gives-up-while-connecting", given });
    instance.start();
    await instance.reaches((state) => state === "stopped");
    await eventually(() => expect(clients).toHaveLength(1));
    await clients[0]?.hearsTheEnd();
    await turns();
    expect(instance.service.peers).toBe(0);
    expect(lab.recorder.live()).toEqual([]);
  });
});
