/** Sequences: the order of things, what is told together, bounds, and that nothing is lost in any format. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawingText } from "../../src/charts/drawing-text.ts";
import { sequenceOf } from "../../src/charts/sequence.ts";
import { sequenceDocument } from "../../src/charts/sequence-document.ts";
import { fitsSideBySide, layoutSequence } from "../../src/charts/sequence-layout.ts";
import { sequenceMermaid } from "../../src/charts/sequence-mermaid.ts";
import { sequencePlain } from "../../src/charts/sequence-plain.ts";
import type { Sequence } from "../../src/charts/sequence-steps.ts";
import { sequenceSvg } from "../../src/charts/sequence-svg.ts";
import { shortPeerId } from "../../src/ids.ts";
import clockClient from "../../src/machines/clock-client.ts";
import fileServer from "../../src/machines/file-server.ts";
import { cause, roleCause } from "../../src/stories/causes.ts";
import { editionOf, secretsOf } from "../../src/stories/editions.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { Story, StorySubject } from "../../src/stories/story.ts";
import { hasPython } from "../roles/python-peer.ts";
import { xmlFaults } from "./xml-faults.ts";

/** A recorder whose clock the test turns. */
function scene() {
  let now = 1_000_000;
  const recorder = new Recorder({ now: () => now, setTimeout: () => 0, clearTimeout: () => undefined });
  const after = (ms: number) => {
    now += ms;
    return now;
  };
  const open = (id: string, more: Partial<StorySubject> = {}, secrets: readonly string[] = []) => {
    const [instance = "", connection = ""] = id.split("/");
    const remote = { address: "127.0.0.1", port: 50_000 + Number(connection.slice(1)) };
    const role = instance.replace(/-\d+$/, "");
    const local = { address: "127.0.0.1", port: 4_000 };
    const subject = { id, instance, role, edition: 0, transport: "tcp", local, remote, ...more } as const;
    return recorder.open({ ...subject }, "awaitingName", secrets);
  };
  return {
    recorder,
    after,
    open,
    came: (story: Story, text: string) => story.recordRead(Buffer.from(text)),
    sent: (story: Story, text: string) => story.recordWrite(Buffer.from(text)),
    moved: (story: Story, from: string, to: string, event: string) =>
      story.add({ at: story.now(), kind: "transition", from, to, event }),
    end: (story: Story) => recorder.end(story),
  };
}

const text = (sequence: Sequence, columns = 80, isAscii = false) =>
  drawingText(layoutSequence(sequence, columns), { isAscii, painted: (words) => words });

const widest = (drawn: string) => Math.max(...drawn.split("\n").map((line) => line.length));

/** A name, an expression, an answer that is too long for its arrow, a refusal, the end. */
function calculation(): Story[] {
  const { after, open, came, sent, moved, end } = scene();
  const story = open("calculator-1/c1");
  after(12);
  came(story, "gautamop");
  moved(story, "awaitingName", "computing", "peer.message");
  after(100);
  came(story, "15 + 35");
  sent(story, "50.0");
  after(100);
  came(story, "1 2 3 4 5");
  sent(story, "Incorrect expression format");
  after(1);
  story.remark(roleCause("an expression has three words, this one has five"));
  after(50);
  story.refuse(cause("message-too-long", { limit: 65_536 }), "");
  after(1);
  story.close("us");
  end(story);
  return [story];
}

/** Three in a room; one is told otherwise than the others; one leaves. */
function room(): Story[] {
  const { after, open, came, sent, end } = scene();
  const [ann, bob, cy] = ["chat-1/c1", "chat-1/c2", "chat-1/c3"].map((id) => open(id)) as [
    Story,
    Story,
    Story,
  ];
  after(100);
  came(bob, "hello\n");
  for (const story of [ann, bob, cy]) sent(story, ":Bob:hello\n");
  after(100);
  sent(ann, "only for Ann\n");
  after(100);
  cy.add({ at: cy.now(), kind: "ended" });
  after(1);
  cy.close("peer");
  end(cy);
  for (const story of [ann, bob]) sent(story, ":Cy:Cy left chat\n");
  return [ann, bob, cy];
}

const whole = { most: 1_000 };

describe("a sequence", () => {
  it("is no wider in a pipe, which has no width, than in a wide terminal", () => {
    expect(widest(text(sequenceOf(calculation(), { most: 60 }), 10_000))).toBeLessThanOrEqual(120);
  });

  it("is drawn at 80 columns as it was: one connection, and several", async () => {
    await expect(text(sequenceOf(calculation(), whole))).toMatchFileSnapshot("golden/sequence-one.txt");
    await expect(text(sequenceOf(room(), whole))).toMatchFileSnapshot("golden/sequence-room.txt");
  });

  it("is ASCII where it is asked to be", () => {
    expect(text(sequenceOf(room(), whole), 80, true)).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it("has the instance between its peers", () => {
    expect(sequenceOf(room(), whole).participants.map(({ name }) => name)).toEqual([
      "c1",
      "c2",
      "chat-1",
      "c3",
    ]);
    expect(sequenceOf(calculation(), whole).participants.map(({ name }) => name)).toEqual([
      "c1",
      "calculator-1",
    ]);
  });

  it("tells what was said to several at once as one arrow with several heads", () => {
    const messages = sequenceOf(room(), whole).steps.filter((step) => step.kind === "message");
    const said = messages.find((step) => step.text.includes(":Bob:hello"));
    expect(said?.to).toEqual(["chat-1/c1", "chat-1/c2", "chat-1/c3"]);
    expect(messages.find((step) => step.text.includes("only for Ann"))?.to).toEqual(["chat-1/c1"]);
    const row = text(sequenceOf(room(), whole))
      .split("\n")
      .find((line) => line.includes(":Bob:hello"));
    expect(row?.match(/[◄►]/g)).toHaveLength(3);
  });

  it("has what came before what was sent, within one millisecond and across connections", () => {
    const { open, came, sent } = scene();
    const [first, second] = [open("chat-1/c1"), open("chat-1/c2")];
    sent(first, "heard");
    came(second, "said");
    const texts = sequenceOf([first, second], whole).steps.map((step) => step.text);
    expect(texts.findIndex((one) => one.includes("said"))).toBeLessThan(
      texts.findIndex((one) => one.includes("heard")),
    );
  });

  it("moves an arrow down to its like, and never past what its peer said or heard since", () => {
    const { open, came, sent } = scene();
    const [first, second] = [open("chat-1/c1"), open("chat-1/c2")];
    sent(first, "news");
    sent(second, "welcome");
    sent(second, "news");
    const told = (stories: Story[]) =>
      sequenceOf(stories, whole).steps.flatMap((step) =>
        step.kind === "message" && step.text.includes("news") ? [step.to.length] : [],
      );
    expect(told([first, second])).toEqual([2]);
    came(first, "thanks");
    sent(first, "news");
    expect(told([first, second])).not.toContain(3);
  });

  it("calls the peer of a client of ours the server", () => {
    const { open } = scene();
    const story = open("clock-client-1/c1", { edition: editionOf(clockClient) });
    expect(sequenceOf([story], whole).participants.map(({ name }) => name)).toEqual([
      "server",
      "clock-client-1",
    ]);
  });

  it("shows the last steps of many, and says how many it leaves out", () => {
    const { steps } = sequenceOf(calculation(), { most: 3 });
    expect(steps).toHaveLength(4);
    expect(steps[0]).toMatchObject({
      kind: "gap",
      text: expect.stringMatching(/^\d+ earlier steps are left out/),
    });
  });

  it("tells where entries are no longer kept", () => {
    const { open, came } = scene();
    const story = open("echo-1/c1");
    for (let count = 0; count < 200; count += 1) came(story, `${count}`);
    const gaps = sequenceOf([story], whole).steps.filter(({ kind }) => kind === "gap");
    expect(gaps).toMatchObject([{ text: `${story.omitted} entries of c1 are no longer kept` }]);
  });

  it("hides tokens, save where they are asked for", () => {
    const { open, came } = scene();
    const secrets = secretsOf(fileServer, { token: "secret99" });
    const story = open("file-server-1/c1", { edition: editionOf(fileServer) }, secrets);
    came(story, "secret99\n");
    expect(text(sequenceOf([story], whole))).toContain('"‹8 bytes, hidden›\\n"  9 bytes');
    expect(text(sequenceOf([story], { ...whole, showTokens: true }))).toContain("secret99");
  });

  it("lets a terminal, a page or a diagram obey nothing of what a peer sent", () => {
    const { open, came } = scene();
    const story = open("echo-1/c1");
    came(story, '\u001b[2J</text><script>; Note over p1: x #quot; "&\u202e');
    const sequence = sequenceOf([story], whole);
    const all = [text(sequence), sequencePlain(sequence), sequenceMermaid(sequence), sequenceSvg(sequence)];
    for (const one of all) expect(one).not.toMatch(/[\u001b\u202e]/);
    expect(sequenceSvg(sequence)).not.toContain("<script");
    expect(sequenceMermaid(sequence)).not.toMatch(/[;#](?!\d)(?<!\d;)/);
  });

  it("knows how many stand side by side", () => {
    expect(fitsSideBySide(["c1", "c2", "c3", "chat-1"], 80)).toBe(true);
    expect(
      fitsSideBySide(
        Array.from({ length: 12 }, () => "c1000"),
        80,
      ),
    ).toBe(false);
  });
});

/** Who speaks, after how many milliseconds, and what. */
interface Said {
  readonly who: number;
  readonly after: number;
  readonly isReply: boolean;
  readonly said: string;
}

const talk = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: 3 }),
    after: fc.integer({ min: 0, max: 30 }),
    isReply: fc.boolean(),
    said: fc.string({ maxLength: 90, unit: "grapheme" }),
  }),
  { maxLength: 20 },
);

function played(count: number, lines: readonly Said[]): Story[] {
  const { after, open, came, sent } = scene();
  const stories = Array.from({ length: count }, (_, index) => open(`chat-1/c${index + 1}`));
  for (const { who, after: ms, isReply, said } of lines) {
    const story = stories[who % count];
    after(ms);
    if (story) (isReply ? sent : came)(story, said);
  }
  return stories;
}

describe("any conversation", () => {
  it("is whole in every format, with an arrow's head for each who heard it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), talk, (count, lines) => {
        const sequence = sequenceOf(played(count, lines), whole);
        const { steps } = sequence;
        const heads = steps.reduce((sum, step) => sum + (step.kind === "message" ? step.to.length : 0), 0);
        const said = steps.filter((step) => step.kind === "message" && !/^connects$/.test(step.text));
        expect(said.reduce((sum, step) => sum + (step.kind === "message" ? step.to.length : 0), 0)).toBe(
          lines.length,
        );

        const { lines: drawn } = layoutSequence(sequence, 80);
        expect(drawn.filter(({ arrow }) => arrow !== "none")).toHaveLength(heads);
        expect(sequencePlain(sequence).split("\n")).toHaveLength(steps.length + 1);
        expect(sequenceMermaid(sequence).match(/->>/g) ?? []).toHaveLength(heads);
        expect(sequenceDocument(sequence).steps).toHaveLength(steps.length);
        for (const row of text(sequence).split("\n")) expect(row).not.toMatch(/[\p{Cc}]/u);
      }),
      { numRuns: 60 },
    );
  });

  it.skipIf(!hasPython)("is well-formed XML as SVG", () => {
    const samples = fc.sample(fc.tuple(fc.integer({ min: 1, max: 4 }), talk), { numRuns: 40, seed: 7 });
    expect(
      xmlFaults(samples.map(([count, lines]) => sequenceSvg(sequenceOf(played(count, lines), whole)))),
    ).toEqual([]);
  });

  it("keeps every story's own order", () => {
    fc.assert(
      fc.property(talk, (lines) => {
        const { steps } = sequenceOf(played(3, lines), whole);
        for (const [index, who] of ["chat-1/c1", "chat-1/c2", "chat-1/c3"].entries()) {
          const own = steps.filter(
            (step) => step.kind === "message" && (step.from === who || step.to.includes(who)),
          );
          const directions = own.slice(1).map((step) => step.kind === "message" && step.from === "chat-1");
          const meant = lines.filter((line) => line.who % 3 === index).map(({ isReply }) => isReply);
          expect(directions, shortPeerId(who)).toEqual(meant);
        }
      }),
      { numRuns: 60 },
    );
  });
});
