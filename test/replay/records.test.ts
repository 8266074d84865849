/** A story is plain data: from its record it is told, drawn, judged and replayed as from memory. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { sequenceOf } from "../../src/charts/sequence.ts";
import { sequencePlain } from "../../src/charts/sequence-plain.ts";
import { explain, explanationDocument } from "../../src/repl/explanation.ts";
import { playAgain, replayRequest } from "../../src/repl/replaying.ts";
import { replay } from "../../src/replay/replay.ts";
import { cause } from "../../src/stories/causes.ts";
import { editionOf } from "../../src/stories/editions.ts";
import type { Story } from "../../src/stories/story.ts";
import { fromRecord, type StoryRecord, toRecord } from "../../src/stories/story-record.ts";
import { converse, eventually } from "../actors/harness.ts";
import { DiagnosisLab } from "../diagnoses/lab.ts";
import { habits, nonsense, written } from "../torture/_nonsense.ts";
import { Random } from "../torture/_random.ts";

const lab = new DiagnosisLab();
lab.use();

const copies: readonly [string, (record: StoryRecord) => StoryRecord][] = [
  ["structuredClone", (record) => structuredClone(record)],
  ["JSON", (record) => JSON.parse(JSON.stringify(record)) as StoryRecord],
];
const WORDS = [
  "ann",
  "server1",
  "1 + 1",
  "a.pdf",
  "q",
  "Knock knock..",
  ":Al:al",
  "x|y",
  "close",
  "Q\u0003a@b",
];

/** Everything that a reader makes of a story. */
async function readingOf(story: Story) {
  const { momentAt, ...replayed } = await replay(replayRequest(lab.daemon.lab, story));
  return {
    explained: explanationDocument(explain(lab.daemon.lab, story)),
    drawn: sequencePlain(sequenceOf([story], { most: 1_000 })),
    replayed,
    moments: story.entries.map((_, index) => momentAt(index + 1)?.context),
  };
}

async function visit(port: number, seed: number): Promise<void> {
  const random = new Random(seed);
  const right = WORDS.map((word) => Buffer.from(word));
  const peer = await converse(port);
  const habit = random.pick(habits);
  for (let turn = 0; turn < 5 && !peer.isOver; turn += 1)
    peer.socket.write(written(random, nonsense(random, right), habit));
  if (random.chance(0.3)) peer.reset();
  else peer.end();
}

describe("the record of a story", () => {
  it.each(copies)("is read the same after %s, whatever a peer said to whom", async (_, copied) => {
    const roles = ["calculator", "knock-knock", "chat", "relay", "address-book", "echo", "file-server"];
    const given = { token: "server1", service: "pdf" };
    const instances = await Promise.all(
      roles.map((role) => lab.spawn(role, role === "file-server" ? given : {})),
    );
    const ports = instances.map(({ port }) => port);
    await Promise.all(
      Array.from({ length: 42 }, (_, seed) => visit(ports[seed % ports.length] ?? 0, seed + 1)),
    );
    const stories = () => instances.flatMap(({ id }) => lab.stories(id));
    await eventually(() => expect(stories().filter(({ endedAt }) => endedAt !== undefined)).toHaveLength(42));
    for (const story of stories()) {
      const judged = lab.daemon.lab.judged(story);
      const again = fromRecord(copied(toRecord(story)));
      expect(again.story.judged).toEqual(judged);
      expect(await readingOf(again.story), story.subject.id).toEqual(await readingOf(story));
    }
  });

  it.each(copies)("of a live connection has what it was doing, after %s", async (_, copied) => {
    const { id, port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.say("ann\n1 + 1\n2 +");
    await peer.hears("2.0\n");
    const [story] = lab.stories(id);
    await eventually(() => expect(lab.daemon.lab.liveView(story?.subject.id ?? "")?.unreadBytes).toBe(3));
    if (!story) throw new Error("nobody came");
    const live = lab.daemon.lab.liveView(story.subject.id);
    if (!live) throw new Error("it is over");
    const again = fromRecord(copied(toRecord(story, live)));
    expect(again.live).toEqual(live);
    expect(again.story.endedAt).toBeUndefined();
    peer.end();
  });

  it("has a gap as an entry, with its sums", async () => {
    const { id, port } = await lab.spawn("echo");
    const peer = await converse(port);
    await peer.hears("Enter your command please");
    for (let count = 0; count < 60; count += 1) {
      peer.say(`${count}`);
      await peer.hears(`${count}`);
    }
    const [story] = lab.stories(id);
    expect(story?.omitted).toBeGreaterThan(0);
    const again = fromRecord(toRecord(story as Story)).story;
    expect(again.entries).toEqual(story?.entries);
    expect([again.omitted, again.length]).toEqual([story?.omitted, story?.length]);
    peer.end();
  });

  it("of another version is not read", () => {
    const record = { version: 99 } as unknown as StoryRecord;
    expect(() => fromRecord(record)).toThrow("version 99");
  });
});

describe("a role of one's own", () => {
  it("is replayed with the chance it had, and a moment of it knows no later one", async () => {
    const file = path.join(import.meta.dirname, "../../examples/guess-number.ts");
    await lab.daemon.lab.loadRole(readFileSync(file, "utf8"), "guess-number.ts");
    const { id, port } = await lab.spawn("guess-number", { most: 1_000_000 });
    const peer = await converse(port);
    await peer.hears("I think of a number from 1 to 1000000");
    for (const guess of ["0", "0", "0"]) {
      peer.say(guess);
      await peer.hears("too low");
    }
    peer.end();
    const story = () => lab.stories(id)[0] as Story;
    await eventually(() => expect(story()?.endedAt).toBeDefined());
    const { out } = await lab.run(`replay ${story().subject.id}`);
    expect(out).toContain("the same machine, the same transitions");
    const replayed = await replay(replayRequest(lab.daemon.lab, story()));
    const told = story().entries.map((_, index) => replayed.momentAt(index + 1)?.context.tries);
    expect(told.find((tries) => tries !== undefined)).toEqual({ count: 0 });
    expect(told.at(-1)).toEqual({ count: 3 });
    const { momentAt, ...outcome } = replayed;
    const { length } = story().entries;
    for (const number of [1, Math.floor(length / 2), length]) {
      const apart = await playAgain(lab.daemon.lab, replayRequest(lab.daemon.lab, story()), number);
      const { momentAt: momentApart, ...outcomeApart } = apart;
      expect(outcomeApart).toEqual(outcome);
      expect(momentApart(number)).toEqual(momentAt(number));
    }
  });
});

describe("a peer that no descriptor was left for", () => {
  it("was refused before any machine heard it: there is nothing to replay", async () => {
    const calculator = lab.daemon.lab.roles.get("calculator");
    if (!calculator) throw new Error("no calculator");
    const at = { address: "127.0.0.1", port: 4_000 };
    const subject = { id: "calculator-9/c999", instance: "calculator-9", role: "calculator" };
    const story = lab.daemon.recorder.open(
      { ...subject, edition: editionOf(calculator), transport: "tcp", local: at, remote: at },
      "awaitingName",
    );
    story.refuse(cause("no-descriptors", { limit: 64 }), "Too many clients");
    story.close("us");
    lab.daemon.recorder.end(story);
    const { err } = await lab.run("replay calculator-9/c999");
    expect(err).toContain("was refused before");
  });
});

describe("a token that stands in words of ours", () => {
  it("is hidden in the peer's words alone, with its length", async () => {
    const { id, port } = await lab.spawn("file-server", { token: "t", service: "pdf" });
    const peer = await converse(port);
    peer.say("next");
    await peer.hears("Invalid");
    const [story] = lab.stories(id);
    const { out } = await lab.run(`explain ${story?.subject.id}`);
    expect(out).toContain("nex‹1 byte, hidden›");
    expect(out).toContain("6e 65 78 **");
    expect(out).toContain("the token is wrong");
    expect(out.replace(/\s+/g, " ")).toContain("is not this server's token");
  });
});
