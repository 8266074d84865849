/** How long a card stands in the class: until a conversation has come past the mistake, and no broken-off start counts for one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Conversation } from "../actors/conversation.ts";
import { eventually } from "../actors/harness.ts";
import { ClassDaemon } from "./class-daemon.ts";

const IDS = ["wrong", "mute", "named", "gone", "through", "fixed", "early"];
const LAB = "roster: ./roster.csv\neach:\n  - role: calculator\n";
/** Longer than a wait has to be. */
const SILENCE_MS = 13_000;

let one: ClassDaemon;
beforeAll(async () => {
  one = await ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": ["id", ...IDS, ""].join("\n") });
});
afterAll(() => one.close());

const open = (id: string) => Conversation.open(one.daemon.lab.find(`${id}-calculator`)?.port ?? 0);
const storiesOf = (id: string) => one.daemon.recorder.all().filter(({ subject }) => subject.label === id);
const rowOf = (id: string) => one.daemon.lab.students().find((row) => row.id === id);
const cardOf = (id: string) => rowOf(id)?.card?.id;

/** A student's program says this, piece by piece as each is taken, is silent for so long, and leaves. */
async function visits(id: string, pieces: readonly string[], silentMs = 0): Promise<void> {
  const client = await open(id);
  const story = () => storiesOf(id).find(({ subject }) => subject.remote.port === client.port);
  await eventually(() => expect(story()).toBeDefined());
  let saidBytes = 0;
  for (const piece of pieces) {
    client.say(piece);
    saidBytes += piece.length;
    await eventually(() => expect(story()?.bytesIn).toBe(saidBytes));
  }
  one.clock.push(silentMs);
  client.end("");
  await client.over();
  await eventually(() => expect(story()?.endedAt).toBeDefined());
}

describe("the card of a student", () => {
  it("of a mistake stays when the program is started again and broken off, and goes when it comes past it", async () => {
    await visits("wrong", ["ann\n", "1 plus 2\n", "q\n"]);
    expect(cardOf("wrong")).toBe("D17");
    await visits("wrong", []);
    expect(cardOf("wrong")).toBe("D17");
    await visits("wrong", ["ann\n"]);
    expect(cardOf("wrong")).toBe("D17");
    await visits("wrong", ["ann\n", "1 + 2\n", "q\n"]);
    expect(cardOf("wrong")).toBeUndefined();
  });

  it.each([
    ["mute", []],
    ["named", ["ann\n"]],
  ])(
    "of a program that was ended because it hung (%s) is that of its hanging, until one goes on from there",
    async (id, pieces) => {
      await visits(id, pieces, SILENCE_MS);
      expect(cardOf(id)).toBe("D01");
      await visits(id, pieces);
      expect(cardOf(id)).toBe("D01");
      await visits(id, ["ann\n", "1 + 2\n", "q\n"]);
      expect(cardOf(id)).toBeUndefined();
    },
  );

  it("is none where nothing was said for long by one who is through: people read an answer before they leave", async () => {
    // A habit has a card, too: it is a note.
    await visits("through", ["ann\0", "1 + 2\0"], SILENCE_MS);
    expect([cardOf("through"), rowOf("through")?.done]).toEqual([undefined, true]);
  });

  it("is none for a habit that the role takes", async () => {
    await visits("gone", ["ann\n"]);
    const [story] = storiesOf("gone");
    expect(story && one.daemon.lab.judged(story)).toMatchObject({ verdict: "note" });
    expect(cardOf("gone")).toBeUndefined();
  });

  it("of a mistake in the first message stays when a start says nothing", async () => {
    await visits("early", ["SSH-2.0-OpenSSH_9.6\r\n"]);
    expect(cardOf("early")).toBe("D44");
    await visits("early", []);
    expect(cardOf("early")).toBe("D44");
  });

  it("gives way to the card of a later mistake", async () => {
    await visits("fixed", ["ann\n"], SILENCE_MS);
    await visits("fixed", ["ann\n", "1 plus 2\n", "q\n"]);
    expect(cardOf("fixed")).toBe("D17");
  });
});
