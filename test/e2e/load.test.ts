/** A role of somebody's own, brought into a daemon that runs. */
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstanceDocument, TestDaemon } from "./daemon.ts";
import { checkout, Scene } from "./scene.ts";

const scene = new Scene();
const source = readFileSync(join(checkout, "examples/guess-number.ts"), "utf8");
let daemon: TestDaemon;
let port: number;

beforeAll(async () => {
  daemon = await TestDaemon.start(scene);
});
afterAll(() => scene.end());

const write = (text: string) => scene.file("guess-number.ts", text);

/** A connection, and its next words. */
function meet(): { socket: Socket; hears: () => Promise<string> } {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  const words: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.on("data", (text: string) => {
    const next = waiting.shift();
    if (next) next(text);
    else words.push(text);
  });
  const hears = async () => words.shift() ?? new Promise<string>((resolve) => waiting.push(resolve));
  return { socket, hears };
}

async function bidder(port: number, name: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  await once(socket, "data");
  socket.write(`${name}\n`);
  await once(socket, "data");
  return socket;
}

const heard = async (socket: Socket) => String((await once(socket, "data"))[0]);

describe("load", () => {
  it("brings in a role that can be spawned at once", async () => {
    expect(await daemon.ctl("load", write(source))).toMatchObject({
      exit: 0,
      stdout:
        "loaded guess-number: thinks of a number and lets the peer guess; start it with spawn guess-number\n",
    });
    const { exit, stdout } = await daemon.ctl(
      "--json",
      "spawn",
      "guess-number",
      "--most",
      "1",
      "--port",
      "0",
    );
    expect(exit).toBe(0);
    port = (JSON.parse(stdout) as InstanceDocument).port;
    const peer = meet();
    expect(await peer.hears()).toBe("I think of a number from 1 to 1");
    peer.socket.write("1");
    expect(await peer.hears()).toBe("Right, in 1 guesses");
  });

  it("replaces it for new connections, while the old ones finish on the old code", async () => {
    const before = meet();
    expect(await before.hears()).toBe("I think of a number from 1 to 1");
    const loaded = await daemon.ctl(
      "load",
      write(source.replaceAll("I think of", "Guess").replaceAll("Right", "Yes")),
    );
    expect(loaded.stdout).toContain("guess-number-1 plays it for new connections");
    const after = meet();
    expect(await after.hears()).toBe("Guess a number from 1 to 1");
    before.socket.write("1");
    after.socket.write("1");
    expect(await before.hears()).toBe("Right, in 1 guesses");
    expect(await after.hears()).toBe("Yes, in 1 guesses");
  });

  it.each([
    [
      "what is no TypeScript",
      (text: string) => text.replace("guessing: {\n", "guessing: {{\n"),
      /^guess-number\.ts:\d+:\d+: /,
    ],
    [
      "what does not type",
      (text: string) => text.replace("port: 4400", 'port: "4400"'),
      /^guess-number\.ts:\d+:\d+: TS2322: /,
    ],
    [
      "a phase of no state",
      (text: string) => text.replace("guessing: { reads", "guesing: { reads"),
      /^guess-number\.ts:\d+:\d+: phases\.guesing: /,
    ],
    [
      "an import that is not ours",
      (text: string) => text.replace('"xstate"', '"lodash"'),
      /^guess-number\.ts:\d+:\d+: /,
    ],
  ])("refuses %s with file and reason, and keeps the role it had", async (_, breakIt, reason) => {
    const { exit, stderr } = await daemon.ctl("load", write(breakIt(source)));
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringMatching(reason) });
    const peer = meet();
    expect(await peer.hears()).toBe("Guess a number from 1 to 1");
    peer.socket.destroy();
  });

  it("leaves netlabd's own roles alone", async () => {
    const { exit, stderr } = await daemon.ctl(
      "load",
      write(source.replace('name: "guess-number"', 'name: "chat"')),
    );
    expect({ exit, stderr }).toEqual({
      exit: 1,
      stderr: "chat is the name of one of netlabd's own roles: choose another\n",
    });
  });

  it("opens the file where the one who types is, and says when it is not there", async () => {
    const { exit, stderr } = await daemon.ctl("load", "./no-such-role.ts");
    expect(exit).not.toBe(0);
    expect(stderr).toContain("no-such-role.ts");
  });

  it("brings in the files that a role imports, and plays it when they are gone", async () => {
    for (const name of ["auction.ts", "auction-house.ts", "words.ts"])
      scene.file(`auction/${name}`, readFileSync(join(checkout, "examples/auction", name)));
    const loaded = await daemon.ctl("load", scene.path("auction/auction.ts"));
    expect(loaded).toMatchObject({ exit: 0, stdout: expect.stringContaining("loaded auction: ") });
    rmSync(scene.path("auction"), { recursive: true });
    const { port } = await daemon.document<InstanceDocument>("spawn", "auction", "--port", "0");
    const [ann, bob] = [await bidder(port, "ann"), await bidder(port, "bob")];
    ann.write("12\n");
    expect(await heard(bob)).toContain("ann bids 12");
    for (const socket of [ann, bob]) socket.destroy();
  });

  it("brings in a client that talks, made from netlabd's own", async () => {
    await daemon.ctl("load", join(checkout, "examples/auction/bidder.ts"));
    const { id } = await daemon.document<InstanceDocument>(
      "spawn",
      "bidder",
      "--port",
      "@auction",
      "--as",
      "ann",
    );
    expect(await daemon.ctl("wait-for", id, "listening", "--timeout", "10s")).toMatchObject({ exit: 0 });
    await daemon.ctl("say", id, "99");
    expect(await daemon.ctl("wait-for", "auction", "--text", "ann bids 99")).toMatchObject({ exit: 0 });
    await daemon.ctl("remove", id);
  });

  it.each([
    ["does not type", "lib/words.ts", 'export const WORD: number = "x";\n', /^lib\/words\.ts:1:14: TS2322: /],
    ["is no TypeScript", "lib/words.ts", "export const WORD = {{;\n", /^lib\/words\.ts:1:22: Expected/],
    [
      "throws",
      "lib/words.ts",
      '\n\nexport const WORD = "";\nthrow new Error("no words");\n',
      /^lib\/words\.ts:4:7: no words/,
    ],
    ["is not there", "lib/other.ts", "", /^guess-number\.ts:1:8: Could not resolve "\.\/lib\/words\.ts"/],
  ])("names an imported file that %s, with its line", async (_, name, text, reason) => {
    rmSync(scene.path("lib"), { recursive: true, force: true });
    scene.file(name, text);
    const { exit, stderr } = await daemon.ctl("load", write(`import "./lib/words.ts";\n${source}`));
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringMatching(reason) });
  });

  it("tells where in the user's files a connection crashed", async () => {
    scene.file("lib/words.ts", '\nexport function judge(): never {\n  throw new Error("no judge");\n}\n');
    const crashing = source
      .replace('name: "guess-number"', 'name: "crasher"')
      .replace("handle: judge", "handle: () => judgeNone()");
    await daemon.ctl("load", write(`import { judge as judgeNone } from "./lib/words.ts";\n${crashing}`));
    const crasher = await daemon.document<InstanceDocument>("spawn", "crasher", "--port", "0");
    const peer = connect(crasher.port, "127.0.0.1").on("error", () => undefined);
    peer.write("1\n");
    await daemon.program.says(/crasher-1\/c\d+ crashed: no judge \(\S*lib\/words\.ts:3:9\)/);
    peer.destroy();
    await daemon.ctl("remove", "crasher");
  });

  it("plays a role that an older version kept as its source, and keeps it as a bundle when it is loaded again", async () => {
    scene.file("old.data/roles/guess-number.ts", source);
    const old = await TestDaemon.start(scene, { name: "old" });
    expect(await old.document("spawn", "guess-number", "--port", "0")).toMatchObject({ state: "running" });
    await old.ctl("load", write(source));
    expect(scene.names("old.data/roles")).toEqual(["guess-number.js"]);
    await old.stop();
  });

  it("is there again after a kill -9, and so are its instances", async () => {
    await daemon.kill();
    daemon = await daemon.again();
    const instance = daemon.ready.instances.find(({ type }) => type === "guess-number");
    expect(instance).toMatchObject({ id: "guess-number-1", state: "running", port });
    expect(await meet().hears()).toBe("Guess a number from 1 to 1");
  });
});
