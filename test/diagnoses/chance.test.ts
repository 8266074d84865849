/** Mistakes that look by chance like others: each is told as what it is. */
import { describe, expect, it } from "vitest";
import { look } from "../../src/onlooker/look.ts";
import { conversation, type Line } from "../onlooker/conversations.ts";

/** Marks around quoted texts are set where a sentence is shown. */
const unquoted = (sentence: string) => sentence.replaceAll(/[\uE000-\uF8FF"]/g, "");

async function cardsOf(role: string, port: number, lines: readonly Line[]) {
  const { cards } = await look({ conversation: conversation(port, lines), role });
  return cards.map(({ side, id, cause, advice }) => ({
    side,
    id,
    words: unquoted([cause, ...advice].join(" ")),
  }));
}

describe("a server that always adds", () => {
  it("is told the operator, though an answer of it is that of the message before", async () => {
    const lines = ["C> ann", 100, "C> 2 * 3", "S> 5.0", "C> 3 * 3", "S> 6.0", "C> q", "S.", "C."];
    const [card] = await cardsOf("calculator", 4389, lines);
    expect(card?.side).toBe("server");
    expect(card?.words).toMatch(/the operator \* seems not to be looked at/);
    expect(card?.words).not.toMatch(/one answer behind/);
  });
});

describe("a struct of numbers", () => {
  it("that begins as zlib does is told as numbers", async () => {
    const bytes = Buffer.alloc(12);
    for (const [place, number] of [376, 43, 5].entries()) bytes.writeInt32LE(number, 4 * place);
    expect(bytes.toString("hex", 0, 2)).toBe("7801");
    const lines: Line[] = [
      ...["C> ann", 100],
      { from: "client", bytes },
      ...["S> Incorrect expression format", "C.", "S."],
    ];
    const [card] = await cardsOf("calculator", 4389, lines);
    expect(card?.id).toBe("D91");
    expect(card?.words).toMatch(/integers of 4 bytes there are 376 and 43 and 5/);
    expect(card?.words).not.toMatch(/zlib/);
  });
});

describe("a word between colons", () => {
  it("is no name, however often a text begins with it", async () => {
    const lines = [
      ...[
        "S> Please, Enter Your ig name",
        60,
        "C> :Eve Berg:eve",
        "S> new user :Eve Berg:eve connected!\n",
        300,
      ],
      ...["C> :smile: good morning", 300, "C> :smile: good night", 300, "C.", "S."],
    ];
    const ids = (await cardsOf("chat", 4390, lines)).map(({ id }) => id);
    expect(ids).not.toContain("D94");
  });

  it("is one where it is the login", async () => {
    const lines = [
      ...[
        "S> Please, Enter Your ig name",
        60,
        "C> :Eve Berg:eve",
        "S> new user :Eve Berg:eve connected!\n",
        300,
      ],
      ...["C> :eve: good morning", 300, "C> :eve: good night", 300, "C.", "S."],
    ];
    const ids = (await cardsOf("chat", 4390, lines)).map(({ id }) => id);
    expect(ids).toContain("D94");
  });
});

describe("a word between an answered file and the end", () => {
  it("is an acknowledgement with its file's own name, and no second file", async () => {
    const size = Buffer.from([3, 0, 0, 0]);
    const lines = (word: string): Line[] => [
      ...["C> server3", "S> valid", 100, "C> server.txt", "S> found", 100],
      { from: "server", bytes: size },
      ...[100, `C> ${word}`, "S> abc", 12_000, "C.", "S."],
    ];
    const told = async (word: string) =>
      (await cardsOf("file-server", 1238, lines(word))).map(({ id }) => id);
    expect(await told("Gotserver.txt")).not.toContain("D57");
    expect(await told("Got second.txt")).not.toContain("D57");
  });
});

describe("a client that leaves after its name", () => {
  const GAVE_UP = /for a reply to its name, which has none/;
  const told = async (...lines: Line[]) =>
    (await cardsOf("calculator", 4389, lines)).find(({ id }) => id === "D62")?.words ?? "no D62";

  it("may have waited for a reply, where it was silent for a while", async () => {
    expect(await told("C> ann", 2_000, "C.", "S.")).toMatch(GAVE_UP);
  });

  it("has not, where it left at once", async () => {
    expect(await told("C> ann", 200, "C.", "S.")).toMatch(/It left after its name/);
    expect(await told("C> ann", 200, "C.", "S.")).not.toMatch(GAVE_UP);
  });
});
