/** Copies that share memory are copies all the same, and keep little alive. */
import { expect, it } from "vitest";
import { FEW_BYTES, SmallCopies } from "../../src/stories/small-copies.ts";

it("a copy stays as it was, whatever becomes of the original and of later copies", () => {
  const copies = new SmallCopies();
  const original = Buffer.from("15 + 35\n");
  const copy = copies.of(original);
  original.fill("x");
  for (let count = 0; count < 100; count += 1) copies.of(Buffer.alloc(count % (FEW_BYTES + 1), "y"));
  expect(copy.toString()).toBe("15 + 35\n");
});

it("a copy that is kept keeps no more than half a KiB", () => {
  const copies = new SmallCopies();
  const kept = Array.from({ length: 100 }, () => copies.of(Buffer.alloc(FEW_BYTES)));
  for (const { buffer } of kept) expect(buffer.byteLength).toBeLessThanOrEqual(512);
  expect(new Set(kept.map(({ buffer }) => buffer)).size).toBeLessThan(kept.length / 4);
});
