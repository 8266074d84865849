/** Roles of one's own that a lab file names, beside it; and instances whose role comes anew. */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Conversation } from "../actors/conversation.ts";
import { type InstanceDocument, launch, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { checkout, Scene } from "./scene.ts";

const scene = new Scene();
const source = readFileSync(join(checkout, "examples/guess-number.ts"), "utf8");
/** With another greeting, so that an edition can be told from another. */
const edition = (greeting: string) => source.replaceAll("I think of a number", greeting);
const LAB = `roles:
  - role: ./roles/guess-number.ts
    most: 10
    port: 0
`;
const UDP_ROLE = `import { defineRole } from "netlabd";
import { setup } from "xstate";
import { z } from "zod";
export default defineRole({
  name: "teller", summary: "says one word", side: "server", transport: "udp", port: 0, options: z.object({}),
  machine: setup({}).createMachine({ initial: "telling", states: { telling: {} } }),
  phases: { telling: { reads: "text", rule: "TELL-1", expects: "a question", handle: (_, { peer }) => void peer.send("WORD") } },
});
`;
let daemon: TestDaemon;

beforeAll(async () => {
  scene.file("roles/guess-number.ts", edition("First"));
  daemon = await TestDaemon.start(scene, { lab: LAB });
});
afterAll(() => scene.end());

async function greeting(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  const [text] = await once(socket, "data");
  socket.destroy();
  return String(text);
}

const instance = async (id: string) => daemon.document<InstanceDocument>("show", id);
const reload = () => daemon.program.signal("SIGHUP");

describe("a lab file that brings a role", () => {
  it("plays it from the file beside it, with the options that the role takes", async () => {
    const [played] = daemon.ready.instances;
    expect(played).toMatchObject({ id: "guess-number-1", type: "guess-number", state: "running" });
    expect(await greeting(played?.port ?? 0)).toBe("First from 1 to 10");
    expect(await daemon.document("spawn", "guess-number", "--port", "0")).toMatchObject({ state: "running" });
  });

  it("plays what the file says when it is read again, as new connections see it", async () => {
    const { port } = await instance("guess-number-1");
    scene.file("roles/guess-number.ts", edition("Second"));
    reload();
    await eventually(async () => expect(await greeting(port)).toBe("Second from 1 to 10"));
    expect(await instance("guess-number-1")).toMatchObject({ port, restarts: 0 });
    expect(await greeting((await instance("guess-number-2")).port)).toBe("Second from 1 to 100");
  });

  it("makes no new edition where the files say the same: who is in a room stays in it", async () => {
    for (const name of ["auction.ts", "auction-house.ts", "words.ts"])
      scene.file(`auction/${name}`, readFileSync(join(checkout, "examples/auction", name)));
    const lab = "roles:\n  - role: ./auction/auction.ts\n    port: 0\n";
    const auction = await TestDaemon.start(scene, { lab, name: "auction" });
    const port = auction.ready.instances[0]?.port ?? 0;
    const ann = await Conversation.open(port);
    await ann.hears("Who bids?");
    ann.say("ann\n");
    await ann.hears("no bid yet\n");
    auction.program.signal("SIGHUP");
    await auction.program.says("SIGHUP: the lab auction is read again");
    const bob = await Conversation.open(port);
    await bob.hears("Who bids?");
    bob.say("bob\n");
    await bob.hears("no bid yet\n");
    bob.say("12\n");
    await ann.hears("bob bids 12\n");
    ann.end();
    bob.end();
    await auction.stop();
  });

  it("stays as it is where the role is wrong, and says in which line of both files", async () => {
    const { port } = await instance("guess-number-1");
    scene.file("roles/guess-number.ts", edition("Third").replace("port: 4400", 'port: "none"'));
    reload();
    await daemon.program.says(/lab\.yaml:2: guess-number\.ts:\d+:\d+: TS2322: /);
    expect(await greeting(port)).toBe("Second from 1 to 10");
  });

  it("is refused at the start where the role is wrong or not there", async () => {
    const start = async (lab: string) => launch(scene, { lab, name: "wrong" }).ended;
    const missing = await start("roles:\n  - role: ./nowhere.ts\n");
    expect(missing).toMatchObject({ exit: 2, stderr: expect.stringMatching(/wrong\.yaml:2: .*nowhere\.ts/) });
    scene.file("thrower.ts", '\nthrow new Error("not today");\n');
    expect(await start("roles:\n  - role: thrower.ts\n")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("wrong.yaml:2: thrower.ts:2:7: not today"),
    });
    scene.file("chat.ts", source.replace('name: "guess-number"', 'name: "chat"'));
    expect(await start("roles:\n  - role: ./chat.ts\n")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("wrong.yaml:2: chat is the name of one of netlabd's own roles"),
    });
  });

  it("has its role forgotten by the file alone, and not while somebody plays it", async () => {
    expect(await daemon.ctl("remove", "guess-number-2")).toMatchObject({ exit: 0 });
    expect(await daemon.ctl("unload", "guess-number")).toMatchObject({
      exit: 5,
      stderr: "guess-number comes from the lab file: remove it there, then use reload\n",
    });
    scene.file("lab.yaml", "roles: []\n");
    reload();
    await eventually(async () => expect(await daemon.document("ls")).toEqual([]));
    await eventually(async () => expect(await daemon.plain("roles")).not.toContain("guess-number"));
  });
});

describe("a role that is loaded again", () => {
  let first: string;
  const load = (text: string) => daemon.ctl("load", scene.file("mine/guess-number.ts", text));

  it("reads anew what its instances were given", async () => {
    await load(edition("First"));
    const { id, port } = await daemon.document<InstanceDocument>("spawn", "guess-number", "--port", "0");
    first = id;
    expect(await greeting(port)).toBe("First from 1 to 100");
    expect(await load(edition("Second").replace("default(100)", "default(7)"))).toMatchObject({
      exit: 0,
      stderr: "",
    });
    expect(await greeting(port)).toBe("Second from 1 to 7");
    expect(await instance(first)).toMatchObject({ options: { most: 7 } });
  });

  it("is not taken by an instance that was given what it does not take", async () => {
    const given = ["spawn", "guess-number", "mine", "--most", "50", "--port", "0"];
    const { id, port } = await daemon.document<InstanceDocument>(...given);
    const loaded = await load(
      edition("Third").replace("max(1_000_000)", "max(9)").replace("default(100)", "default(9)"),
    );
    expect(loaded).toMatchObject({ exit: 0, stdout: expect.stringContaining(`${first} plays it`) });
    expect(loaded.stderr).toMatch(new RegExp(`^${id} keeps the edition it has: .*--most`));
    expect(await greeting(port)).toBe("Second from 1 to 50");
    expect(await greeting((await instance(first)).port)).toBe("Third from 1 to 9");
  });

  it("answers the next datagram, where it is one of datagrams", async () => {
    const teller = (word: string) => scene.file("mine/teller.ts", UDP_ROLE.replace("WORD", word));
    await daemon.ctl("load", teller("first"));
    const { port } = await daemon.document<InstanceDocument>("spawn", "teller", "--port", "0");
    const socket = createSocket("udp4");
    const asked = async () => {
      socket.send("?", port, "127.0.0.1");
      return String((await once(socket, "message"))[0]);
    };
    expect(await asked()).toBe("first");
    await daemon.ctl("load", teller("second"));
    expect(await asked()).toBe("second");
    socket.close();
    await daemon.ctl("remove", "teller");
  });

  it("is unloaded when nobody plays it any more, and gone from the data folder", async () => {
    expect(await daemon.ctl("unload", "guess-number")).toMatchObject({
      exit: 5,
      stderr: expect.stringMatching(
        new RegExp(`^guess-number is played by ${first}, (guess-number-\\d+): remove ${first} \\1 first\n$`),
      ),
    });
    expect(scene.names("lab.data/roles")).toEqual(["guess-number.js", "teller.js"]);
    await daemon.ctl("remove", "guess-number");
    expect(await daemon.ctl("unload", "guess-number")).toMatchObject({
      exit: 0,
      stdout: "unloaded guess-number; load brings it back\n",
    });
    expect(scene.names("lab.data/roles")).toEqual(["teller.js"]);
    expect(await daemon.ctl("spawn", "guess-number")).toMatchObject({ exit: 4 });
  });

  it("cannot be unloaded where it is none, or netlabd's own", async () => {
    expect(await daemon.ctl("unload", "gues-number")).toMatchObject({ exit: 4 });
    expect(await daemon.ctl("unload", "chat")).toMatchObject({
      exit: 5,
      stderr: "chat is one of netlabd's own roles and cannot be unloaded\n",
    });
  });
});
