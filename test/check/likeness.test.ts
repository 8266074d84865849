/** Texts by value, as families compare them. */
import { describe, expect, it } from "vitest";
import { endingLikeness, likeness, mention, showsInPieces } from "../../src/check/likeness.ts";

describe("a likeness", () => {
  it.each([
    [["50.0"], "50"],
    [["50.0"], "50.0\n"],
    [["50.0"], "  50.00\r\n"],
    [["0.75"], "0.750"],
    [["0.75"], ".75"],
    [["50.0"], "5e+01"],
    [["1840.0"], "1.84e+03"],
    [["-0.0625"], "-6.25E-2"],
    [["1e+16"], "10000000000000000.0"],
    [["1e+16"], "1.0E16"],
    [["0.0"], "-0.0"],
    [["50.0", "51.0"], "50.051.0"],
    [["50.0", "51.0"], "50\n51\n"],
    [["Hello ann"], "Hello  ann\0"],
    [["-8.0"], "-8"],
  ])("of %j takes %j", (texts, came) => {
    expect(likeness(texts).exec(came)?.[0]).toBe(came);
  });

  it.each([
    [["50.0"], "505"],
    [["50.0"], "50.05"],
    [["50.0"], "5"],
    [["0.75"], "0.7"],
    [["50.0"], "5e+02"],
    [["50.0"], "5e-01"],
    [["1840.0"], "1.84"],
    [["-8.0"], "8"],
    [["Hello ann"], "hello ann"],
  ])("of %j does not take %j", (texts, came) => {
    expect(likeness(texts).exec(came)).toBeNull();
  });
});

describe("a likeness amid other words", () => {
  it.each([
    [["50.0"], "= 50.0"],
    [["50.0"], "Welcome50"],
    [["50.0"], "Hello ann\n15 + 35 = 50\n"],
    [["-8.0"], "= -8\r\n"],
    [["50.0", "51.0"], "= 50.0= 51.0"],
    [["Division by zero"], "Error: Division by  zero\0"],
  ])("of %j takes %j", (texts, came) => {
    expect(endingLikeness(texts).exec(came)?.[0]).toBe(came);
  });

  it.each([
    [["50.0"], "= 150"],
    [["50.0"], "= -50"],
    [["50.0"], "1e50"],
    [["50.0"], "0.50"],
    [["50.0"], "50.0 is it"],
    [["50.0"], "50.05"],
    [["50.0", "51.0"], "= 51.0= 50.0"],
  ])("of %j does not take %j", (texts, came) => {
    expect(endingLikeness(texts).exec(came)).toBeNull();
  });
});

describe("a mention", () => {
  it.each(["007", "0042", "-08", "12345678901234567890", "1e400", "well-known", "a/b", "[x] (y) {z} + $1"])(
    "of %s is found as it stands",
    (text) => {
      expect(mention(text).test(`Reply: ${text}\n`)).toBe(true);
      expect(likeness([text]).exec(text)?.[0]).toBe(text);
    },
  );

  it("of more digits than a double keeps is found by its words alone", () => {
    expect(mention("12345678901234567890").test("Reply: 12345678901234567000\n")).toBe(false);
    expect(mention("100000000000000000000").test("Result: 1e+20")).toBe(true);
  });

  it("finds a number by its value, and no part of another", () => {
    expect(mention("50.0").test("Result: 50")).toBe(true);
    expect(mention("50.0").test("Result: 150")).toBe(false);
    expect(mention("50.0").test("50.5")).toBe(false);
  });

  it("finds a text that is glued to another, as a room's messages are", () => {
    expect(mention(":Ann:hi").test("hello:Ann:hi")).toBe(true);
  });
});

describe("a long text", () => {
  const text = `${"long".repeat(600)}end`;
  const inPieces = (amid: string) => `${text.slice(0, 1_000)}${amid}${text.slice(1_000)}`;

  it.each(["", "<<", "1)saysomething2)leave>"])("is shown with %j between two pieces of it", (amid) => {
    expect(showsInPieces(`Name?${inPieces(amid)}bye`, text)).toBe(true);
  });

  it("is not where a piece of it is missing, or much stands between two", () => {
    expect(showsInPieces(`${text.slice(0, 1_000)}<<${text.slice(1_400)}`, text)).toBe(false);
    expect(showsInPieces(inPieces("#".repeat(101)), text)).toBe(false);
  });
});
