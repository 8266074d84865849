import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overheard } from "../../src/machines/_overheard.ts";
import type { Decoded } from "../../src/machines/_role.ts";
import { FakePeer } from "../fakes.ts";

interface Heard {
  readonly text: string | Buffer;
  readonly stillMs?: number;
  readonly ended?: boolean;
  readonly quiet?: number;
}

function hear({ text, stillMs = 0, ended = false, quiet = 200 }: Heard): Decoded {
  const session = { context: { options: { quiet } }, peer: new FakePeer() };
  return overheard({ bytes: Buffer.from(text), stillMs, ended }, session);
}

describe("what others say", () => {
  it.each<[string, Heard, Decoded]>([
    ["a line at once", { text: ":Al:hi\n" }, { take: 7, value: ":Al:hi" }],
    ["a C string with its newline at once", { text: ":Al:hi\r\n" }, { take: 8, value: ":Al:hi" }],
    ["whole lines before the rest", { text: ":Al:hi\n:Bo:hey\n:C" }, { take: 15, value: ":Al:hi\n:Bo:hey" }],
    ["text without a newline after a pause", { text: ":Al:hi", stillMs: 50 }, { take: 6, value: ":Al:hi" }],
    ["a C string after a pause", { text: ":Al:hi\0", stillMs: 50 }, { take: 7, value: ":Al:hi" }],
    ["what is left at the end", { text: ":Al:hi", ended: true }, { take: 6, value: ":Al:hi" }],
    ["a lot of it without a pause", { text: "x".repeat(4_096) }, { take: 4_093, value: "x".repeat(4_093) }],
  ])("is shown: %s", (_what, heard, decoded) => expect(hear(heard)).toEqual(decoded));

  it.each<[string, Heard, number]>([
    ["it may go on", { text: ":Al:hi", stillMs: 10 }, 40],
    ["its user wants it sooner", { text: ":Al:hi", stillMs: 10, quiet: 20 }, 10],
    ["there is not much of it", { text: "x".repeat(4_095) }, 50],
  ])("is waited for where %s", (_what, heard, waitMs) => expect(hear(heard)).toEqual({ waitMs }));

  it("is nothing where nothing came", () => {
    expect(hear({ text: "", stillMs: 1_000, ended: true })).toBeUndefined();
  });

  it("is all shown, no character cut, wherever a room that is never quiet is read", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "名", "😀", "\n"), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), fc.integer({ min: 1, max: 700 }), (texts, cut) => {
        const sent = Buffer.from(texts.map((one) => one.repeat(30)).join(""));
        let pending = Buffer.alloc(0);
        let shown = "";
        const show = (ended: boolean) => {
          for (let decoded = hear({ text: pending, ended }); decoded && "take" in decoded; ) {
            expect(pending.subarray(0, decoded.take).toString()).not.toContain("\uFFFD");
            shown += String(decoded.value);
            pending = pending.subarray(decoded.take);
            decoded = hear({ text: pending, ended });
          }
        };
        for (let start = 0; start < sent.length; start += cut) {
          pending = Buffer.concat([pending, sent.subarray(start, start + cut)]);
          show(false);
          expect(pending.length).toBeLessThan(4_096 + cut);
        }
        show(true);
        expect(pending).toHaveLength(0);
        expect(shown.replaceAll("\n", "")).toBe(sent.toString().replaceAll("\n", ""));
      }),
    );
  });
});
