import { describe, expect, it } from "vitest";
import { reversedText } from "../../src/machines/_reversed-text.ts";
import { describeEntry } from "../../src/stories/entry-text.ts";

const came = (text: string | Buffer) => {
  const bytes = Buffer.from(text);
  return { at: 0, kind: "in", bytes, size: bytes.length } as const;
};

describe("bytes of a role that shows its lines otherwise than they are sent", () => {
  it.each([
    ["taco cat", '→ "taco cat"  8 bytes  (reads: tac ocat)'],
    ["taco cat\r\n", '→ "taco cat\\r\\n"  10 bytes  (reads: tac ocat)'],
    ["taco cat\0\0\0", '→ "taco cat\\0\\0\\0"  11 bytes  (reads: tac ocat)'],
    ["one\ntwo\n", '→ "one\\ntwo\\n"  8 bytes  (reads: eno\\nowt)'],
    ["taco cat\u001b[2J", '→ "taco cat\\x1b[2J"  12 bytes  (reads: J2[\\x1btac ocat)'],
    ["\r\n", '→ "\\r\\n"  2 bytes'],
    ["", '→ ""  0 bytes'],
  ])("[REV-4] are told both ways, escaped: %j", (text, told) => {
    expect(describeEntry(came(text), { display: reversedText })).toBe(told);
  });

  it("[REV-4] are cut where they are long, from the end that is read first", () => {
    const told = describeEntry(came(`${"a".repeat(500)}bc`), { display: reversedText });
    expect(told).toContain(`(reads: cb${"a".repeat(58)}…)`);
    expect(told.length).toBeLessThan(200);
  });

  it("are told one way where they are no text, or the role has no other", () => {
    expect(describeEntry(came(Buffer.from([0, 0xb0, 1, 0, 0xff, 0xfe])), { display: reversedText })).toBe(
      "→ 00 b0 01 00 ff fe  6 bytes",
    );
    expect(describeEntry(came("taco cat"))).toBe('→ "taco cat"  8 bytes');
  });

  it("[REV-4] are told so in both directions", () => {
    expect(describeEntry({ ...came("ACCEPT"), kind: "out" }, { display: reversedText })).toBe(
      '← "ACCEPT"  6 bytes  (reads: TPECCA)',
    );
  });
});
