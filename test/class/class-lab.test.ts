/** A class in a daemon of this process: instances of each student, who may come in, whose connection it is, and what is kept. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import type { StudentRow } from "../../src/lab/lab.ts";
import { documentSchemas } from "../../src/repl/document-schemas.ts";
import { causeText } from "../../src/stories/cause-text.ts";
import { Conversation } from "../actors/conversation.ts";
import { eventually } from "../actors/harness.ts";
import { freeRange } from "../e2e/free-ports.ts";
import { ClassDaemon } from "./class-daemon.ts";

const ROSTER = "id,name,group,login\ns001,Ann Lee,A,alee\ns002,Bob,B,bob\n";
const LAB = "roster: ./roster.csv\neach:\n  - role: calculator\n  - role: chat\n";

let running: ClassDaemon | undefined;
async function start(lab: string, files: Readonly<Record<string, string>> = {}): Promise<ClassDaemon> {
  running = await ClassDaemon.start({ "lab.yaml": lab, "roster.csv": ROSTER, ...files });
  return running;
}
afterEach(() => running?.close());

async function refusal(lab: string, files: Readonly<Record<string, string>> = {}): Promise<NetlabError> {
  const refused = await start(lab, files).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(NetlabError);
  return refused as NetlabError;
}

const portOf = ({ daemon }: ClassDaemon, name: string) => daemon.lab.find(name)?.port ?? 0;
const open = async (one: ClassDaemon, name: string) => Conversation.open(portOf(one, name));
const row = ({ daemon }: ClassDaemon, id: string) =>
  daemon.lab.students().find((student) => student.id === id) as StudentRow;

describe("a class lab", () => {
  it("plays each entry once a student, with the student's label", async () => {
    const { daemon } = await start(LAB);
    expect(daemon.lab.instances.map(({ name, label, state }) => [name, label, state])).toEqual([
      ["s001-calculator", "s001", "running"],
      ["s001-chat", "s001", "running"],
      ["s002-calculator", "s002", "running"],
      ["s002-chat", "s002", "running"],
    ]);
  });

  it("fills in each student's own values, the same ones after a restart, from a secret that only its owner reads", async () => {
    const lab = `roster: ./roster.csv
class: { files: ./files }
each:
  - { role: file-server, service: "pages-{id}", token: "{token}", root: "{files}", bootstrap: "localhost:9" }
`;
    const one = new ClassDaemon();
    running = one;
    one.write("lab.yaml", lab);
    one.write("roster.csv", ROSTER);
    one.write("files/notes.txt", "Chapter 1\n");
    await one.start();
    const given = () =>
      one.daemon.lab.instances.map(({ options }) => options as unknown as Record<string, string>);
    const [ann, bob] = given();
    expect(ann).toMatchObject({ service: "pages-s001" });
    expect(ann?.token).toMatch(/^[2-9a-z]{10}$/);
    expect(bob?.token).not.toBe(ann?.token);
    const own = readFileSync(path.join(ann?.root ?? "", "notes.txt"), "utf8");
    expect(own).toMatch(/^[A-Z][a-z]{6} [0-9]\n$/);
    expect(readFileSync(path.join(bob?.root ?? "", "notes.txt"), "utf8")).not.toBe(own);
    expect(statSync(path.join(one.folder, "data", "class.key")).mode & 0o777).toBe(0o600);
    const before = given().map(({ token }) => token);
    await one.again();
    expect(given().map(({ token }) => token)).toEqual(before);
  });

  it("gives ports by place, which a late student and a new order leave as they are", async () => {
    const base = await freeRange(30);
    const lab = `${LAB}class: { ports: ${base}-${base + 29}, per-student: 3 }\n`;
    const one = await start(lab);
    expect([portOf(one, "s001-chat"), portOf(one, "s002-calculator")]).toEqual([base + 1, base + 3]);
    one.write("roster.csv", "id;name\ns000;Zoe\ns002;Bob\ns001;Ann\n");
    const ids = one.daemon.lab.instances.map(({ id }) => id);
    await one.daemon.lab.reload();
    expect([portOf(one, "s001-chat"), portOf(one, "s002-calculator"), portOf(one, "s000-chat")]).toEqual([
      base + 1,
      base + 3,
      base + 7,
    ]);
    // Who was there is not disturbed: the same instances go on.
    expect(one.daemon.lab.instances.map(({ id }) => id)).toEqual([...ids, "calculator-3", "chat-3"]);
    expect(one.daemon.lab.instances.every(({ restarts }) => restarts === 0)).toBe(true);
  });

  it("gives a student the port that the roster fixes, and a late one the first that is left; a wrong one starts nothing", async () => {
    const base = await freeRange(30);
    const lab = `${LAB}class: { ports: ${base}-${base + 29}, per-student: 3 }\n`;
    const one = await start(lab, { "roster.csv": `id,port\ns001,${base + 27}\ns002,\n` });
    expect([portOf(one, "s001-chat"), portOf(one, "s002-chat")]).toEqual([base + 28, base + 1]);
    one.write("roster.csv", `id,port\ns001,${base + 27}\ns002,\ns003,${base + 27}\n`);
    await expect(one.daemon.lab.reload()).rejects.toThrow(
      `roster.csv: line 4, column port: ${base + 27} is for s001 on line 2 already: choose another; nothing was changed`,
    );
    one.write("roster.csv", "id,port\ns003,\ns001,\ns002,\n");
    await one.daemon.lab.reload();
    expect(["s001-chat", "s002-chat", "s003-chat"].map((name) => portOf(one, name))).toEqual([
      base + 28,
      base + 1,
      base + 4,
    ]);
  });

  it("refuses keep: under class:, where it would do nothing, and says where it belongs", async () => {
    await expect(start(`${LAB}class: { keep: { journal: 15w } }\n`)).rejects.toThrow(
      "keep: stands at the top of the lab file",
    );
  });

  it("shows pseudonyms alone where the lab wants that, and takes either name", async () => {
    const { daemon } = await start(`${LAB}class: { pseudonyms: true }\n`);
    const [first] = daemon.lab.students();
    expect(first?.id).toMatch(/^[a-z]+-[a-z]+$/);
    expect(daemon.lab.find(`${first?.id}-chat`)?.label).toBe(first?.id);
    expect(daemon.lab.class?.find("s001")?.shown).toBe(first?.id);
    expect(daemon.lab.class?.find(first?.id ?? "")?.id).toBe("s001");
    expect(JSON.stringify([daemon.lab.students(), daemon.lab.instances, daemon.log.lines()])).not.toMatch(
      /s00[12]|Ann|Bob/,
    );
  });

  it("has what is a group's once a group", async () => {
    const one = await start(`${LAB}groups:\n  - role: chat\n`);
    expect(one.daemon.lab.instances.slice(4).map(({ name, label }) => [name, label])).toEqual([
      ["group-A-chat", "group-A"],
      ["group-B-chat", "group-B"],
    ]);
  });
});

describe("a row", () => {
  it("tells what the newest connection does, and of one who was not there yet nothing", async () => {
    const one = await start(LAB);
    const peer = await open(one, "s002-calculator");
    peer.say("Bob\n");
    await eventually(() =>
      expect(one.daemon.lab.students()).toEqual([
        { id: "s001", group: "A", connected: 0, done: false },
        {
          id: "s002",
          group: "B",
          connected: 1,
          connection: one.daemon.lab.lastStory()?.subject.id,
          role: "calculator",
          state: "computing",
          furthest: "CALC-0",
          done: false,
        },
      ]),
    );
    const rows = one.daemon.lab.students();
    expect(documentSchemas.class?.parse(rows)).toEqual(rows);
    peer.reset();
  });

  it("has no rule as kept by a request that the registry could not read, while its sender is remembered either", async () => {
    const one = await start("roster: ./roster.csv\neach:\n  - role: bootstrap\n");
    const said = async (text: string) => {
      const socket = createSocket("udp4");
      socket.send(text, portOf(one, "s001-bootstrap"), "127.0.0.1");
      await once(socket, "message");
      socket.close();
    };
    await said("DISCOVERY;pdf");
    // So long that it is looked at closely, and not so long that it is forgotten.
    one.clock.push(5_000);
    await eventually(() =>
      expect(row(one, "s001")).toMatchObject({ state: "serving", connected: 1, card: { id: "D20" } }),
    );
    expect(row(one, "s001").furthest).toBeUndefined();
    await said("DISCOVERY");
    expect(row(one, "s001").furthest).toBe("BOOT-1");
  });

  it("is done when each role was gone through to its last rule without a mistake, and stays so over a restart", async () => {
    const one = await start("roster: ./roster.csv\neach:\n  - role: calculator\n");
    const wrong = await open(one, "s001-calculator");
    wrong.say("Ann\n1 plus 1\n");
    await eventually(() => expect(row(one, "s001")).toMatchObject({ state: "computing" }));
    wrong.end("q\n");
    await wrong.over();
    await eventually(() => expect(row(one, "s001").card).toBeDefined());
    expect(row(one, "s001")).toMatchObject({
      connected: 0,
      state: "closed",
      furthest: "CALC-0",
      done: false,
    });
    const card = row(one, "s001").card;
    await one.again();
    expect(row(one, "s001")).toMatchObject({ connected: 0, done: false, card });
    const right = await open(one, "s001-calculator");
    right.say("Ann\n1 + 1\n");
    await right.hears("2.0\n");
    right.end("q\n");
    await right.over();
    await eventually(() => expect(row(one, "s001")).toMatchObject({ furthest: "CALC-1", done: true }));
    expect(row(one, "s001").card).toBeUndefined();
    expect(row(one, "s002").done).toBe(false);
    await one.again();
    expect(row(one, "s001")).toMatchObject({ connected: 0, done: true });
  });

  it("counts the newest checks of a student's program, and they decide what is done", async () => {
    const one = await start(LAB);
    const report = (results: readonly string[], student: string | undefined) =>
      one.daemon.lab.keepCheck({
        version: "1",
        seed: 1,
        role: "calculator",
        side: "server",
        target: "x",
        at: 1,
        student,
        results: results.map((status, index) => ({
          id: `CALC-${index}`,
          status,
          grade: "MUST",
          weight: 1,
          message: "",
        })),
      });
    await report(["passed", "failed", "skipped"], "s001");
    await report(["failed"], undefined);
    expect(row(one, "s001")).toMatchObject({ checks: { passed: 1, of: 2 }, done: false });
    await report(["passed", "passed", "skipped"], "s001");
    expect(row(one, "s001")).toMatchObject({ checks: { passed: 2, of: 2 }, done: true });
    expect(row(one, "s002").checks).toBeUndefined();
  });
});

describe("a port that is everybody's", () => {
  it("is a student's connection once its peer has signed in under a name of hers", async () => {
    const one = await start(`${LAB}shared:\n  - { role: chat, name: hall, port: 0, identify: login }\n`);
    const peer = await open(one, "hall");
    await peer.hearsBytes(1);
    expect(row(one, "s001").connected).toBe(0);
    peer.say(":ALEE:alop\n");
    await eventually(() => expect(row(one, "s001")).toMatchObject({ connected: 1, role: "chat" }));
    expect(one.daemon.lab.lastStory()?.subject.label).toBe("s001");
    peer.reset();
    await eventually(() => expect(row(one, "s001").connected).toBe(0));
  });

  it("is hers by the first line, where the lab says so; a stranger is nobody's", async () => {
    const one = await start(
      `${LAB}shared:\n  - { role: calculator, name: sums, port: 0, identify: first-line }\n`,
    );
    const stranger = await open(one, "sums");
    stranger.say("mallory\n");
    const peer = await open(one, "sums");
    peer.say("S002\n");
    await eventually(() => expect(row(one, "s002")).toMatchObject({ connected: 1, state: "computing" }));
    expect(one.daemon.lab.liveStories().map(({ subject }) => subject.label)).toEqual([undefined, "s002"]);
    for (const one of [stranger, peer]) one.reset();
  });
});

describe("the gate of a class", () => {
  const told = async (one: ClassDaemon, name: string) => {
    const peer = await open(one, name);
    const words = (await peer.hearsTheEnd()).toString();
    peer.end();
    await peer.over();
    return words.trim();
  };
  const cause = ({ daemon }: ClassDaemon) => {
    const story = daemon.lab.lastStory();
    return story?.cause && causeText(story.cause);
  };

  it("outside of the hours says when it opens, and records who knocked", async () => {
    const one = await start(`${LAB}class: { open: 2999-01-01T09:00/2999-01-01T10:30 }\n`);
    expect(await told(one, "s001-calculator")).toBe("The lab is closed. It opens at 09:00 on 2999-01-01.");
    await eventually(() => expect(cause(one)).toBe("the lab is closed; it opens at 09:00 on 2999-01-01"));
    expect(one.daemon.lab.lastStory()).toMatchObject({ fault: "refused", subject: { label: "s001" } });
  });

  it("frozen lets nobody in, over a restart too, and leaves those alone who are in", async () => {
    const one = await start(LAB);
    const before = await open(one, "s001-calculator");
    before.say("Ann\n");
    await eventually(() => expect(row(one, "s001").furthest).toBe("CALC-0"));
    await one.daemon.lab.class?.setGate({ isFrozen: true, openUntil: 0 });
    expect(await told(one, "s002-calculator")).toBe("The lab is paused. Try again later.");
    before.say("1 + 2\n");
    await before.hears("3.0\n");
    before.reset();
    await one.again();
    expect(await told(one, "s001-calculator")).toBe("The lab is paused. Try again later.");
    await one.daemon.lab.class?.setGate({ isFrozen: true, openUntil: Date.now() + 60_000 });
    const let_in = await open(one, "s001-calculator");
    let_in.say("Ann\n1 + 2\n");
    await let_in.hears("3.0\n");
    let_in.reset();
  });

  it("limits the connections of a student, not of a neighbour", async () => {
    const one = await start(`${LAB}class: { limits: { connections: 2 } }\n`);
    const peers = [await open(one, "s001-calculator"), await open(one, "s001-chat")];
    await eventually(() => expect(row(one, "s001").connected).toBe(2));
    expect(await told(one, "s001-calculator")).toBe("Too many connections are open.");
    await eventually(() => expect(cause(one)).toBe("s001 has more than 2 connections open (limits:)"));
    peers.push(await open(one, "s002-calculator"));
    await eventually(() => expect(row(one, "s002").connected).toBe(1));
    for (const peer of peers) peer.reset();
  });

  it("counts no sender of datagrams among the open connections: each run of a program is another", async () => {
    const one = await start(
      "roster: ./roster.csv\nclass: { limits: { connections: 1 }, address-limits: { connections: 1 } }\neach:\n  - role: ack\n",
    );
    // Open until all have spoken: no one gets the port of one before it.
    const sockets = Array.from({ length: 3 }, () => createSocket("udp4"));
    for (const socket of sockets) {
      socket.send("hello", portOf(one, "s001-ack"), "127.0.0.1");
      expect(String((await once(socket, "message"))[0])).toBe("Ok");
    }
    for (const socket of sockets) socket.close();
    expect(row(one, "s001").connected).toBe(3);
    expect(one.daemon.lab.stories().map(({ fault }) => fault)).toEqual([undefined, undefined, undefined]);
  });

  it("refuses for a while an address that connects too often", async () => {
    const one = await start(`${LAB}class: { address-limits: { rate: 2/h, ban: 1h } }\n`);
    for (const name of ["s001-chat", "s002-chat"]) (await open(one, name)).reset();
    await eventually(() => expect(one.daemon.lab.stories()).toHaveLength(2));
    const words = "Too many connections in a short time. Wait a moment.";
    expect([await told(one, "s001-calculator"), await told(one, "s002-calculator")]).toEqual([words, words]);
    await eventually(() => expect(cause(one)).toMatch(/^127\.0\.0\.1 connected too often/));
  });

  it("answers no datagram of one who is not let in, and records it", async () => {
    const one = await start("roster: ./roster.csv\neach:\n  - role: ack\n");
    await one.daemon.lab.class?.setGate({ isFrozen: true, openUntil: 0 });
    const socket = createSocket("udp4");
    const heard: string[] = [];
    socket.on("message", (bytes) => heard.push(bytes.toString()));
    const send = (text: string) => socket.send(text, portOf(one, "s001-ack"), "127.0.0.1");
    send("hello");
    await eventually(() =>
      expect(one.daemon.lab.lastStory()).toMatchObject({ fault: "refused", bytesIn: 5, bytesOut: 0 }),
    );
    expect(heard).toEqual([]);
    await one.daemon.lab.class?.setGate({ isFrozen: false, openUntil: 0 });
    send("again");
    await once(socket, "message");
    socket.close();
  });
});

describe("a class that is wrong", () => {
  it.each([
    [
      "lines of the roster",
      LAB,
      { "roster.csv": "id,name\n,Ann\ns2,Bob\ns2,Bo\n" },
      "roster.csv: line 2: no id: every student needs one; line 4: the id s2 is on line 3 already: every student needs another one; nothing was changed",
    ],
    [
      "ports that clients get",
      `${LAB}class: { ports: 40000-41000 }\n`,
      {},
      /^ports: 40000-41000 overlap \d+-\d+, from which this system takes ports for clients: choose ports below \d+$/,
    ],
    [
      "too few ports",
      `${LAB}class: { ports: 21000-21002 }\n`,
      {},
      /^ports: 21000-21002 has room for 1 students with 2 ports each, and 2 are needed: write 21000-21003 /,
    ],
    [
      "a key",
      `${LAB}class: { prots: 1-2 }\n`,
      {},
      "lab.yaml:5: class: unknown key prots; did you mean ports?",
    ],
    [
      "a number",
      `${LAB}class: { limits: { connections: 0 } }\n`,
      {},
      "lab.yaml:5: class: connections: must be at least 1",
    ],
    [
      "opening hours",
      `${LAB}class: { open: tomorrow }\n`,
      {},
      'lab.yaml:5: class: open: "tomorrow" is not a time: write 2026-12-01T09:00/2026-12-01T10:30 (from/until)',
    ],
    [
      "a list of opening hours",
      `${LAB}class: { open: [2026-12-01T09:00/2026-12-01T10:30, 2026-12-02T09:00/2026-12-02T08:00] }\n`,
      {},
      /^lab\.yaml:5: class: open: "2026-12-02T09:00\/2026-12-02T08:00" ends before it begins: /,
    ],
    [
      "a word in braces",
      "roster: ./roster.csv\neach:\n  - { role: calculator, label2: x }\n",
      {},
      /^lab\.yaml:3: unknown key label2/,
    ],
    [
      "a place that there is not",
      'roster: ./roster.csv\neach:\n  - { role: file-server, service: "{idd}", token: "x" }\n',
      {},
      "lab.yaml:3: {idd} stands for nothing; a student has {id}, {token}, {seed}, {slot}, {files}, {group}",
    ],
    [
      "a port of one entry",
      "roster: ./roster.csv\neach:\n  - { role: calculator, port: 4389 }\n",
      {},
      "lab.yaml:3: each student gets a port of her own from ports: under class:, so port: does not belong here",
    ],
    ["no roster", "each:\n  - role: calculator\n", {}, /needs roster: and a CSV file/],
  ])("says what to do about %s, with exit status 2", async (_, lab, files, message) => {
    const error = await refusal(lab, files);
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(2);
  });
});
