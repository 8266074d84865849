/** An echo server with commands over real sockets, files and programs, with every kind of peer. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { localPrograms } from "../../src/actors/programs.ts";
import type { Environment } from "../../src/actors/service.ts";
import echo from "../../src/machines/echo.ts";
import echoClient from "../../src/machines/echo-client.ts";
import { converse, eventually, openLab, temporaryFolder } from "../actors/harness.ts";
import { isGone } from "../actors/processes.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { runLines } from "./client-session.ts";
import { habits, speaker } from "./habits.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

const GREETING = "Enter your command please";
const README = "Read me first.\nThen the others.\n";
const MEBIBYTE = 1_048_576;

async function serving(given: Record<string, unknown> = {}, parts: Partial<Environment> = {}) {
  const folder = await temporaryFolder();
  const programs = localPrograms((root) => path.resolve(folder, root));
  const lab = await openLab([echo, echoClient], { programs, ...parts }, folder);
  await lab.addFile("readme.txt", README);
  await lab.addFile("empty.txt", "");
  const server = await lab.spawn("echo", { allowRun: ["ls", "sh", "env", "echo"], ...given });
  expect(server.state, server.lastError).toBe("running");
  return { lab, server, folder, files: path.join(folder, "files") };
}

async function talking(given: Record<string, unknown> = {}) {
  const scene = await serving(given);
  const peer = await converse(scene.server);
  await peer.hears(GREETING);
  return { ...scene, peer };
}

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === "::1");

describe("a peer that sends", () => {
  it.each(habits)("$what is answered as it ends its own messages [ECHO-0…ECHO-3]", async (habit) => {
    const clock = new SimulatedClock();
    const { lab, server } = await serving({}, { clock });
    const peer = await converse(server);
    const say = speaker(habit, peer, lab, clock);
    const { ending } = habit;
    // What ends in a newline has that of a line already.
    const endOfLines = ending === "\n" ? "" : ending;
    await peer.hears(GREETING);
    await say("hello");
    await peer.hears(`hello${ending}`);
    await say("download readme.txt");
    await peer.hears(README);
    await say("download none.txt");
    await peer.hears(`Problem in opening file${ending}`);
    await say("download empty.txt");
    await peer.hears(`\n${endOfLines}`);
    await say("run ls");
    await peer.hears(`empty.txt\nreadme.txt\n${endOfLines}`);
    await say("run sh -c :");
    await peer.hears(`\n${endOfLines}`);
    await say("run rm readme.txt");
    await peer.hears(`rm is not allowed: this server runs ls, sh, env, echo [ECHO-1]${ending}`);
    await say("close");
    expect((await peer.hearsTheEnd()).toString()).toBe(`Closing...${ending}`);
    expect(lab.storyOf(peer)).toMatchObject({ framing: habit.framing, fault: undefined });
  });

  it("many lines at once has each answered in its turn, a file and a program among them [ECHO-0]", async () => {
    const { peer } = await talking();
    peer.say("one\ndownload readme.txt\ntwo\nrun sh -c ls\nthree\nclose\nfour\n");
    const answers = ["one\n", README, "two\n", "empty.txt\nreadme.txt\n", "three\n", "Closing...\n"];
    expect((await peer.hearsTheEnd()).toString()).toBe(answers.join(""));
    peer.end();
    await peer.over();
    expect(peer.error).toBeUndefined();
  });

  it("a command and a FIN gets its file, and no word after it [FRAME-8]", async () => {
    const { peer, lab } = await talking();
    peer.end("download readme.txt");
    expect((await peer.hearsTheEnd()).toString()).toBe(README);
    await peer.over();
    expect(lab.storyOf(peer).fault).toBeUndefined();
  });

  it("close without a newline among its lines is understood after a while [FRAME-2]", async () => {
    const clock = new SimulatedClock();
    const { lab, server } = await serving({}, { clock });
    const peer = await converse(server);
    await peer.hears(GREETING);
    peer.say("hello\nclose");
    await peer.hears("hello\n");
    expect(lab.storyOf(peer).state).toBe("answering");
    clock.advance(2_000);
    expect((await peer.hearsTheEnd()).toString()).toBe("Closing...\n");
  });

  it("invalid UTF-8 breaks nothing [FRAME-7]", async () => {
    const { peer } = await talking();
    peer.say(Buffer.from([0x68, 0xff, 0x0a]));
    await peer.hears("h\ufffd\n");
    peer.say("hello\n");
    await peer.hears("hello\n");
  });

  it("to a server with --framing line reads a greeting that is a line [FRAME-5]", async () => {
    const { server } = await serving({ framing: "line" });
    const peer = await converse(server);
    await peer.hears(`${GREETING}\n`);
  });
});

describe("a reply", () => {
  it("leaves in one write [ECHO-0]", async () => {
    const { lab, server, peer } = await talking();
    const film = await lab.addFile("film.mp4", 120_000);
    const write = vi.spyOn(Socket.prototype, "write");
    onTestFinished(() => write.mockRestore());
    peer.say("hello\n");
    await peer.hears("hello\n");
    peer.say("download film.mp4\n");
    await peer.hears(film);
    peer.say("run ls\n");
    await peer.hears("empty.txt\nfilm.mp4\nreadme.txt\n");
    const sizes = write.mock.calls
      .filter((_, call) => (write.mock.contexts[call] as Socket).localPort === server.port)
      .map(([bytes]) => Buffer.from(bytes).length);
    expect(sizes).toEqual(["hello\n".length, 120_000, "empty.txt\nfilm.mp4\nreadme.txt\n".length]);
  });

  it("is no longer than one recv with --max-reply 4096, and the next one follows it [ECHO-3]", async () => {
    const { lab, peer } = await talking({ maxReply: 4_096 });
    const film = await lab.addFile("film.mp4", 100_000);
    peer.say("download film.mp4\n");
    await peer.hears(film.subarray(0, 4_096));
    peer.say(`${"x".repeat(5_000)}\n`);
    await peer.hears(`${"x".repeat(4_095)}\n`);
    peer.say("hello\n");
    await peer.hears("hello\n");
    expect(peer.unread).toHaveLength(0);
  });

  it("may be 16 MiB to a peer that reads slowly: that is no queue to be dropped for [ECHO-3]", async () => {
    const { lab, server } = await serving();
    const film = await lab.addFile("film.mp4", 16 * MEBIBYTE);
    const slow = await converse(server, { isDeaf: true });
    slow.say("download film.mp4\n");
    await eventually(() => expect(lab.controlOf(slow)?.queuedBytes).toBeGreaterThan(0));
    slow.listen();
    await slow.hears(GREETING);
    await slow.hears(film);
    slow.say("hello\n");
    await slow.hears("hello\n");
  });

  it("of more than 16 MiB is a problem, and remarked [ECHO-3]", async () => {
    const { lab, peer, files } = await talking();
    await lab.addFile("film.mp4", 1);
    await truncate(path.join(files, "film.mp4"), 16 * MEBIBYTE + 1);
    peer.say("download film.mp4\n");
    await peer.hears("Problem in opening file\n");
    expect(lab.events).toContainEqual(expect.objectContaining({ type: "connection.remark" }));
  });

  it("is never a file from outside the root [ECHO-3, FILE-3]", async () => {
    const { peer, folder, files } = await talking();
    await writeFile(path.join(folder, "secret.txt"), "secret");
    await symlink(path.join(folder, "secret.txt"), path.join(files, "link.txt"));
    await mkdir(path.join(files, "folder"));
    const outside = [
      "../secret.txt",
      path.join(folder, "secret.txt"),
      "link.txt",
      "folder",
      ".",
      "a/../../secret.txt",
    ];
    for (const name of outside) {
      peer.say(`download ${name}\n`);
      await peer.hears("Problem in opening file\n");
    }
  });
});

describe("a program", () => {
  it("runs in the root, without a shell and without the daemon's environment [ECHO-1]", async () => {
    const { peer } = await talking();
    peer.say("run echo $(id) ; id | cat > x * `ls`\n");
    await peer.hears("$(id) ; id | cat > x * `ls`\n");
    peer.say("run ls; id\n");
    await peer.hears("ls; is not allowed: this server runs ls, sh, env, echo [ECHO-1]\n");
    peer.say("run ls none.txt\n");
    await eventually(() => expect(peer.unread.toString()).toMatch(/none\.txt.*No such file.*\n$/));
    await peer.hearsBytes(peer.unread.length);
    peer.say("run env\n");
    await eventually(() => expect(peer.unread.toString()).toMatch(/LANG.*\n/));
    expect(peer.unread.toString().trim().split("\n").sort()).toEqual(["LANG=C.UTF-8", "PATH=/usr/bin:/bin"]);
  });

  it("does not run at all where it was not allowed [ECHO-1]", async () => {
    const { peer, files } = await talking({ allowRun: undefined });
    peer.say("run touch x\n");
    await peer.hears("run is off: this server was started without --allow-run [ECHO-1]\n");
    expect(existsSync(path.join(files, "x"))).toBe(false);
  });

  const pidIn = async (files: string) => {
    const file = path.join(files, "pid");
    await eventually(() => expect(readFileSync(file, "utf8")).toMatch(/^\d+\n$/));
    return Number(readFileSync(file, "utf8"));
  };
  const SLEEPER = "echo $$ > pid; sleep 60";

  it("ends with its peer's connection [ECHO-1]", async () => {
    const { peer, files } = await talking();
    await writeFile(path.join(files, "sleeper.sh"), SLEEPER);
    peer.say("run sh sleeper.sh\n");
    const pid = await pidIn(files);
    peer.reset();
    await isGone(pid);
  });

  it("ends with its role [ECHO-1]", async () => {
    const { peer, files, server } = await talking();
    await writeFile(path.join(files, "sleeper.sh"), SLEEPER);
    peer.say("run sh sleeper.sh\n");
    const pid = await pidIn(files);
    server.stop(0);
    await isGone(pid);
  });
});

describe("the addresses", () => {
  it.skipIf(!hasIpv6)("of both families are served at once, on the same port [ECHO-4]", async () => {
    const { lab, server } = await serving({ host: "localhost" });
    const [four, six] = await Promise.all([
      converse(server, { host: "127.0.0.1" }),
      converse(server, { host: "::1" }),
    ]);
    for (const peer of [four, six]) await peer.hears(GREETING);
    four.say("over IPv4\n");
    six.say("over IPv6\n");
    await four.hears("over IPv4\n");
    await six.hears("over IPv6\n");
    expect(lab.storyOf(four).subject.remote.address).toBe("127.0.0.1");
    expect(lab.storyOf(six).subject.remote.address).toBe("::1");
  });

  it.skipIf(!hasIpv6)("of IPv4 peers on an IPv6 socket are shown without ::ffff: [ECHO-4]", async () => {
    const { lab, server } = await serving({ host: "::ffff:127.0.0.1" });
    const peer = await converse(server);
    await peer.hears(GREETING);
    const { remote } = lab.storyOf(peer).subject;
    expect(remote).toEqual({ address: "127.0.0.1", port: peer.port });
    const opened = lab.events.find(({ type }) => type === "connection.opened");
    expect(opened).toMatchObject({ remote: `127.0.0.1:${peer.port}` });
  });
});

/** A folder that the test's client works in. */
async function workingFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const cwd = vi.spyOn(process, "cwd").mockReturnValue(folder);
  onTestFinished(() => cwd.mockRestore());
  return folder;
}

describe("our client", () => {
  it("says, runs and downloads at our server, and saves what it gets [ECHO-0…ECHO-3]", async () => {
    const { lab, server } = await serving();
    const film = await lab.addFile("film.mp4", 3 * MEBIBYTE);
    const folder = await workingFolder();
    const lines = ["hello", "download film.mp4", "download none.txt", "run sh -c ls", "download readme.txt"];
    const { shown, hints, result } = runLines(echoClient, { port: server.port }, lines);
    expect(await result).toMatchObject({ ok: false, code: "no-such-file" });
    expect(shown).toEqual([
      GREETING,
      "hello",
      "Problem in opening file",
      "empty.txt\nfilm.mp4\nreadme.txt",
      "Closing...",
    ]);
    const saved = path.join(folder, "client_film.mp4");
    expect(hints).toEqual([
      `saved ${saved}, ${film.length} bytes`,
      'the server has no file "none.txt": nothing is saved',
      `saved ${path.join(folder, "client_readme.txt")}, ${README.length} bytes`,
    ]);
    expect(readFileSync(saved).equals(film)).toBe(true);
    expect(readFileSync(path.join(folder, "client_readme.txt"), "utf8")).toBe(README);
  });

  it("leaves a file that is there alone, unless it is told --force", async () => {
    const { server } = await serving();
    const folder = await workingFolder();
    const saved = path.join(folder, "client_readme.txt");
    await writeFile(saved, "mine");
    const first = runLines(echoClient, { port: server.port }, ["download readme.txt"]);
    expect(await first.result).toMatchObject({ ok: false, code: "name-taken" });
    expect([readFileSync(saved, "utf8"), existsSync(`${saved}.part`)]).toEqual(["mine", false]);
    const second = runLines(echoClient, { port: server.port, force: true }, ["download readme.txt"]);
    expect(await second.result).toEqual({ ok: true });
    expect(readFileSync(saved, "utf8")).toBe(README);
  });

  it.skipIf(!hasIpv6)("talks over IPv6 too [ECHO-4]", async () => {
    const { server } = await serving({ host: "::1" });
    const { shown, result } = runLines(echoClient, { host: "::1", port: server.port }, ["hello"]);
    expect(await result).toEqual({ ok: true });
    expect(shown).toEqual([GREETING, "hello", "Closing..."]);
  });

  it("saves into the downloads of a daemon that plays it", async () => {
    const { lab, server, folder } = await serving();
    const client = await lab.spawn("echo-client", { host: "127.0.0.1", port: server.port, quiet: "50ms" });
    client.service.say?.("download readme.txt");
    client.service.say?.("close");
    expect(await client.reaches((state) => state === "stopped" || state === "failed")).toBe("stopped");
    expect(readFileSync(path.join(folder, "downloads", "client_readme.txt"), "utf8")).toBe(README);
  });

  it.skipIf(!hasPython)(
    "talks to their server, and downloads from it (skipped without python3)",
    async () => {
      const files = await temporaryFolder();
      await writeFile(path.join(files, "readme.txt"), README);
      const { port, program } = await pythonServer("echo_server.py", [files]);
      const folder = await workingFolder();
      const lines = ["hello", "download readme.txt", "download none.txt", "run ls", "close"];
      const { shown, result } = runLines(echoClient, { port }, lines);
      expect(await result).toMatchObject({ ok: false, code: "no-such-file" });
      expect(shown).toEqual([GREETING, "hello", "Problem in opening file", "readme.txt", "Closing..."]);
      expect(readFileSync(path.join(folder, "client_readme.txt"), "utf8")).toBe(README);
      expect(program.stdout).toContain("got 'hello'\ngot 'download readme.txt'\n");
    },
  );
});

describe.skipIf(!hasPython)("their client (skipped without python3)", () => {
  const hosts = hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

  it.each(hosts)("gets every reply from us with one recv each, at %s [ECHO-0…ECHO-4]", async (host) => {
    const { lab, server } = await serving({ host: "localhost", maxReply: 4_096 });
    await lab.addFile("big.txt", "x".repeat(10_000));
    const folder = await temporaryFolder();
    const commands = [
      "hello",
      "download readme.txt",
      "download big.txt",
      "download none.txt",
      "download empty.txt",
      "run ls",
      "run sh -c :",
      "run id",
      "close",
    ];
    const { stdout, stderr, exit } = await pythonPeer("echo_client.py", [
      host,
      server.port,
      folder,
      ...commands,
    ]).ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout.split("\n")).toEqual([
      GREETING,
      "hello",
      `saved client_readme.txt ${README.length}`,
      "saved client_big.txt 4096",
      "Problem in opening file",
      "saved client_empty.txt 1",
      "big.txt",
      "empty.txt",
      "readme.txt",
      "",
      "",
      "",
      "id is not allowed: this server runs ls, sh, env, echo [ECHO-1]",
      "Closing...",
      "then b''",
      "",
    ]);
    expect(readFileSync(path.join(folder, "client_readme.txt"), "utf8")).toBe(README);
  });
});
