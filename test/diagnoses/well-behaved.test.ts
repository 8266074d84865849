/** Programs that do all as it should be: a false alarm would be worse than silence. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { wireRules } from "../../src/wire-rules.ts";
import { converse } from "../actors/harness.ts";
import { eventually } from "../e2e/eventually.ts";
import { hasPython } from "../roles/python-peer.ts";
import { DiagnosisLab } from "./lab.ts";

const lab = new DiagnosisLab();
lab.use();

async function alarms(instance: string): Promise<string[]> {
  const stories = lab.stories(instance);
  expect(stories.length).toBeGreaterThan(0);
  const told = await Promise.all(stories.map((story) => lab.explain(story)));
  return told.flatMap(({ id, diagnoses }) => diagnoses.map((card) => `${id} ${card.id}`));
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-well-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Visit {
  readonly role: string;
  readonly program: string;
  readonly args?: readonly string[];
  readonly input?: string;
  /** It asks on purpose for what is not there, to show the answer. */
  readonly told?: readonly string[];
}

const visits: readonly Visit[] = [
  { role: "knock-knock", program: "knock_client.py", args: ["Boo", "Don't cry!"] },
  { role: "address-book", program: "address_book_client.py", args: ["luke@gmail.com"] },
  { role: "chat", program: "chat_client.py", args: ["Alan Musk", "alanop"] },
  {
    role: "relay",
    program: "relay_client.py",
    args: ["alice"],
    input: "hello there|bob\nclose\n",
    told: ["D72"],
  },
  { role: "reverse", program: "reverse_client.py", input: "taco cat\nexit\n" },
  { role: "clock", program: "clock_client.py", args: ["2"], told: ["D70"] },
  { role: "ack", program: "ack_client.py", args: ["hello"] },
];

describe.skipIf(!hasPython)("a program as it is handed in (skipped without python3)", () => {
  it.concurrent.each(visits)(
    "$program has no diagnosis but of what it provokes",
    async ({ role, program, args = [], input = "", told = [] }) => {
      const given = role === "reverse" ? { mirror: true } : {};
      const { id, port } = await lab.spawn(role, given);
      await lab.python(program, [port, ...args], { input }).ended;
      await eventually(() => expect(lab.stories(id).at(-1)?.bytesIn).toBeGreaterThan(0));
      expect((await alarms(id)).map((alarm) => alarm.split(" ")[1])).toEqual(told);
    },
  );

  it("the echo client and the file client have none", async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "readme.txt"), "read me");
    const echo = await lab.spawn("echo", { root: folder });
    const commands = ["hello", "download readme.txt", "close"];
    await lab.python("echo_client.py", ["127.0.0.1", echo.port, folder, ...commands]).ended;
    const registry = await lab.spawn("bootstrap");
    const bootstrap = `127.0.0.1:${registry.port}`;
    const files = await lab.spawn("file-server", { service: "pdf", token: "server1", bootstrap });
    await eventually(() => expect(lab.daemon.lab.registry.list()).toHaveLength(1));
    const saved = path.join(folder, "saved.pdf");
    const client = lab.python("file_client.py", [registry.port, "pdf", "server.pdf", saved]);
    expect((await client.ended).exit).toBe(0);
    expect(readFileSync(saved)).toHaveLength(110_592);
    for (const { id } of [echo, registry, files]) expect(await alarms(id)).toEqual([]);
  });

  it("their servers, met by our clients, have none", async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "readme.txt"), "read me");
    const spoken: [string, string, readonly string[], Record<string, unknown>, readonly string[]][] = [
      ["calculator_server.py", "calculator-client", [], {}, ["15 + 35", "4.5 / -6"]],
      ["echo_server.py", "echo-client", [folder], {}, ["hello", "close"]],
      ["knock_server.py", "knock-knock-client", [], {}, []],
      ["address_book_server.py", "address-book-client", [], { email: "luke@gmail.com" }, []],
      ["chat_server.py", "chat-client", [], { as: "Al" }, ["hello"]],
    ];
    for (const [program, role, args, given, lines] of spoken) {
      const port = await lab.listens(lab.python(program, [0, ...args]));
      const client = await lab.spawn(role, { port, ...given });
      for (const line of lines) await lab.say(client, line);
      const { id } = client;
      await eventually(() => expect(lab.stories(id).at(-1)?.bytesIn).toBeGreaterThan(8));
      expect(await alarms(id), program).toEqual([]);
    }
  });
});

describe("a peer of any habit", () => {
  it("that sends lines, many at once, and half-closes has no diagnosis [FRAME-2, FRAME-8]", async () => {
    const { id, port } = await lab.spawn("calculator", { greet: true });
    const peer = await converse(port);
    peer.end("ann\n1 + 1\n2 + 2\n");
    expect((await peer.hearsTheEnd()).toString()).toBe("Hello ann\n2.0\n4.0\nBye\n");
    await peer.over();
    expect(await alarms(id)).toEqual([]);
  });

  it("that sends bare, reads every reply and leaves without a word has none [FRAME-3]", async () => {
    const { id, port } = await lab.spawn("calculator", { greet: true });
    const peer = await converse(port);
    peer.say("ann");
    await peer.hears("Hello ann");
    peer.say("1 + 1");
    await peer.hears("2.0");
    peer.socket.destroy();
    await eventually(() => expect(lab.stories(id).at(-1)?.endedAt).toBeDefined());
    expect(await alarms(id)).toEqual([]);
  });

  it("that is silent in a room, where silence is no question, has none", async () => {
    const { id, port } = await lab.spawn("chat");
    const peer = await converse(port);
    await peer.hears("Please, Enter Your ig name");
    peer.say(":Al:alop");
    await peer.hears("new user :Al:alop connected!\nnew user :Al:alop joined \n");
    lab.clock.push(60_000);
    expect(await alarms(id)).toEqual([]);
  });

  it("whose length is long, cut up by the network, has none", async () => {
    const { id, port } = await lab.spawn("echo");
    const peer = await converse(port);
    await peer.hears("Enter your command please");
    const line = `${"x".repeat(50_000)}\n`;
    peer.say(line);
    await peer.hears(line);
    expect(await alarms(id)).toEqual([]);
  });
});

describe("the rules that explain quotes", () => {
  it("are there for every phase of every role", () => {
    const roles = [...lab.daemon.lab.roles.values()];
    const rules = roles.flatMap(({ phases }) => Object.values(phases).map(({ rule }) => rule));
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter((rule) => !wireRules().has(rule))).toEqual([]);
  });
});
