import { describe, expect, it } from "vitest";
import { lineFilter } from "../../src/terminal/line-filter.ts";

const LINES = ["ID  STATE", "c1  open", "c2  Open", "c3  \x1b[31mclosed\x1b[39m"];

function through(...words: string[]) {
  const filter = lineFilter(words);
  const lines = LINES.flatMap((line) => filter.take(line));
  return { lines: [...lines, ...filter.end()].map((line) => LINES.indexOf(line)), filter };
}

describe("a filter", () => {
  it.each([
    [["grep", "open"], [1]],
    [
      ["grep", "-i", "open"],
      [1, 2],
    ],
    [
      ["grep", "-v", "open"],
      [0, 2, 3],
    ],
    [
      ["grep", "-vi", "OPEN"],
      [0, 3],
    ],
    [
      ["grep", "c[12] "],
      [1, 2],
    ],
    [["grep", " closed$"], [3]],
    [["grep", "--", "-v"], []],
    [
      ["head", "-n", "2"],
      [0, 1],
    ],
    [["head", "-1"], [0]],
    [["head"], [0, 1, 2, 3]],
    [
      ["tail", "-n2"],
      [2, 3],
    ],
    [["tail", "-n", "0"], []],
  ])("%j lets these lines through: %j", (words, numbers) => {
    expect(through(...words).lines).toEqual(numbers);
  });

  it("has failed where grep found nothing", () => {
    expect(through("grep", "nowhere").filter.hasFailed).toBe(true);
    expect(through("grep", "c1").filter.hasFailed).toBe(false);
  });

  it("is full when head has its lines", () => {
    expect(through("head", "-n", "4").filter.isFull).toBe(true);
    expect(through("head", "-n", "5").filter.isFull).toBe(false);
  });

  it.each([
    [["wc"], 'unknown filter "wc"; there are grep, head, tail'],
    [["gerp", "x"], 'unknown filter "gerp"; did you mean grep?'],
    [["grep"], "usage: | grep [-v] [-i] PATTERN"],
    [["grep", "a", "b"], "usage: | grep"],
    [["grep", "("], 'grep: "(" is not a regular expression'],
    [["head", "-n", "x"], "usage: | head [-n 10]"],
    [["toString"], 'unknown filter "toString"'],
  ])("%j is refused: %s", (words, text) => {
    expect(() => lineFilter(words)).toThrow(text);
  });
});
