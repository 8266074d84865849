/** Texts that right programs say, in every mixture: no detector may see anything in them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findRecord } from "../../src/diagnoses/_records.ts";
import { textSigns } from "../../src/diagnoses/_signs.ts";

const word = fc.constantFrom(
  ..."ann Zoë Jörg 李雷 bob o'brien a Q it's 100% (x) <3 [1] {} e\u0301 👍🏽 server3 server.txt x|y :-) don’t „ja“".split(
    " ",
  ),
  "C:\\temp",
  "no. 5",
);
const number = fc.oneof(
  fc.integer({ min: 100, max: 300 }).map(String),
  fc.constantFrom("1e3", "-5", ".5", "26.60", "1000000000"),
);
const operator = fc.constantFrom("+", "-", "*", "/");
const line = fc.oneof(
  word,
  number,
  fc.tuple(number, operator, number).map((parts) => parts.join(" ")),
  fc.tuple(word, word, word).map((parts) => parts.join(" ")),
  fc.tuple(word, word).map(([name, text]) => `:${name}:${text}`),
  fc.tuple(word, word).map((parts) => parts.join("|")),
);
const lines = fc.tuple(
  fc.array(line, { minLength: 1, maxLength: 5 }),
  fc.constantFrom("", "\n", "\r\n"),
  fc.boolean(),
);

describe("what right programs send", () => {
  it("has no sign, in whatever order and however it arrives", () => {
    fc.assert(
      fc.property(lines, ([said, end, isOneRead]) => {
        const texts = said.map((text) => text + end);
        const reads = (isOneRead ? [texts.join("")] : texts).map((text, index) => {
          const bytes = Buffer.from(text);
          return { bytes, size: bytes.length, at: index * 300_000 };
        });
        expect(textSigns(reads).map(({ kind }) => kind)).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    [":ann:100%", "100%", "100"],
    ["100%", "1e3", "100%", "1e3"],
    ["100%", "200", "100%", "300"],
  ])("has no sign where shares and numbers come one after another: %s %s %s", (...texts) => {
    const reads = texts.map((text, index) => {
      const bytes = Buffer.from(text);
      return { bytes, size: bytes.length, at: index * 300_000 };
    });
    expect(textSigns(reads)).toEqual([]);
  });

  it("has no strange layout where it is a record of the protocol", () => {
    const text = fc.tuple(word, word, word).map((parts) => Buffer.from(parts.join(" ")));
    fc.assert(
      fc.property(text, fc.constantFrom("query", "answer"), (body, side) => {
        const record = Buffer.concat([Buffer.from([side === "query" ? 0x51 : 0x52, body.length]), body]);
        expect(findRecord(record, side)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});
