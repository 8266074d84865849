import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Framer, type FramingOption, type Reading } from "../../src/wire/framer.ts";
import { bytesOf, Hearing, limits, quickMs, quietMs, slowMs } from "./hearing.ts";

const smallestBuffer = 256;
const usualBuffers = [smallestBuffer, 512, 1024, 2048, 4096, 5000, 8192];

/** A message is one write of one person: no ending within it, something in it. */
const said = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .map((words) => words.replace(/[\r\n\0]/g, "-"));
const dialogue = fc.array(said, { minLength: 1, maxLength: 12 });

/** How a stream is cut, and how long each piece waits for the next. */
const cutting = fc.array(
  fc.record({ length: fc.integer({ min: 1, max: 50 }), gapMs: fc.nat({ max: quickMs }) }),
  {
    maxLength: 40,
  },
);
type Cutting = readonly { length: number; gapMs: number }[];

function hearInPieces(hearing: Hearing, bytes: Buffer, cuts: Cutting): Hearing {
  let start = 0;
  for (const { length, gapMs } of cuts) {
    hearing.hear(bytes.subarray(start, start + length)).pass(gapMs);
    start += length;
  }
  return hearing.hear(bytes.subarray(start)).pass(slowMs);
}

/** A piece as long as what came before it, with the same end: the whole buffer of a program, sent a second time. */
function looksLikeOneBufferAgain(bytes: Buffer, cuts: Cutting): boolean {
  let start = 0;
  return cuts.some(({ length }) => {
    const before = bytes.subarray(Math.max(0, start - 4), start);
    start += length;
    return start - length >= length && before.equals(bytes.subarray(Math.max(0, start - 4), start));
  });
}

describe("the messages heard are those that were said", () => {
  test("by a line peer, under any cuts [FRAME-2]", () => {
    fc.assert(
      fc.property(
        dialogue,
        cutting,
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        (messages, cuts, ending, replies) => {
          const stream = Buffer.from(messages.map((message) => message + ending).join(""));
          const hearing = hearInPieces(new Hearing({ replies }), stream, cuts);
          expect(hearing.messages).toEqual(messages);
          expect(hearing.framing).toBe("line");
          expect(hearing.framer.unreadBytes).toBe(0);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("by a line peer whose tail is ended by its FIN, under any cuts [FRAME-2]", () => {
    fc.assert(
      fc.property(dialogue, said, cutting, (messages, last, cuts) => {
        const stream = Buffer.from([...messages, last].join("\n"));
        expect(hearInPieces(new Hearing(), stream, cuts).end().messages).toEqual([...messages, last]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("by a nul peer, under any cuts [FRAME-4]", () => {
    const padding = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(dialogue, cutting, padding, fc.boolean(), (messages, cuts, nuls, replies) => {
        const stream = Buffer.from(messages.map((message) => message + "\0".repeat(nuls)).join(""));
        // A burst of a usual size is a fixed buffer by rule, whatever it holds; a reply may begin one anywhere.
        fc.pre(replies ? stream.length < smallestBuffer : !usualBuffers.includes(stream.length));
        fc.pre(!replies || !looksLikeOneBufferAgain(stream, cuts));
        const hearing = hearInPieces(new Hearing({ replies }), stream, cuts);
        expect(hearing.messages).toEqual(messages);
        expect(hearing.framing).toBe("nul");
        expect(hearing.framer.unreadBytes).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });

  test("by a nul peer that sends its whole buffer each time and waits for its answer [FRAME-4]", () => {
    const size = fc.constantFrom(...usualBuffers);
    // Short words over a short pattern: nothing stale can start just where a smaller, clean buffer would have ended.
    const words = fc.array(
      said.filter((message) => Buffer.byteLength(message) <= 120),
      { minLength: 1, maxLength: 12 },
    );
    const pattern = fc.array(fc.oneof(fc.constantFrom(0x00, 0x0a, 0x61), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 64,
    });
    fc.assert(
      fc.property(words, size, pattern, fc.nat({ max: 2 * quietMs }), (messages, bytes, stale, gapMs) => {
        const hearing = new Hearing({ replies: true });
        const buffer = Buffer.alloc(bytes, Buffer.from(stale));
        for (const message of messages) {
          buffer.write(`${message}\0`);
          hearing.hear(Buffer.from(buffer)).pass(gapMs);
        }
        expect(hearing.pass(slowMs).messages).toEqual(messages);
      }),
      { numRuns: 1_000 },
    );
  });

  test("by a bare peer, cut where its messages end [FRAME-3]", () => {
    const gaps = fc.array(fc.nat({ max: 2 * quietMs }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(dialogue, gaps, fc.boolean(), (messages, gapsMs, replies) => {
        const hearing = new Hearing({ replies });
        for (const [index, message] of messages.entries()) hearing.hear(message).pass(gapsMs[index] ?? 0);
        expect(hearing.pass(slowMs).messages).toEqual(messages);
        expect(hearing.framing).toBe("bare");
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Bytes in which endings, NULs and broken characters are frequent, and usual buffers among them. */
const anyByte = fc.oneof(fc.constantFrom(0x00, 0x0a, 0x0d, 0x61, 0xc3), fc.nat({ max: 255 }));
const anyChunk = fc.oneof(
  { weight: 8, arbitrary: fc.array(anyByte, { maxLength: 30 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(255, 256, 904, 1024, 4096).map((size) => Buffer.alloc(size, "ab\0")),
  },
);

type Step =
  | { readonly does: "hear"; readonly bytes: Buffer }
  | { readonly does: "pass"; readonly ms: number }
  | { readonly does: "read"; readonly as: keyof typeof readings }
  | { readonly does: "reply" | "end" | "take" };

const readings = {
  text: { reads: "text" },
  words: { reads: "text", isWord: (word) => word.length % 2 === 0 },
  glued: {
    reads: "text",
    // Text that was not UTF-8 does not encode back to its own bytes; a role's unglue compares with what it knows.
    unglue: (glued) =>
      glued.includes("\ufffd") ? undefined : [glued.slice(0, 1), glued.slice(1)].filter(Boolean),
  },
  raw: { reads: "raw" },
  pairs: {
    reads: "record",
    decode: ({ bytes }) => (bytes.length < 2 ? undefined : { take: 2, value: bytes[0] }),
  },
  patient: {
    reads: "record",
    decode: ({ bytes, stillMs }) =>
      stillMs < 100 ? { waitMs: 100 - stillMs } : { take: bytes.length, value: 0 },
  },
} satisfies Record<string, Reading>;

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: anyChunk.map((bytes) => ({ does: "hear" as const, bytes })) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(0, 1, 29, 30, 31, 100, 1_999, 2_000)
      .map((ms) => ({ does: "pass" as const, ms })),
  },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(...(Object.keys(readings) as (keyof typeof readings)[]))
      .map((as) => ({ does: "read" as const, as })),
  },
  { weight: 2, arbitrary: fc.constant({ does: "reply" as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ does: "end" as const }, { does: "take" as const }) },
);

describe("whatever bytes come, however they are cut, and whatever phases read them", () => {
  const anyOption = fc.constantFrom<FramingOption>("auto", "auto", "auto", "line", "bare", "nul");
  const anySteps = fc.array(anyStep, { maxLength: 60 });

  /** A framer through these steps: what came, and what was handed over, in order. */
  class Trial {
    readonly framer: Framer;
    readonly handed: Buffer[] = [];
    readonly habits: string[];
    readonly #came: Buffer[] = [];
    #now = 0;

    constructor(option: FramingOption, steps: readonly Step[], maxMessageBytes = limits.maxMessageBytes) {
      this.framer = new Framer(option, { ...limits, maxMessageBytes });
      this.habits = [this.framer.framing];
      for (const step of steps) this.#do(step);
    }

    get came(): Buffer {
      return Buffer.concat(this.#came);
    }

    #do(step: Step): void {
      switch (step.does) {
        case "hear":
          this.#came.push(step.bytes);
          return this.framer.push(step.bytes, this.#now);
        case "pass":
          this.#now += step.ms;
          return;
        case "reply":
          return this.framer.replied();
        case "end":
          return this.framer.end();
        case "take":
          return void this.handed.push(this.framer.takeChunk() ?? Buffer.alloc(0));
        case "read":
          while (this.#read(readings[step.as]));
      }
    }

    /** Whether it is worth asking again at once. */
    #read(reading: Reading): boolean {
      const framed = this.framer.next(reading, this.#now);
      this.habits.push(this.framer.framing);
      if (framed.kind === "wait") expect(framed.ms).toBeGreaterThan(0);
      const bytes = bytesOf(framed);
      if (bytes) this.handed.push(bytes);
      return bytes !== undefined && bytes.length > 0;
    }
  }

  test("the framer never throws, and never hands over more than came", () => {
    fc.assert(
      fc.property(anyOption, anySteps, (option, steps) => {
        const { framer, came, handed } = new Trial(option, steps);
        const handedBytes = Buffer.concat(handed).length;
        expect(handedBytes + framer.unreadBytes).toBeLessThanOrEqual(came.length);
      }),
      { numRuns: 5_000 },
    );
  });

  test("what it hands over came in that order", () => {
    fc.assert(
      fc.property(anyOption, anySteps, (option, steps) => {
        const { came, handed } = new Trial(option, steps);
        let from = 0;
        for (const bytes of handed) {
          const at = came.indexOf(bytes, from);
          expect(at).toBeGreaterThanOrEqual(from);
          from = at + bytes.length;
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("no message is longer than the limit", () => {
    const texts = new Set<unknown>(["text", "words", "glued"]);
    fc.assert(
      fc.property(anyOption, anySteps, (option, steps) => {
        const reads = steps.filter(
          (step) => step.does !== "take" && (step.does !== "read" || texts.has(step.as)),
        );
        for (const bytes of new Trial(option, reads, 16).handed) expect(bytes.length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 3_000 },
    );
  });

  test("the habit only moves forward, and a told one not at all [FRAME-1]", () => {
    const forward = /^(unknown )+(bare )*(line )*$|^(unknown )+(nul )*$/;
    fc.assert(
      fc.property(anyOption, anySteps, (option, steps) => {
        const { habits } = new Trial(option, steps);
        if (option === "auto") expect(`${habits.join(" ")} `).toMatch(forward);
        else expect(new Set(habits)).toEqual(new Set([option]));
      }),
      { numRuns: 3_000 },
    );
  });

  test("phases that read no text teach nothing [FRAME-1]", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const textless = steps.filter(
          (step) => step.does !== "read" || ["raw", "pairs", "patient"].includes(step.as),
        );
        expect(new Set(new Trial("auto", textless).habits)).toEqual(new Set(["unknown"]));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a peer that has closed leaves nothing unread in a text phase", () => {
    fc.assert(
      fc.property(anyOption, anySteps, (option, steps) => {
        const { framer } = new Trial(option, [...steps, { does: "end" }, { does: "read", as: "text" }]);
        expect(framer.unreadBytes).toBe(0);
      }),
      { numRuns: 3_000 },
    );
  });
});
