/** The control socket is its owner's alone, and a client of it that misbehaves harms nobody else. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takenMs } from "../processor-time.ts";
import { launch, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { checkout, dist, Scene } from "./scene.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const asNobody = { uid: NOBODY, gid: NOBODY };
/** Another user is at hand, and may run the Node that runs this. */
const hasNobody = isRoot && spawnSync(process.execPath, ["--version"], asNobody).status === 0;

const scene = new Scene();
let daemon: TestDaemon;
const sockets: Socket[] = [];

beforeAll(async () => {
  // What is refused is to be the socket, not the way there.
  chmodSync(scene.folder, 0o755);
  daemon = await TestDaemon.start(scene);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await scene.end();
});

function open(): Socket {
  const socket = connect(daemon.socket);
  socket.on("error", () => undefined);
  sockets.push(socket);
  return socket;
}

/** Writes past the stream: one that cannot write any more would drop what it has not read yet. */
function floodPast(socket: Socket): void {
  const { fd } = (socket as unknown as { _handle?: { fd: number } })._handle ?? {};
  if (fd === undefined || socket.destroyed) return;
  try {
    writeSync(fd, "x".repeat(1_048_576));
  } catch {
    // The buffers are full, or the other side has closed.
  }
}

/** How another user's program fares that connects. */
function nobodyAt(socketPath: string): string {
  const source = `require("node:net").connect(${JSON.stringify(socketPath)})
    .on("error", ({ code }) => console.log(code)).on("connect", () => { console.log("connected"); process.exit(); })`;
  return spawnSync(process.execPath, ["-e", source], { ...asNobody, encoding: "utf8" }).stdout.trim();
}

const modeOf = (...names: string[]) => (statSync(path.join(...names)).mode & 0o777).toString(8);

describe("the control socket", () => {
  it("is 0600 in a folder of 0700, and what the daemon keeps is its owner's too", async () => {
    const program = scene.node("netlabd", [
      "--lab",
      "none",
      "--no-repl",
      "--ready-json",
      "--data",
      scene.path("own"),
    ]);
    await program.says('"event":"ready"');
    const run = scene.path("run", "netlabd");
    expect([modeOf(run), modeOf(run, "default.sock"), modeOf(scene.path("own"))]).toEqual([
      "700",
      "600",
      "700",
    ]);
    const files = readdirSync(scene.path("own")).filter((name) => name.startsWith("netlab.db"));
    expect(files.map((name) => `${name} ${modeOf(scene.path("own"), name)}`)).toEqual(
      files.map((name) => `${name} 600`),
    );
    expect(files).toContain("netlab.db-wal");
    program.signal("SIGTERM");
    await program.ended;
  });

  it.skipIf(!hasNobody)(
    "cannot be connected to by another user (skipped where there is no other to play)",
    () => {
      expect(nobodyAt(daemon.socket)).toBe("EACCES");
      // The same by way of a socket that everybody may use: the test can fail.
      chmodSync(daemon.socket, 0o666);
      expect(nobodyAt(daemon.socket)).toBe("connected");
      chmodSync(daemon.socket, 0o600);
    },
  );

  it.skipIf(!isRoot)(
    "is not made in a folder of somebody else's (skipped where nothing can be given away)",
    async () => {
      mkdirSync(scene.path("theirs"), { mode: 0o755 });
      chownSync(scene.path("theirs"), NOBODY, NOBODY);
      const { exit, stderr } = await launch(scene, { name: "theirs/lab" }).ended;
      expect([exit, stderr]).toEqual([
        5,
        expect.stringMatching(/theirs cannot be used: it belongs to user 65534; name another with --socket/),
      ]);
      // The default one, made by somebody who was quicker.
      mkdirSync(scene.path("netlabd-0"), { mode: 0o777 });
      chownSync(scene.path("netlabd-0"), NOBODY, NOBODY);
      expect(await launch(scene, { name: "netlabd-0/lab" }).ended).toMatchObject({ exit: 5 });
    },
  );

  it("is not made where others may put one of their own, except where the system keeps them apart", async () => {
    mkdirSync(scene.path("open"));
    chmodSync(scene.path("open"), 0o777);
    const { exit, stderr } = await launch(scene, { name: "open/lab" }).ended;
    expect([exit, stderr]).toEqual([5, expect.stringContaining("others may write into it")]);
    chmodSync(scene.path("open"), 0o1777);
    const fine = await TestDaemon.start(scene, { name: "open/lab" });
    expect(modeOf(fine.socket)).toBe("600");
    await fine.stop();
  });

  it.skipIf(!isRoot)(
    "is not attached to where it is somebody else's (skipped where nothing can be given away)",
    async () => {
      const trap = await TestDaemon.start(scene, { name: "trap" });
      chownSync(trap.socket, NOBODY, NOBODY);
      expect(await trap.ctl("ls")).toMatchObject({
        exit: 5,
        stderr: expect.stringMatching(/trap\.sock belongs to user 65534/),
      });
      chownSync(trap.socket, 0, 0);
      expect(await trap.ctl("ls")).toMatchObject({ exit: 0 });
      await trap.stop();
    },
  );

  it.skipIf(!isRoot)(
    "of a service may be attached to by root, in a place that root gave it (skipped without root)",
    async () => {
      mkdirSync(scene.path("service/run"), { recursive: true, mode: 0o755 });
      const service = await TestDaemon.start(scene, { name: "service/run/lab" });
      chownSync(service.socket, NOBODY, NOBODY);
      expect(await service.ctl("ls")).toMatchObject({ exit: 0 });
      await service.stop();
    },
  );

  it("is made in a folder that a link of ours or of root's leads to", async () => {
    mkdirSync(scene.path("private"));
    symlinkSync("private", scene.path("netlabd"));
    const linked = await TestDaemon.start(scene, { name: "netlabd/lab" });
    expect(modeOf(scene.path("private"))).toBe("700");
    await linked.stop();
  });

  it.skipIf(!isRoot)("is made in none that another's link leads to (skipped without root)", async () => {
    mkdirSync(scene.path("good"));
    symlinkSync("good", scene.path("netlabd-7"));
    lchownSync(scene.path("netlabd-7"), NOBODY, NOBODY);
    const { exit, stderr } = await launch(scene, { name: "netlabd-7/lab" }).ended;
    expect([exit, stderr]).toEqual([5, expect.stringContaining("it belongs to user 65534")]);
  });
});

it("is said to be closed, and the peers served on, where the program was replaced beneath the daemon", async () => {
  cpSync(dist, scene.path("moved/dist"), { recursive: true });
  for (const name of ["package.json", "data/labs", "data/schema.sql"])
    cpSync(path.join(checkout, name), scene.path("moved", name), { recursive: true });
  symlinkSync(path.join(checkout, "node_modules"), scene.path("moved/node_modules"));
  const [port = 0] = await freePorts(1);
  const lab = scene.file("moved.yaml", JSON.stringify({ roles: [{ role: "echo", port }] }));
  const places = ["--data", scene.path("moved.data"), "--socket", scene.path("moved.sock"), "--lab", lab];
  const program = scene.run(process.execPath, [
    scene.path("moved/dist/netlabd.js"),
    ...places,
    "--no-repl",
    "--ready-json",
  ]);
  await program.says('"event":"ready"');
  rmSync(scene.path("moved/dist"), { recursive: true });
  expect(await text(connect(scene.path("moved.sock")).end("ls\n"))).toContain(
    "the program files were replaced while the daemon ran",
  );
  expect(await text(connect(port, "127.0.0.1").end("close"))).toBe("Enter your command pleaseClosing...");
  program.signal("SIGTERM");
  expect(await program.ended).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining("cannot attach: the program files were replaced"),
  });
});

describe("a client of the control socket that", () => {
  /** Another operator is answered as ever, at once. */
  async function othersAreWell(): Promise<void> {
    const asked = async () => expect(await daemon.plain("roles")).toContain("file-server");
    expect(await takenMs(asked, daemon.program.pid)).toBeLessThan(2_000);
  }

  it.each(["", "{"])("sends a line without end, beginning %j, is told so and closed", async (beginning) => {
    const socket = open();
    await once(socket, "connect");
    socket.write(beginning);
    let heard = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      heard += chunk;
    });
    // As fast as it is taken, and after it was said that it is too much.
    const flood = setInterval(() => floodPast(socket), 5);
    await new Promise((closed) => socket.once("close", closed));
    clearInterval(flood);
    expect(heard).toContain("a line over 4194304 bytes");
    await othersAreWell();
  });

  it("sends half a line and nothing more waits by itself", async () => {
    for (const half of ['{"id":1,"op":"run","line":"l', "l"]) open().write(half);
    await othersAreWell();
  });

  it("sends junk is told for each line, and may go on", async () => {
    const socket = open();
    const junk = [
      "{",
      "{}",
      '{"id":"1","op":"run"}',
      `{"id":1,"op":"run","line":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      '{"id":1e999,"op":"hello"}',
      '{"id":1,"op":"constructor"}',
      '{"id":1,"op":"run","columns":-1}',
      '{"__proto__":{"id":1,"op":"hello"}}',
      "{\u0000\u001b[2J",
      "null",
      "[]",
      '"ls"',
    ];
    socket.write(`${junk.join("\n")}\n{"id":99,"op":"run","line":"info"}\n`);
    let heard = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      heard += chunk;
    });
    await eventually(async () => expect(heard).toContain('{"id":99,"exit":0}'));
    const refused = heard.split("\n").filter((line) => line.includes("not a request"));
    expect(refused).toHaveLength(junk.length);
    await othersAreWell();
  });

  it("asks for more at once than anybody reads is refused beyond a limit, and costs nothing when it has gone", async () => {
    const socket = open();
    for (let id = 1; id <= 300; id += 1) socket.write(`{"id":${id},"op":"run","line":"tap"}\n`);
    let heard = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      heard += chunk;
    });
    await eventually(async () => expect(heard.match(/"exit":5/g)).toHaveLength(44));
    expect(heard).toContain("256 commands are under way on this connection");
    await othersAreWell();
    socket.destroy();
  });

  it("types faster than its lines run, and reads nothing, is read no further", async () => {
    const socket = open();
    socket.pause();
    // 40 MiB: the kernel's buffers and the daemon's take some; then nobody takes any more.
    for (let sent = 0; sent < 40; sent += 1) socket.write("roles\n".repeat(174_763));
    let left = Number.NaN;
    while (socket.writableLength !== left) {
      left = socket.writableLength;
      await othersAreWell();
    }
    expect(left).toBeGreaterThan(30 * 1_048_576);
    socket.destroy();
    await othersAreWell();
  });

  it("keeps no daemon from stopping", async () => {
    const half = open();
    half.write("{");
    const stopped = async () => expect(await daemon.stop()).toMatchObject({ exit: 0, signal: null });
    expect(await takenMs(stopped, daemon.ready.pid)).toBeLessThan(5_000);
  });
});
