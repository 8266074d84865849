/** What scripts read of a running daemon: the ready line, and the documents of every command that lists. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "./daemon.ts";
import { allListed, type FileLab, fileLab } from "./file-lab.ts";
import { discover } from "./registry-client.ts";
import { Scene } from "./scene.ts";

const INSTANCE =
  "id type name label state transport host port alsoPorts options connections restarts startedAt lastError".split(
    " ",
  );
/** Lists and `show` sum up the peers too: that is looked for when somebody asks, not with each change. */
const LISTED = [...INSTANCE, "verdicts", "cards"];
const CONNECTION =
  "id role label leg pair remote state waitsFor since bytesIn bytesOut framing lastRule verdict cards".split(
    " ",
  );
const REGISTRATION = "ip port service token registeredAt lastSeenAt expiresAt".split(" ");
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const scene = new Scene();
let lab: FileLab;
let daemon: TestDaemon;

beforeAll(async () => {
  lab = await fileLab();
  daemon = await TestDaemon.start(scene, { lab: lab.text });
});
afterAll(() => scene.end());

const keysOf = (document: object) => Object.keys(document);

describe("the ready line", () => {
  it("is one line of JSON that tells pid, socket and instances", () => {
    expect(daemon.program.stdout.split("\n")).toHaveLength(2);
    expect(keysOf(daemon.ready)).toEqual(["event", "pid", "socket", "instances"]);
    expect(daemon.ready).toMatchObject({ event: "ready", pid: daemon.program.pid, socket: daemon.socket });
  });

  it("has an instance for each role of the lab, in its order, with exactly the documented keys", () => {
    const { instances } = daemon.ready;
    expect(instances.map(({ id }) => id)).toEqual([
      "bootstrap-1",
      "file-server-1",
      "file-server-2",
      "file-server-3",
      "file-server-4",
    ]);
    for (const instance of instances) expect(keysOf(instance)).toEqual(INSTANCE);
  });

  it("tells the options in force, masks tokens, and says null where nothing is", () => {
    const [bootstrap, , pdf] = daemon.ready.instances;
    expect(bootstrap).toMatchObject({ transport: "udp", port: lab.registry, host: "localhost" });
    expect(pdf).toMatchObject({
      type: "file-server",
      name: null,
      label: null,
      state: "running",
      transport: "tcp",
      port: lab.ports.pdf,
      connections: 0,
      restarts: 0,
      lastError: null,
      options: { service: "pdf", token: "****", bootstrap: `localhost:${lab.registry}`, root: "files" },
    });
    expect(pdf?.startedAt).toMatch(RFC_3339);
  });
});

describe("documents", () => {
  it("are the same for an instance, whoever answers", async () => {
    const listed = await daemon.document<InstanceDocument[]>("ls");
    const spawned = await daemon.document<InstanceDocument>(
      "spawn file-server mine --service txt --token secret --port 0 --label s042",
    );
    const shown = await daemon.document<InstanceDocument>("show mine");
    const stopped = await daemon.document<InstanceDocument>("stop mine");
    const tree = await daemon.document<InstanceDocument[]>("tree");
    for (const one of [spawned, stopped]) expect(keysOf(one)).toEqual(INSTANCE);
    for (const one of [...listed, shown]) expect(keysOf(one)).toEqual(LISTED);
    expect(keysOf(tree[0] ?? {})).toEqual([...INSTANCE, "peers"]);
    expect(listed.map(({ startedAt }) => startedAt)).toEqual(
      daemon.ready.instances.map(({ startedAt }) => startedAt),
    );
    expect(spawned).toMatchObject({ id: "file-server-5", name: "mine", label: "s042", state: "running" });
    expect(shown).toEqual({ ...spawned, verdicts: {}, cards: [] });
    expect(stopped).toEqual({ ...spawned, state: "stopped", startedAt: null });
  });

  it("of connections have exactly the documented keys", async () => {
    const client = connect(lab.ports.pdf, "127.0.0.1");
    client.on("error", () => undefined).write("server2");
    await new Promise((resolve) => client.once("data", resolve));
    const conns = await daemon.document<ConnectionDocument[]>("conns file-server-2");
    for (const one of conns) expect(keysOf(one)).toEqual(CONNECTION);
    expect(conns).toHaveLength(1);
    expect(conns[0]).toMatchObject({
      id: expect.stringMatching(/^file-server-2\/c\d+$/),
      role: "file-server-2",
      label: null,
      remote: `127.0.0.1:${client.localPort}`,
      state: "awaitingFilename",
      waitsFor: "a filename",
      bytesIn: 7,
      bytesOut: 5,
      framing: "bare",
      lastRule: "FILE-1",
      verdict: "ok",
    });
    expect(conns[0]?.since).toMatch(RFC_3339);
    const short = conns[0]?.id.split("/")[1] ?? "";
    expect(keysOf(await daemon.document(`show ${short}`))).toEqual(CONNECTION);
    client.destroy();
  });

  it("of senders of datagrams are the same", async () => {
    await discover(lab.registry);
    const senders = await daemon.document<ConnectionDocument[]>("conns bootstrap");
    expect(senders.length).toBeGreaterThan(0);
    for (const one of senders) expect(keysOf(one)).toEqual(CONNECTION);
    expect(senders.at(-1)).toMatchObject({
      id: expect.stringMatching(/^bootstrap-1\/u\d+$/),
      framing: "datagram",
    });
  });

  it("of registrations have exactly the documented keys, tokens masked unless asked for", async () => {
    await allListed(lab);
    const [first] = await daemon.document<object[]>("registry --service mp4");
    expect(keysOf(first ?? {})).toEqual(REGISTRATION);
    expect(first).toMatchObject({ ip: "127.0.0.1", port: lab.ports.mp4, token: "****", expiresAt: null });
    const [told] = await daemon.document<object[]>("registry --service mp4 --show-tokens");
    expect(told).toMatchObject({ token: "server1" });
    const leased = await daemon.document<{ expiresAt: string; registeredAt: string }>(
      "register 10.0.0.9 4000 gif secret --lease 90s",
    );
    expect(keysOf(leased)).toEqual(REGISTRATION);
    expect(Date.parse(leased.expiresAt) - Date.parse(leased.registeredAt)).toBe(90_000);
    expect(await daemon.document("deregister 10.0.0.9 4000")).toEqual({
      ip: "10.0.0.9",
      port: 4000,
      removed: true,
    });
  });
});

describe("--json", () => {
  it.each([
    "ls",
    "tree",
    "conns",
    "conns --all",
    "registry",
    "roles",
    "logs",
    "help",
    "info",
    "show file-server",
  ])("makes %s answer with nothing but JSON", async (line) => {
    const { stdout, stderr, exit } = await daemon.ctl("--json", ...line.split(" "));
    expect(stderr).toBe("");
    expect(exit).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    for (const one of lines) expect(JSON.parse(one)).toBeTypeOf("object");
    if (line !== "logs") expect(lines).toHaveLength(1);
  });
});
