/** A line peer's input makes the same messages at the same times, whether its reads of ASCII come as text or as bytes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../src/wire/framer.ts";
import { asciiText, TextLines } from "../../src/wire/text-lines.ts";
import { Hearing, type HearingOptions, limits, raw, slowMs, tailMs, text } from "./hearing.ts";

const word: Reading = { reads: "text", isWord: (tail) => tail.trim() === "q" };
/** Four bytes, whatever they are. */
const record: Reading = {
  reads: "record",
  decode: ({ bytes, ended }) =>
    bytes.length >= 4 || (ended && bytes.length > 0)
      ? { take: Math.min(4, bytes.length), value: bytes.length }
      : bytes.length > 0
        ? { waitMs: 50 }
        : undefined,
};

/** Words and endings of every kind, as they meet in one stream. */
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 12 }).map((one) => Buffer.from(one)),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom("\n", "\r\n", "\n\n", "q", "12 + 34\n").map((one) => Buffer.from(one)),
  },
  fc.constantFrom("\0", "\0\0\0", "\n\0", "\r", "é", "漢字\n", "🙂").map((one) => Buffer.from(one)),
  fc.uint8Array({ maxLength: 8 }).map((one) => Buffer.from(one)),
  fc.constantFrom(1_500, 2_100).map((size) => Buffer.alloc(size, "long ")),
);
const cuts = fc.array(
  fc.record({ length: fc.integer({ min: 1, max: 1_200 }), gapMs: fc.constantFrom(0, 0, 10, slowMs, tailMs) }),
  { maxLength: 30 },
);
const setting = fc.record({
  framing: fc.constantFrom(
    "auto" as const,
    "auto" as const,
    "line" as const,
    "bare" as const,
    "nul" as const,
  ),
  readings: fc.array(fc.constantFrom(text, text, word, raw, record), { minLength: 1, maxLength: 6 }),
  replies: fc.boolean(),
  limits: fc.constantFrom(limits, { ...limits, maxMessageBytes: 1_600 }),
  isEnded: fc.boolean(),
});

interface Stream {
  readonly bytes: Buffer;
  readonly pieces: readonly { readonly length: number; readonly gapMs: number }[];
  readonly isEnded: boolean;
}

/** All that can be told of what was heard, in the middle too. */
function heard(options: HearingOptions, { bytes, pieces, isEnded }: Stream) {
  const hearing = new Hearing(options);
  const unread: string[] = [];
  let start = 0;
  for (const { length, gapMs } of [...pieces, { length: bytes.length, gapMs: slowMs }]) {
    hearing.hear(bytes.subarray(start, start + length)).pass(gapMs);
    unread.push(`${hearing.framer.unreadBytes} ${hearing.framer.peek(64).toString("latin1")}`);
    start += length;
  }
  if (isEnded) hearing.end();
  hearing.pass(2 * tailMs);
  const { values, times, framing, isTooLong } = hearing;
  const left: string[] = [];
  for (let chunk = hearing.framer.takeChunk(); chunk; chunk = hearing.framer.takeChunk())
    left.push(chunk.toString("latin1"));
  return {
    messages: hearing.bytes.map((one) => one.toString("latin1")),
    values,
    times,
    framing,
    isTooLong,
    unread,
    left: left.join(""),
  };
}

describe("reads as text", () => {
  it("make the same messages as bytes, cut anywhere, in any phase [FRAME-1…FRAME-4, FRAME-7]", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        cuts,
        setting,
        (pieces, cutting, { isEnded, ...options }) => {
          const stream = { bytes: Buffer.concat(pieces), pieces: cutting, isEnded };
          expect(heard(options, stream)).toEqual(heard({ ...options, asText: false }, stream));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("are heard the same, byte by byte", () => {
    const bytes = Buffer.from("first\n12 + 34\r\n\0\0padded\nnaïve\nend\n\n\rq");
    const pieces = Array.from(bytes, () => ({ length: 1, gapMs: 10 }));
    const stream = { bytes, pieces, isEnded: false };
    const options = { readings: [word] };
    expect(heard(options, stream)).toEqual(heard({ ...options, asText: false }, stream));
    const words = ["first", "12 + 34", "padded", "naïve", "end", "\rq"];
    expect(heard(options, stream).messages).toEqual(words.map((one) => Buffer.from(one).toString("latin1")));
  });
});

describe("ASCII", () => {
  it("is told by its bytes, and nothing else is taken for it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        const isAscii = octets.every((octet) => octet < 0x80);
        expect(asciiText(Buffer.from(octets))).toBe(
          isAscii ? Buffer.from(octets).toString("latin1") : undefined,
        );
      }),
    );
  });
});

describe("a rest without its end", () => {
  it("is joined as long as it is short, or the next read is as long: a byte is copied a few times at most", () => {
    const lines = new TextLines();
    expect(lines.add("a".repeat(1_024), 0)).toBe(true);
    expect(lines.add("b", 1)).toBe(true);
    expect(lines.add("c", 2)).toBe(false);
    expect(lines.add("d".repeat(1_025), 3)).toBe(true);
    expect([lines.length, lines.lastAt]).toEqual([2_050, 3]);
  });
});
