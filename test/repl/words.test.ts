import { describe, expect, it } from "vitest";
import { splitWords } from "../../src/repl/line-words.ts";

const wordsOf = (line: string) => splitWords(line).map(({ text }) => text);

describe("a line as words", () => {
  it.each([
    ['spawn echo "two words"', ["spawn", "echo", "two words"]],
    [`a 'b "c"' "d 'e'"`, ["a", 'b "c"', "d 'e'"]],
    ['--token="0033"', ["--token=0033"]],
    ["a\\ b \\' \\\" '\\'", ["a b", "'", '"', "\\"]],
    ['a "" b', ["a", "", "b"]],
  ])("%j is %j", (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });

  it("points at a quote that is not closed", () => {
    expect(() => splitWords(`spawn echo --name "it's`)).toThrow(
      [
        `a " is not closed:`,
        `  spawn echo --name "it's`,
        `                    ^ close it, or write \\" to mean the character itself`,
      ].join("\n"),
    );
  });

  it("points at the last of several, also in a long line and behind wide characters", () => {
    const line = `say "日本語" ${"x".repeat(60)} 'y`;
    const [, shown = "", pointer = ""] = messageOf(() => splitWords(line)).split("\n");
    expect(shown).toBe(`  …${"x".repeat(47)} 'y`);
    expect(pointer.indexOf("^")).toBe(shown.indexOf("'"));
    const [, wide = "", below = ""] = messageOf(() => splitWords("日本 'y")).split("\n");
    expect(wide).toBe("  日本 'y");
    expect(below.indexOf("^")).toBe(7);
  });
});

function messageOf(fails: () => unknown): string {
  try {
    fails();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}
