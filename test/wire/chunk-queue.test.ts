import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkQueue } from "../../src/wire/chunk-queue.ts";
import { alone } from "./alone.ts";

/** Chunks that came one right after the other. */
function queueOf(...chunks: readonly (string | Buffer)[]): ChunkQueue {
  const queue = new ChunkQueue();
  for (const chunk of chunks) queue.push(Buffer.from(chunk), 0, true);
  return queue;
}

describe("an empty queue", () => {
  test("has nothing to take, find or skip", () => {
    const queue = new ChunkQueue();
    expect(queue.length).toBe(0);
    expect(queue.first()).toBeUndefined();
    expect(queue.takeChunk()).toBeUndefined();
    expect(queue.peek(9)).toHaveLength(0);
    expect(queue.take(0)).toHaveLength(0);
    expect(queue.indexOf(0)).toBe(-1);
    expect(queue.skipWhile(0)).toBe(0);
    expect(queue.lastAt).toBe(0);
    expect(queue.newestBurst).toBeUndefined();
  });

  test("has no burst, and to ask for it is a mistake", () => {
    expect(() => new ChunkQueue().burst()).toThrow("empty queue");
  });
});

describe("bytes", () => {
  test("are taken across chunks, and the rest stays", () => {
    const queue = queueOf("ab", "cd", "ef");
    expect(queue.take(3).toString()).toBe("abc");
    expect(queue.takeChunk()?.toString()).toBe("d");
    expect(queue.takeChunk(1)?.toString()).toBe("e");
    expect(queue.length).toBe(1);
  });

  test("of one chunk are not copied", () => {
    const chunk = Buffer.from("abc");
    const queue = new ChunkQueue();
    queue.push(chunk, 0, true);
    expect(queue.peek(2).buffer).toBe(chunk.buffer);
    expect(queue.take(2).buffer).toBe(chunk.buffer);
  });

  test("that were looked at stay as they were when more come and are looked at", () => {
    const queue = queueOf("ab", "cd");
    const seen = queue.peek(4);
    queue.push(Buffer.from("ef"), 0, true);
    expect(queue.peek(6).toString()).toBe("abcdef");
    queue.take(1);
    queue.push(Buffer.from("gh"), 0, true);
    expect(queue.peek(9).toString()).toBe("bcdefgh");
    expect(seen.toString()).toBe("abcd");
  });

  test("are found by their offset from the first unread one", () => {
    const queue = queueOf("ab", "cab");
    expect(queue.indexOf(0x63)).toBe(2);
    queue.take(1);
    expect(queue.indexOf(0x61)).toBe(2);
    expect(queue.indexOf(0x7a)).toBe(-1);
    queue.push(Buffer.from("z"), 0, true);
    expect(queue.indexOf(0x7a)).toBe(4);
  });

  test("that are put back are chunks of their own, in front", () => {
    const queue = queueOf("abcd", "ef");
    const from = queue.first();
    if (!from) throw new Error("the queue is empty");
    queue.takeChunk();
    queue.putBack([Buffer.from("b"), Buffer.from("cd")], from);
    expect(queue.length).toBe(5);
    expect(queue.burst()).toMatchObject({ totalBytes: 6, taken: 1, left: 5 });
    expect(queue.indexOf(0x65)).toBe(3);
    expect([queue.takeChunk(), queue.takeChunk(), queue.takeChunk()].map(String)).toEqual(["b", "cd", "ef"]);
  });

  test("are skipped across chunks, up to a limit", () => {
    expect(queueOf("\0\0", "\0a").skipWhile(0)).toBe(3);
    const queue = queueOf("\0\0", "\0\0", "a");
    expect(queue.skipWhile(0, 3)).toBe(3);
    expect(queue.peek(9).toString()).toBe("\0a");
  });
});

describe("memory that is a chunk's alone", () => {
  function queueOfTwo(isOwn = true) {
    const chunks = [alone("ab"), alone("cd")] as const;
    const queue = new ChunkQueue();
    for (const chunk of chunks) queue.push(chunk, 0, true, isOwn);
    return { queue, lengths: () => chunks.map(({ length }) => length) };
  }

  test("is let go of once its bytes were copied out or passed over, and not before", () => {
    const { queue, lengths } = queueOfTwo();
    expect([queue.textOf(3), lengths()]).toEqual(["abc", [2, 2]]);
    expect([queue.take(3).toString(), lengths()]).toEqual(["abc", [0, 2]]);
    queue.skip(1);
    expect(lengths()).toEqual([0, 0]);
  });

  test.each<[string, (queue: ChunkQueue) => Buffer | undefined]>([
    ["by taking", (queue) => queue.take(1)],
    ["by taking all of it", (queue) => queue.take(2)],
    ["by taking the chunk", (queue) => queue.takeChunk()],
    ["by looking", (queue) => queue.peek(1)],
  ])("stays where a view of it was handed out %s", (_, handOut) => {
    const { queue, lengths } = queueOfTwo();
    const view = handOut(queue)?.toString();
    expect("ab".startsWith(view ?? "?")).toBe(true);
    queue.skip(queue.length);
    expect(lengths()).toEqual([2, 0]);
  });

  test("stays where somebody else may have a view", () => {
    const { queue, lengths } = queueOfTwo(false);
    expect(queue.take(4).toString()).toBe("abcd");
    expect(lengths()).toEqual([2, 2]);
  });

  test("is not that of parts that were put back", () => {
    const { queue, lengths } = queueOfTwo();
    const from = queue.first();
    if (!from) throw new Error("the queue is empty");
    const [a, b] = [queue.take(1), queue.take(1)];
    queue.putBack([a, b], from);
    expect([queue.take(3).toString(), lengths(), `${a}${b}`]).toEqual(["abc", [2, 2], "ab"]);
  });
});

describe("text", () => {
  test("is of ASCII alone, across chunks, and leaves them", () => {
    const queue = queueOf("ab", "cdü", "e");
    queue.take(1);
    expect([queue.textOf(3), queue.textOf(5), queue.length]).toEqual(["bcd", undefined, 6]);
    expect(queue.take(6).toString()).toBe("bcdüe");
  });

  test("is no longer than a read", () => {
    const queue = queueOf("a".repeat(65_536), "b");
    expect(queue.textOf(65_536)).toHaveLength(65_536);
    expect(queue.textOf(65_537)).toBeUndefined();
  });
});

describe("a burst", () => {
  test("goes on where a chunk continues it, and tells what came and was taken of it", () => {
    const queue = new ChunkQueue();
    queue.push(Buffer.from("one\0tw"), 5, false);
    queue.push(Buffer.from("o\0"), 7, true);
    expect(queue.take(4, "string").toString()).toBe("one\0");
    queue.push(Buffer.from("three"), 50, false);
    expect(queue.burst()).toMatchObject({
      totalBytes: 8,
      lastAt: 7,
      endsInNul: true,
      strings: 1,
      stringsEnd: 4,
      taken: 4,
      left: 4,
      isLast: false,
    });
    expect(queue.newestBurst).toMatchObject({ totalBytes: 5, lastAt: 50, endsInNul: false, strings: 0 });
    expect(queue.lastAt).toBe(50);
    queue.take(4, "string");
    expect(queue.burst()).toMatchObject({ totalBytes: 5, taken: 0, isLast: true });
  });

  test("has a string counted where it ends", () => {
    const queue = new ChunkQueue();
    queue.push(Buffer.from("on"), 0, false);
    queue.push(Buffer.from("e\0two\0"), 100, false);
    queue.take(4, "string");
    expect(queue.burst()).toMatchObject({ strings: 1, stringsEnd: 2, taken: 2 });
  });
});

type Step =
  | { readonly does: "push"; readonly bytes: Buffer; readonly isOwn: boolean }
  | {
      readonly does: "take" | "takeChunk" | "peek" | "skip" | "indexOf" | "putBack" | "textOf";
      readonly count: number;
    };

test("a queue is the bytes that came less those that were taken, whatever is done with it", () => {
  const bytes = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 }).map((list) => Buffer.from(list));
  const count = fc.nat({ max: 20 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ does: fc.constant("push" as const), bytes, isOwn: fc.boolean() }) },
    ...(["take", "takeChunk", "peek", "skip", "indexOf", "putBack", "textOf"] as const).map((does) => ({
      weight: 1,
      arbitrary: count.map((number) => ({ does, count: number })),
    })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ChunkQueue();
      let model = Buffer.alloc(0);
      /** Views that were handed out, and what they show for good. */
      const views: { readonly view: Buffer; readonly shows: Buffer }[] = [];
      const keep = (view: Buffer) => views.push({ view, shows: Buffer.from(view) });
      const drop = (number: number) => {
        model = model.subarray(number);
      };
      for (const one of steps) {
        switch (one.does) {
          case "push":
            queue.push(alone(one.bytes), 0, one.bytes.length % 2 === 0, one.isOwn);
            model = Buffer.concat([model, one.bytes]);
            break;
          case "take": {
            const taken = queue.take(Math.min(one.count, queue.length));
            expect(taken).toEqual(model.subarray(0, one.count));
            keep(taken);
            drop(taken.length);
            break;
          }
          case "takeChunk": {
            const taken = queue.takeChunk(one.count + 1) ?? Buffer.alloc(0);
            expect(taken).toEqual(model.subarray(0, taken.length));
            keep(taken);
            drop(taken.length);
            break;
          }
          case "peek":
            expect(keep(queue.peek(one.count)) && views.at(-1)?.view).toEqual(model.subarray(0, one.count));
            break;
          case "textOf":
            expect(queue.textOf(Math.min(one.count, queue.length))).toBe(
              model.subarray(0, one.count).toString(),
            );
            break;
          case "skip": {
            const first = one.count % 4;
            const run = model.findIndex((byte) => byte !== first);
            const expected = Math.min(one.count, run < 0 ? model.length : run);
            expect(queue.skipWhile(first, one.count)).toBe(expected);
            drop(expected);
            break;
          }
          case "indexOf":
            expect(queue.indexOf(one.count % 4)).toBe(model.indexOf(one.count % 4));
            break;
          case "putBack": {
            const from = queue.first();
            if (!from) break;
            queue.takeChunk();
            const half = Math.floor(from.bytes.length / 2);
            const parts = [from.bytes.subarray(0, half), from.bytes.subarray(half)].filter(
              (part) => part.length > 0,
            );
            queue.putBack(parts, from);
            parts.forEach(keep);
          }
        }
        expect(queue.length).toBe(model.length);
      }
      expect(queue.peek(queue.length)).toEqual(model);
      for (const { view, shows } of views) expect(view).toEqual(shows);
    }),
    { numRuns: 2_000 },
  );
});

test("a queue that is never empty keeps its order, though it drops what was taken in batches", () => {
  const queue = new ChunkQueue();
  const heard: number[] = [];
  for (let index = 0; index < 5_000; index += 1) {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16BE(index);
    queue.push(bytes, index, true);
    if (index >= 10) heard.push(queue.takeChunk()?.readUInt16BE() ?? -1);
  }
  expect(heard).toEqual(Array.from({ length: 4_990 }, (_, index) => index));
  expect(queue.length).toBe(20);
});
