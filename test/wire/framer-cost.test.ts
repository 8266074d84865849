/**
 * A message that arrives byte by byte costs its length, not its square. Counted is what would be quadratic: bytes that
 * are searched, joined or decoded again each time one more has come. The count that is too high throws at once.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Reading } from "../../src/wire/framer.ts";
import { Hearing, slowMs } from "./hearing.ts";

/** So often may a byte be touched, for all reasons together. */
const bounded = 10;

let touched = 0;
let limit = Number.POSITIVE_INFINITY;

function touch(bytes: number): void {
  touched += bytes;
  if (touched > limit) throw new Error(`${touched} bytes were touched already`);
}

/** Counts the bytes of every buffer that is searched, copied or decoded, and of every one that is made. */
beforeEach(() => {
  touched = 0;
  limit = Number.POSITIVE_INFINITY;
  for (const name of ["indexOf", "includes", "copy", "toString"] as const) {
    const original = Buffer.prototype[name] as (...args: unknown[]) => unknown;
    vi.spyOn(Buffer.prototype, name).mockImplementation(function (this: Buffer, ...args: unknown[]) {
      touch(this.length);
      return original.apply(this, args) as never;
    });
  }
  for (const name of ["alloc", "allocUnsafe"] as const) {
    const original = Buffer[name];
    vi.spyOn(Buffer, name).mockImplementation((size: number) => {
      touch(size);
      return original(size);
    });
  }
  const { concat } = Buffer;
  vi.spyOn(Buffer, "concat").mockImplementation((list) => {
    touch(list.length);
    return concat(list);
  });
});
afterEach(() => void vi.restoreAllMocks());

const words: Reading = { reads: "text", isWord: (word) => word === "exit" };
const patient: Reading = {
  reads: "record",
  decode: ({ bytes }) => (bytes.at(-1) === 0x0a ? { take: bytes.length, value: undefined } : { waitMs: 200 }),
};

describe.each([8_192, 65_536])("%i bytes, one by one, cost their length", (size) => {
  test.each([
    ["a line", "line", [words], "\n"],
    ["a line of an unknown peer", "auto", [words], "\n"],
    ["a string", "nul", [words], "\0"],
    ["a string of an unknown peer", "auto", [words], "\0"],
    ["a raw line", "line", [{ reads: "raw" }], "\n"],
    ["a record", "auto", [patient], "\n"],
  ] as const)("in %s", (_, framing, readings, ending) => {
    const hearing = new Hearing({ framing, readings });
    const letter = Buffer.from("a");
    limit = bounded * size;
    for (let count = 1; count < size; count += 1) hearing.hear(letter);
    hearing.hear(ending).pass(slowMs);
    limit = Number.POSITIVE_INFINITY;
    // Raw lines and records keep their ending.
    expect(hearing.messages.map((message) => message.trimEnd() === "a".repeat(size - 1))).toEqual([true]);
    expect(touched).toBeGreaterThanOrEqual(size);
  });

  test("in lines of one letter each", () => {
    const hearing = new Hearing({ framing: "line" });
    const [letter, newline] = [Buffer.from("a"), Buffer.from("\n")];
    limit = bounded * size;
    for (let count = 0; count < size / 2; count += 1) hearing.hear(letter, newline);
    limit = Number.POSITIVE_INFINITY;
    expect(hearing.bytes).toHaveLength(size / 2);
    expect(touched).toBeGreaterThanOrEqual(size);
  });
});
