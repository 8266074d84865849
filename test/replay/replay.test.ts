/** Recorded conversations played again to fresh machines, from real sockets in a real daemon. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { setup } from "xstate";
import { turns } from "../../src/actors/turns.ts";
import { exitCodes } from "../../src/errors.ts";
import type { LabInstance } from "../../src/lab/lab.ts";
import type { Role, Session } from "../../src/machines/_role.ts";
import calculator from "../../src/machines/calculator.ts";
import type { PeerMessage } from "../../src/wire/message.ts";
import { converse, eventually } from "../actors/harness.ts";
import { DiagnosisLab } from "../diagnoses/lab.ts";

const lab = new DiagnosisLab();
lab.use();
const PDF = { service: "pdf", token: "server1" };
const ALIKE = "the same machine, the same transitions";

const storyOf = ({ id }: LabInstance) => lab.stories(id).at(-1);
const over = (instance: LabInstance) => eventually(() => expect(storyOf(instance)?.endedAt).toBeDefined());

async function replayOf(instance: LabInstance, options = ""): Promise<string> {
  const { out, err } = await lab.run(`replay ${storyOf(instance)?.subject.id} ${options}`);
  expect(err).toBe("");
  return out;
}

function everySecond(): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count % 2 === 0;
  };
}

function rootWith(files: Readonly<Record<string, string>>): string {
  const folder = path.join(lab.daemon.lab.dataFolder, `files-${Object.keys(files).join("-")}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("a server's conversation is played again alike", () => {
  it("with files that are found and not found, an acknowledgement in time and one that is late", async () => {
    const root = rootWith({ "a.pdf": "content" });
    const server = await lab.spawn("file-server", { ...PDF, root });
    const peer = await converse(server.port);
    peer.say("server1");
    await peer.hears("valid");
    peer.say("none.pdf");
    await peer.hears("not found");
    peer.say("a.pdf");
    await peer.hears(Buffer.from("found\u0007\0\0\0", "latin1"));
    peer.say("Got\0");
    await peer.hears("content");
    peer.say("a.pdf");
    await peer.hears(Buffer.from("found\u0007\0\0\0", "latin1"));
    await peer.hears("content");
    peer.say("Got\0");
    await eventually(() => expect(storyOf(server)?.state).toBe("awaitingFilename"));
    peer.end();
    await over(server);
    rmSync(root, { recursive: true });
    expect(await replayOf(server)).toContain(ALIKE);
  });

  it("with a file and a program's output, long after both are gone", async () => {
    const root = rootWith({ "readme.txt": "read me" });
    const echo = await lab.spawn("echo", { root, allowRun: ["echo"] });
    const peer = await converse(echo.port);
    await peer.hears("Enter your command please");
    peer.say("download readme.txt");
    await peer.hears("read me");
    peer.say("run echo hello");
    await peer.hears("hello\n");
    peer.say("run rm x");
    await eventually(() => expect(peer.unread.length).toBeGreaterThan(5));
    peer.say("close");
    await peer.hearsTheEnd();
    peer.end();
    await over(echo);
    expect(await replayOf(echo)).toContain(ALIKE);
  });

  it("with what the address book said then, also where it says another thing now", async () => {
    const book = await lab.spawn("address-book");
    await lab.daemon.lab.book.add("han@x.org", "Han Solo");
    const peer = await converse(book.port);
    peer.say("Q\u0009han@x.org");
    await peer.hears("R\u0008Han Solo");
    peer.end();
    await over(book);
    await lab.daemon.lab.book.add("han@x.org", "somebody else");
    expect(await replayOf(book)).toContain(ALIKE);
  });

  it("with what a room delivered, which is none of the machine's doing", async () => {
    const chat = await lab.spawn("chat");
    const al = await converse(chat.port);
    await al.hears("Please, Enter Your ig name");
    al.say(":Al:alop");
    await al.hears("new user :Al:alop connected!\nnew user :Al:alop joined \n");
    al.say(":Al:hi:Al:there");
    await al.hears(":Al:hi:Al:there");
    await lab.run("say chat dinner");
    await al.hears(":Server:dinner");
    al.end();
    await over(chat);
    const told = await replayOf(chat);
    expect(told).toContain(ALIKE);
    expect(told).toMatch(/5 of them came from others/);
  });

  it("with turns that were over between two messages of one read", async () => {
    vi.spyOn(turns, "isOver").mockImplementation(everySecond());
    const calculator = await lab.spawn("calculator");
    const peer = await converse(calculator.port);
    peer.say("ann\n1 + 1\n2 + 2\n3 + 3\n4 + 4\n5 + 5\nq\n");
    await peer.hearsTheEnd();
    peer.end();
    await over(calculator);
    vi.restoreAllMocks();
    const words = storyOf(calculator)?.entries.filter(({ kind }) => kind === "out");
    expect(words?.length).toBeGreaterThan(2);
    expect(await replayOf(calculator)).toContain(ALIKE);
  });

  it("with an operator's hand: bytes, an event, a kick", async () => {
    const knock = await lab.spawn("knock-knock");
    const peer = await converse(knock.port);
    await eventually(() => expect(storyOf(knock)).toBeDefined());
    const id = storyOf(knock)?.subject.id;
    await lab.run(`send ${id} hello`);
    await peer.hears("hello");
    await lab.run(`event ${id} peer.knocked`);
    await peer.hears("Who's there?");
    await lab.run(`kick ${id}`);
    peer.end();
    await over(knock);
    expect(await replayOf(knock)).toContain(ALIKE);
  });

  it("by datagrams", async () => {
    const clock = await lab.spawn("clock");
    const asking = await lab.spawn("clock-client", { port: clock.port, count: 2 });
    await over(asking);
    expect(await replayOf(asking)).toContain(ALIKE);
    expect(await replayOf(clock)).toContain(ALIKE);
  });
});

describe("a client's run is played again alike", () => {
  it("with what its user said, and what the server answered", async () => {
    const server = await lab.spawn("calculator");
    const client = await lab.spawn("calculator-client", { port: server.port });
    await lab.say(client, "15 + 35");
    await eventually(() => expect(storyOf(client)?.bytesIn).toBe(4));
    await lab.say(client, "q");
    await over(client);
    expect(await replayOf(client)).toContain(ALIKE);
    expect(await replayOf(server)).toContain(ALIKE);
  });

  it("with a registry, a server and a file, one after the other", async () => {
    const registry = await lab.spawn("bootstrap");
    const root = rootWith({ "b.pdf": "x".repeat(100_000) });
    const bootstrap = `127.0.0.1:${registry.port}`;
    const server = await lab.spawn("file-server", { ...PDF, root, bootstrap });
    await eventually(() =>
      expect(lab.daemon.lab.registry.list().some(({ port }) => port === server.port)).toBe(true),
    );
    const output = path.join(root, "got.pdf");
    const client = await lab.spawn("file-client", { service: "pdf", file: "b.pdf", bootstrap, output });
    await over(client);
    expect(lab.daemon.lab.find(client.id)?.result).toMatchObject({ ok: true });
    expect(await replayOf(client)).toContain(ALIKE);
    await over(server);
    expect(await replayOf(server)).toContain(ALIKE);
  });
});

describe("conversations of any kind", () => {
  /** The same numbers each time: a failure can be had again. */
  function chance(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state / 2 ** 31;
    };
  }

  const WORDS = [
    "ann",
    "server1",
    "1 + 1",
    "a.pdf",
    "q",
    "\n",
    "\0",
    "Knock knock..",
    ":Al:al",
    "x|y",
    "close",
    "Q\u0003a@b",
  ];

  /** Says this and that, in pieces, and leaves in one way or another. */
  async function visit(port: number, random: () => number): Promise<void> {
    const peer = await converse(port);
    for (let turn = 0; turn < 6 && !peer.isOver; turn += 1) {
      const words = Array.from(
        { length: 1 + random() * 3 },
        () => WORDS[Math.floor(random() * WORDS.length)],
      );
      peer.say(words.join("") + (random() < 0.5 ? "" : "\n"));
      if (random() < 0.6) await new Promise((resolve) => setTimeout(resolve, random() * 60));
    }
    const leavings = [() => peer.end(), () => peer.reset(), () => peer.socket.destroy()];
    leavings[Math.floor(random() * leavings.length)]?.();
  }

  it("are played again alike, whatever came in which pieces", async () => {
    const roles = ["calculator", "knock-knock", "chat", "relay", "address-book", "echo"];
    const instances = await Promise.all(roles.map((role) => lab.spawn(role, { maxMessage: "4k" })));
    instances.push(await lab.spawn("file-server", { ...PDF, root: rootWith({ "a.pdf": "abc" }) }));
    await Promise.all(
      Array.from({ length: 70 }, (_, seed) =>
        visit(instances[seed % instances.length]?.port ?? 0, chance(seed + 1)),
      ),
    );
    await eventually(() => {
      for (const { id } of instances) expect(lab.daemon.lab.find(id)?.connections).toBe(0);
    });
    let count = 0;
    for (const { id } of instances) {
      for (const { subject } of lab.stories(id)) {
        const { out, err } = await lab.run(`replay ${subject.id}`);
        const isAlike = out.includes(ALIKE);
        expect(isAlike ? "" : out + err + (await lab.run(`rewind ${subject.id}`)).out).toBe("");
        count += 1;
      }
    }
    expect(count).toBe(70);
  });
});

describe("a machine that is another now", () => {
  async function calculated(): Promise<LabInstance> {
    const server = await lab.spawn("calculator");
    const peer = await converse(server.port);
    peer.say("ann\n1 + 1\nq\n");
    await peer.hearsTheEnd();
    peer.end();
    await over(server);
    return server;
  }

  /** For the rest of a test, as `load` would. */
  function replaceCalculator(changes: Partial<Role>): void {
    const { roles } = lab.daemon.supervisor;
    onTestFinished(() => void roles.set(calculator.name, calculator));
    roles.set(calculator.name, { ...calculator, ...changes });
  }

  it("goes another way where it answers otherwise, and the entry is named", async () => {
    const server = await calculated();
    const phases = {
      ...calculator.phases,
      computing: {
        ...calculator.phases.computing,
        handle: ({ text }: PeerMessage, { peer }: Session) => {
          if (text === "q") return { type: "peer.quit" };
          peer.send("3.0");
          return undefined;
        },
      },
    } as Role["phases"];
    replaceCalculator({ phases });
    const { out, exit } = await lab.run(`replay ${storyOf(server)?.subject.id}`);
    expect(out).toMatch(
      /it goes another way at entry 8, .* s\n +recorded {2}← "2.0\\n" {2}4 bytes\n +replayed {2}← "3.0\\n"/,
    );
    expect(exit).toBe(exitCodes.checkFailed);
  });

  it("goes another way where it moves otherwise", async () => {
    const server = await calculated();
    const machine = setup({}).createMachine({
      initial: "awaitingName",
      states: { awaitingName: { on: { "peer.message": "elsewhere" } }, elsewhere: {} },
    });
    replaceCalculator({ machine });
    const { out } = await lab.run(`replay ${storyOf(server)?.subject.id}`);
    expect(out).toContain("recorded  awaitingName → computing  (peer.message)");
    expect(out).toContain("replayed  awaitingName → elsewhere  (peer.message)");
  });

  it("may be another role altogether", async () => {
    const server = await calculated();
    const { out, exit } = await lab.run(`replay ${storyOf(server)?.subject.id} --role echo`);
    expect(out).toContain("played again to echo");
    expect(out).toContain('replayed  ← "Enter your command please"');
    expect(exit).toBe(exitCodes.checkFailed);
    expect((await lab.run(`replay ${storyOf(server)?.subject.id} --role clock`)).err).toMatch(/speaks udp/);
    expect((await lab.run(`replay ${storyOf(server)?.subject.id} --role nosuch`)).err).toMatch(
      /no role "nosuch"/,
    );
  });
});

describe("rewind", () => {
  it("shows state, what the machine knew, and what lay unread, at any entry", async () => {
    const server = await lab.spawn("file-server", { ...PDF, root: rootWith({ "c.pdf": "content" }) });
    const peer = await converse(server.port);
    peer.say("server1\nc.pdf\nGot\n");
    await peer.hears(Buffer.from("valid\nfound\n\u0007\0\0\0content", "latin1"));
    peer.end();
    await over(server);
    const story = storyOf(server);
    const at = (kind: string, to: string) =>
      (story?.entries.findIndex((entry) => entry.kind === kind && "to" in entry && entry.to === to) ?? -1) +
      1;
    const opening = await lab.run(`rewind ${story?.subject.id} --to ${at("transition", "opening")}`);
    expect(opening.out).toContain("state     opening");
    expect(opening.out).toContain("|Got.|");
    const sending = await lab.run(`rewind ${story?.subject.id} --to ${at("transition", "sending")}`);
    expect(sending.out).toContain("state     sending");
    expect(sending.out).toMatch(/file = \{"name":"c.pdf","sizeBytes":7/);
    expect(sending.out).toContain("isAcknowledged = true");
    expect(sending.out).toContain("unread    nothing");
    const { data } = await lab.run(`rewind ${story?.subject.id} --to 2 --json`);
    expect(data).toMatchObject({ entry: 2, state: "awaitingToken", difference: null });
    expect(Buffer.from((data as { unreadHex: string }).unreadHex, "hex").toString()).not.toContain("server1");
    const list = await lab.run(`rewind ${story?.subject.id}`);
    expect(list.out).toMatch(/^ {3}1 +\+0\.000 {2}opened, awaitingToken$/m);
    expect((await lab.run(`rewind ${story?.subject.id} --to 99`)).err).toMatch(
      /there is no entry 99 to go back to; the story has \d+ entries/,
    );
  });
});

describe("a story that was cut short", () => {
  it("is played and rewound up to the gap, and that is said", async () => {
    const server = await lab.spawn("calculator");
    const peer = await converse(server.port);
    peer.say(`ann\n${"1 + 1\n".repeat(200)}q\n`);
    await peer.hearsTheEnd();
    peer.end();
    await over(server);
    const told = await replayOf(server);
    expect(told).toMatch(
      / 32 of \d{3} entries are the same\n {2}cut short: \d+ entries after entry 32 are no longer kept/,
    );
    expect(told).toContain(ALIKE);
    const id = storyOf(server)?.subject.id;
    expect((await lab.run(`rewind ${id} --to 33`)).err).toMatch(
      /there is no entry 33 to go back to; the story is cut short: \d+ entries/,
    );
    expect((await lab.run(`rewind ${id}`)).out).toMatch(/cut short: /);
  });

  it("is played up to a read that was too long to be kept", async () => {
    const server = await lab.spawn("echo");
    const peer = await converse(server.port);
    await peer.hears("Enter your command please");
    peer.say(`${"x".repeat(20_000)}\n`);
    await peer.hears(`${"x".repeat(20_000)}\n`);
    expect(await replayOf(server)).toMatch(/cut short: entry 3 is a read that was too long to be kept whole/);
  });
});
