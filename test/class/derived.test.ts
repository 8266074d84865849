/** Values of a student's own: the same each time, another for each, and none to be guessed from another. */
import { describe, expect, it } from "vitest";
import { derive, derivedOf, ownBytes } from "../../src/class/derived.ts";
import { pseudonymOf } from "../../src/class/pseudonym.ts";

const KEY = Buffer.alloc(32, 7);
const ALL = Array.from({ length: 200 }, (_, index) => `s${index}`);

describe("a derived value", () => {
  it("is HMAC-SHA-256 of the parts with their lengths: this is what others can work out too", () => {
    expect(derive(KEY, "lab3", "s042", "token").toString("hex")).toBe(
      "bf0d7b64a37856c7efe5622184db12b0a1ff8d6c75b654d92d85d8e9e089737d",
    );
  });

  it("is another where the same letters are parted otherwise", () => {
    expect(derive(KEY, "ab", "c")).not.toEqual(derive(KEY, "a", "bc"));
  });

  it("is each student's own: tokens of ten characters, and seeds", () => {
    const derived = ALL.map((id) => derivedOf(KEY, "lab3", id));
    for (const { token, seed } of derived) {
      expect(token).toMatch(/^[2-9a-hjkmnp-z]{10}$/);
      expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
    }
    expect(new Set(derived.map(({ token }) => token)).size).toBe(ALL.length);
    expect(derivedOf(KEY, "lab4", "s0").token).not.toBe(derived[0]?.token);
    expect(derivedOf(KEY, "lab3", "s0")).toEqual(derived[0]);
  });
});

describe("a pseudonym", () => {
  it("is an adjective and an animal, and no two of a class are the same", () => {
    const taken = new Set<string>();
    for (const id of ALL) taken.add(pseudonymOf(KEY, id, taken));
    expect(taken.size).toBe(ALL.length);
    for (const name of taken) expect(name).toMatch(/^[a-z]+-[a-z]+$/);
  });

  it("is found also where every one of the student's own is taken", () => {
    const all = { has: (name: string) => !/-\d+$/.test(name) } as ReadonlySet<string>;
    expect(pseudonymOf(KEY, "s1", all)).toMatch(/^[a-z]+-[a-z]+-2$/);
  });
});

describe("a file of a student's own", () => {
  it("keeps a text's lines and length, with other letters and digits", () => {
    const original = Buffer.from("The 1st line, naïve\n  second: 42\n");
    const own = ownBytes(original, KEY, "lab3", "s1", "a.txt");
    expect(own).toHaveLength(original.length);
    expect(
      own
        .toString()
        .replace(/[A-Za-z]/g, "x")
        .replace(/[0-9]/g, "0"),
    ).toBe(
      original
        .toString()
        .replace(/[A-Za-z]/g, "x")
        .replace(/[0-9]/g, "0"),
    );
    expect(own).not.toEqual(original);
    expect(own).not.toEqual(ownBytes(original, KEY, "lab3", "s2", "a.txt"));
    expect(own).toEqual(ownBytes(original, KEY, "lab3", "s1", "a.txt"));
  });

  it("keeps the beginning of any other, by which its type is known", () => {
    const original = Buffer.concat([Buffer.from("%PDF-1.7\n\0\0\0\0\0\0\0"), Buffer.alloc(100)]);
    const own = ownBytes(original, KEY, "lab3", "s1", "a.pdf");
    expect(own.subarray(0, 16)).toEqual(original.subarray(0, 16));
    expect(own.subarray(16)).not.toEqual(original.subarray(16));
    expect(own).toHaveLength(original.length);
  });
});
