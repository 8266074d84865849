/**
 * Each of our servers with its client, both captured by ourselves: Wireshark finds no fault in the file, and read back it says what the live
 * lab says, of either side's capture.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CapturedStory, CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import { capturedConversations } from "../../src/onlooker/captured.ts";
import { type Looked, look } from "../../src/onlooker/look.ts";
import { replay } from "../../src/replay/replay.ts";
import type { Entry, Story } from "../../src/stories/story.ts";
import { DiagnosisLab, type Explained } from "../diagnoses/lab.ts";
import { eventually } from "../e2e/eventually.ts";
import { faultsOf, hasTshark } from "../has-tshark.ts";

interface Meeting {
  readonly server: string;
  readonly given?: Readonly<Record<string, unknown>>;
  readonly client: string;
  readonly asks?: Readonly<Record<string, unknown>>;
  /** Lines of the client's user, each with a reply. */
  readonly says?: readonly (readonly [string, string])[];
}

const meetings: readonly Meeting[] = [
  {
    server: "calculator",
    client: "calculator-client",
    says: [
      ["15 + 35", "50.0"],
      ["q", ""],
    ],
  },
  {
    server: "echo",
    client: "echo-client",
    says: [
      ["hello", "hello"],
      ["close", "Closing"],
    ],
  },
  { server: "knock-knock", client: "knock-knock-client" },
  {
    server: "chat",
    client: "chat-client",
    asks: { as: "Ann" },
    says: [["hi", "Ann:hi"]],
  },
  {
    server: "relay",
    client: "relay-client",
    asks: { as: "ann" },
    says: [
      ["hi|bob", "not online"],
      ["close", "Closing"],
    ],
  },
  {
    server: "reverse",
    given: { mirror: true },
    client: "reverse-client",
    says: [
      ["taco cat", "taco cat"],
      ["exit", ""],
    ],
  },
  { server: "address-book", client: "address-book-client", asks: { email: "luke@gmail.com" } },
  { server: "clock", client: "clock-client", asks: { count: 2 } },
  { server: "ack", client: "ack-client", asks: { text: "hello" } },
  { server: "file-server", given: { service: "pdf", token: "tok1" }, client: "file-client" },
];

const lab = new DiagnosisLab();
lab.use();
const folder = mkdtempSync(path.join(tmpdir(), "netlab-every-role-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Met {
  /** One; of datagrams, one for each socket that the client had. */
  readonly served: readonly Story[];
  readonly client: Story;
}

const lastOf = (id: string) => lab.stories(id).at(-1);
const isOver = (id: string) => eventually(() => expect(lastOf(id)?.endedAt).toBeDefined());

async function meet({ server, given = {}, client, asks = {}, says = [] }: Meeting): Promise<Met> {
  if (client === "file-client") return fetched(given);
  const asked = await lab.spawn(server, given);
  const asking = await lab.spawn(client, { port: asked.port, ...asks });
  for (const [line, reply] of says) {
    await eventually(() => expect(lastOf(asking.id)?.state).toMatch(/^(listening|awaiting)/));
    await lab.say(asking, line);
    await eventually(() => expect(saidIn(lastOf(asking.id) as Story, "in")).toContain(reply));
  }
  if (client === "chat-client") await lab.run(`stop ${asking.id}`);
  await isOver(asking.id);
  if (lastOf(asked.id)?.subject.transport === "tcp") await isOver(asked.id);
  return { served: lab.stories(asked.id), client: lastOf(asking.id) as Story };
}

/** A file, after a question to the registry. */
async function fetched(given: Readonly<Record<string, unknown>>): Promise<Met> {
  const registry = await lab.spawn("bootstrap");
  const bootstrap = `127.0.0.1:${registry.port}`;
  writeFileSync(path.join(folder, "a.pdf"), "what is in it");
  const files = await lab.spawn("file-server", { ...given, root: folder, bootstrap });
  await eventually(() => expect(lab.daemon.lab.registry.list()).toHaveLength(1));
  const output = path.join(folder, "got.pdf");
  const client = await lab.spawn("file-client", { service: "pdf", file: "a.pdf", bootstrap, output });
  await isOver(client.id);
  await isOver(files.id);
  expect(lab.daemon.lab.find(client.id)?.result).toMatchObject({ ok: true });
  return { served: lab.stories(files.id), client: lastOf(client.id) as Story };
}

const kindsOf = ({ entries }: Story, kind: "in" | "out") =>
  entries.flatMap((entry) => (entry.kind === kind ? [entry.bytes] : []));
const saidIn = (story: Story, kind: "in" | "out") => Buffer.concat(kindsOf(story, kind)).toString("latin1");

/** As a capture has it: its token hidden. */
const shown = (bytes: Buffer) => bytes.toString("latin1").replace("tok1", "****");

/** What went over the wire, as its server had it: each read and each write. */
function wireOf({ entries }: Story): string[] {
  const [came, went] = ["→", "←"];
  return entries.flatMap((entry: Entry) => {
    switch (entry.kind) {
      case "in":
        return [`${came} ${shown(entry.bytes)}`];
      case "out":
        return [`${went} ${shown(entry.bytes)}`];
      case "file":
        return [`${entry.direction === "in" ? came : went} ${entry.size} bytes of a file`];
      default:
        return [];
    }
  });
}

const recordOf = async ({ subject }: Story) =>
  (await lab.run(`records ${subject.id} --json`)).data as CapturedStory;

async function fileOf(...stories: Story[]): Promise<Buffer> {
  const records = await Promise.all(stories.map(recordOf));
  return Buffer.concat([captureHead("0", []), ...new CaptureEncoder().stories(records)]);
}

async function seen(story: Story, server: string): Promise<Looked[]> {
  const { roles } = lab.daemon.lab;
  const { conversations } = capturedConversations(await fileOf(story));
  return Promise.all(
    conversations.map((conversation) => {
      const name = roles.get(server)?.transport === conversation.transport ? server : "bootstrap";
      return look({ conversation, guess: { name, by: "told" }, roles });
    }),
  );
}

/** Cards that the live lab has of both sides of these conversations. */
async function explained({ served, client }: Met): Promise<string[]> {
  const ofClients = await Promise.all(served.map((story) => lab.explain(story)));
  const ofServer = await lab.explain(client);
  const ids = (one: Explained, side: string) => one.diagnoses.map(({ id }) => `${side} ${id}`);
  return [...ofClients.flatMap((one) => ids(one, "client")), ...ids(ofServer, "server")];
}

const cardsOf = (looked: readonly Looked[]) =>
  looked.flatMap(({ cards }) => cards.map(({ side, id }) => `${side} ${id}`));

/** Of each conversation, by what each side said: where both spoke at once, either may have heard the other first. */
const saidBy = (stories: readonly Story[]) =>
  stories
    .map((story) => ["→", "←"].map((way) => wireOf(story).filter((line) => line.startsWith(way))))
    .sort();

const DISCOVERED = [["→ DISCOVERY"], [expect.stringMatching(/^← 127.0.0.1,\d+,pdf,\*{4}$/), "← end"]];

const all: Story[] = [];

describe.each(meetings)("our $server and its client", (meeting) => {
  let met!: Met;
  beforeAll(async () => {
    if (meeting.server === "address-book") await lab.run("book add luke@gmail.com Luke Skywalker");
    met = await meet(meeting);
    all.push(...met.served, met.client);
  });

  it("are the same conversation in the server's capture: bytes, state, verdict, cards", async () => {
    for (const server of met.served) {
      const [looked, ...others] = await seen(server, meeting.server);
      const { diagnoses, verdict } = await lab.explain(server);
      expect(others).toEqual([]);
      expect(looked && wireOf(looked.story)).toEqual(wireOf(server));
      const { state, bytesIn, bytesOut } = server;
      expect(looked?.story).toMatchObject({ state, bytesIn, bytesOut });
      expect(looked?.disagreements).toEqual([]);
      expect(looked?.judged.verdict).toBe(verdict);
      expect(looked && cardsOf([looked])).toEqual(diagnoses.map(({ id }) => `client ${id}`));
    }
  });

  it("are the same in the client's, its datagrams and its connection apart", async () => {
    const looked = await seen(met.client, meeting.server);
    const due = saidBy(met.served);
    expect(saidBy(looked.map(({ story }) => story))).toEqual(
      meeting.client === "file-client" ? [...due, DISCOVERED] : due,
    );
    expect(cardsOf(looked)).toEqual(await explained(met));
    expect(looked.flatMap(({ disagreements }) => disagreements)).toEqual([]);
  });

  it("are played again alike from either capture", async () => {
    for (const story of [...met.served, met.client]) {
      for (const { playing } of await seen(story, meeting.server)) {
        if (!playing) throw new Error("nothing to play");
        const { isWhole, earlyMs, ...request } = playing;
        expect(await replay(request, { isWhole, earlyMs })).toMatchObject({ difference: undefined });
      }
    }
  });
});

describe("all of them in one file", () => {
  it.skipIf(!hasTshark)("have no fault that Wireshark finds (skipped without tshark)", async () => {
    const file = path.join(folder, "all.pcapng");
    writeFileSync(file, await fileOf(...all));
    expect(all.length).toBeGreaterThan(20);
    expect(faultsOf(file)).toEqual([]);
  });
});
