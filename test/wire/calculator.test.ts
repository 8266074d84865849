import { describe, expect, it } from "vitest";
import { parseExpression } from "../../src/wire/calculator.ts";
import { processorMsOf } from "../processor-time.ts";

describe("an expression", () => {
  it.each<[string, number, string, number]>([
    ["15 + 35", 15, "+", 35],
    ["4.5 / -6", 4.5, "/", -6],
    ["0.1 + 0.30", 0.1, "+", 0.3],
    ["-0 * 123456789012.345", -0, "*", 123456789012.345],
    ["1. - .5", 1, "-", 0.5],
    ["1 +  2", 1, "+", 2],
    ["1  + 2", 1, "+", 2],
    ["  1  *\t\n3  ", 1, "*", 3],
    ["1 + 2 ", 1, "+", 2],
    ["  .5\t*  5. \r", 0.5, "*", 5],
    ["-1 - -1", -1, "-", -1],
    ["1_000 + 1e3", 1_000, "+", 1_000],
    ["+1 - nan", 1, "-", Number.NaN],
    ["NAN / Infinity", Number.NaN, "/", Number.POSITIVE_INFINITY],
    ["\x85.5 + NaN", 0.5, "+", Number.NaN],
    ["\ufeff 7 * -inf", 7, "*", Number.NEGATIVE_INFINITY],
    ["inf - INFINITY", Number.POSITIVE_INFINITY, "-", Number.POSITIVE_INFINITY],
  ])("[CALC-2] %j has two numbers and an operator", (text, left, operator, right) => {
    expect(parseExpression(text)).toEqual({ ok: true, left, operator, right });
  });

  it.each([
    "",
    " ",
    "5",
    "5 +",
    "+ 5",
    "15+35",
    "15 +35",
    "15+ 35",
    "1 + 2 + 3",
    "x + 1",
    "1 + x",
    "one two three",
    `${"x".repeat(60_000)} + 1`,
    "infinite + 1",
    "a ? b",
  ])("[CALC-2] %j has no format", (text) =>
    expect(parseExpression(text)).toEqual({ ok: false, code: "format" }),
  );

  it.each(["1 % 2", "1 ** 2", "1 x 2", "1 2 3", "1 // 2", "1 +- 2", "1 × 2"])(
    "[CALC-2] %j has no operator",
    (text) => expect(parseExpression(text)).toEqual({ ok: false, code: "operator" }),
  );

  it.each([
    ["words", "1 ".repeat(30_000)],
    ["white space", `1${" ".repeat(60_000)}+`],
    ["one long word", "1".repeat(60_000)],
  ])("costs no more than its length: %s", async (_what, text) => {
    const usedMs = await processorMsOf(() => {
      parseExpression(text);
      parseExpression(` ${text} x`);
    });
    expect(usedMs).toBeLessThan(1_000);
  });
});
