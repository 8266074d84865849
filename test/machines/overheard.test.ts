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
    ["several, a line each", { text: ":Al:hi\n:Bo:hey\n:C" }, { take: 17, value: ":Al:hi\n:Bo:hey\n:C" }],
    [
      "text without a newline at once: the next read is another line",
      { text: ":Al:hi" },
      { take: 6, value: ":Al:hi" },
    ],
    ["a C string at once", { text: ":Al:hi\0" }, { take: 7, value: ":Al:hi" }],
    ["two C strings, a line each", { text: ":Al:hi\0:Bo:hey\0" }, { take: 15, value: ":Al:hi\n:Bo:hey" }],
    ["a whole buffer up to its NUL", { text: ":Al:hi\0eftover" }, { take: 14, value: ":Al:hi" }],
    [
      "all but a character that is not whole yet",
      { text: Buffer.from("hé").subarray(0, 2) },
      { take: 1, value: "h" },
    ],
    ["what is left at the end", { text: ":Al:hi", ended: true }, { take: 6, value: ":Al:hi" }],
    [
      "what never becomes a character, after a pause",
      { text: Buffer.of(0xc3), stillMs: 50 },
      { take: 1, value: "\uFFFD" },
    ],
  ])("is shown: %s", (_what, heard, decoded) => expect(hear(heard)).toEqual(decoded));

  it.each<[string, Heard, number]>([
    ["it is half a character", { text: Buffer.of(0xc3), stillMs: 10 }, 40],
    ["its user wants it sooner", { text: Buffer.of(0xe2, 0x82), stillMs: 10, quiet: 20 }, 10],
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
