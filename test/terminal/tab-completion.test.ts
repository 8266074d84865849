import { describe, expect, it } from "vitest";
import { insertionFor, listOf } from "../../src/terminal/tab-completion.ts";

const named = (...values: string[]) => values.map((value) => ({ value }));

describe("what Tab types", () => {
  it.each([
    ["nothing without candidates", [], "x", "", undefined],
    ["a whole word, with its blank", ["show"], "sh", "", "show "],
    ["the blank alone, behind a word that is complete", ["show"], "show", "", "show "],
    ["no second blank", ["show"], "sh", " chat", "show"],
    ["nothing where word and blank are there", ["show"], "show", " chat", undefined],
    ["no blank where more of the word must follow", ["state="], "st", "", "state="],
    ["what several have in common", ["show", "show-all"], "s", "", "show"],
    ["nothing where that is typed already", ["show", "show-all"], "show", "", undefined],
    ["nothing where several begin otherwise", ["Ada", "Bob"], "a", "", undefined],
    ["the only candidate, also in its own spelling", ["Chat"], "ch", "", "Chat "],
  ])("is %s", (_what, values, typed, behind, insertion) => {
    expect(insertionFor(named(...values), typed, behind)).toBe(insertion);
  });
});

describe("the list of candidates", () => {
  it("puts the summaries in a column, and cuts them at the edge", () => {
    const candidates = [
      { value: "ls", summary: "what there is" },
      { value: "漢字", summary: "two characters, four columns" },
      { value: "plain" },
    ];
    expect(listOf(candidates, 20)).toBe("ls     what there is\n漢字   two characte…\nplain");
  });

  it("fills the rows where there are no summaries", () => {
    expect(listOf(named("a", "bb", "ccc", "d"), 13)).toBe("a    bb   ccc\nd");
    expect(listOf(named("a", "bb", "ccc"), 2)).toBe("a\nbb\nccc");
  });

  it("says how many it leaves out", () => {
    const lines = listOf(named(...Array.from({ length: 50 }, (_, index) => `name-${index}`)), 8).split("\n");
    expect(lines).toHaveLength(41);
    expect(lines.at(-1)).toBe("and 10 more");
  });
});
