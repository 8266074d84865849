/** Fingerprints of texts, beside the vectors that FNV's authors publish. */
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../src/stores/fingerprint.ts";

describe("a fingerprint", () => {
  it.each([
    ["", "cbf29ce484222325"],
    ["a", "af63dc4c8601ec8c"],
    ["foobar", "85944171f73967e8"],
  ])("of %j is FNV-1a's", (text, hash) => {
    expect(fingerprint(text)).toBe(hash);
  });

  it("is of the bytes, and always as long", () => {
    expect(fingerprint("ä")).not.toBe(fingerprint("a"));
    const lengths = Array.from({ length: 2_000 }, (_, number) => fingerprint(String(number)).length);
    expect(new Set(lengths)).toEqual(new Set([16]));
  });
});
