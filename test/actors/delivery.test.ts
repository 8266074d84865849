/** A message for many peers: as each of them ends messages, made once [FRAME-5]. */
import { describe, expect, it } from "vitest";
import { asBuffer, Delivery, ended } from "../../src/actors/delivery.ts";

describe("a message", () => {
  it.each([
    ["line", "hello", "hello\n"],
    ["line", "hello\n", "hello\n"],
    ["line", "\nhello", "\nhello\n"],
    ["line", "", "\n"],
    ["nul", "hello\n", "hello\n\0"],
    ["bare", "hello", "hello"],
    ["unknown", "hello\n", "hello\n"],
  ] as const)("is to a %s peer that hears %j: %j [FRAME-5]", (framing, text, bytes) => {
    expect(ended(text, framing)).toBe(bytes);
    expect(new Delivery(text).bytesFor(framing).toString()).toBe(bytes);
  });

  it.each(["line", "nul", "bare"] as const)("is encoded once for all %s peers", (framing) => {
    const delivery = new Delivery("Grüße");
    expect(delivery.bytesFor(framing)).toBe(delivery.bytesFor(framing));
  });

  it("is its own only part, and of one text there is one message", () => {
    const delivery = new Delivery("one");
    expect(delivery.parts).toEqual([delivery]);
    expect(Delivery.of(["one"]).parts).toHaveLength(1);
  });

  it("of several texts has a part each, and is their lines", () => {
    const delivery = Delivery.of(["one", "two\n"]);
    expect(delivery.parts.map((part) => part.bytesFor("bare").toString())).toEqual(["one", "two\n"]);
    expect(delivery.line.toString()).toBe("one\ntwo\n");
  });
});

describe("lines of one turn", () => {
  it("are joined in their order, and once for all who hear the same", () => {
    const [one, two, three] = ["eins", "zwölf", "drei"].map((text) => new Delivery(text));
    if (!one || !two || !three) throw new Error("three are made");
    const [first, second] = [one.after(undefined), one.after(undefined)];
    expect(first).toBe(second);
    expect(first.bytes).toBe(one.line);
    expect(two.after(first)).toBe(two.after(second));
    expect(two.after(first).bytes).toBe(two.after(second).bytes);
    expect(three.after(two.after(first)).bytes.toString()).toBe("eins\nzwölf\ndrei\n");
    expect(three.after(two.after(first)).sizeBytes).toBe(17);
  });

  it("differ where peers hear others behind the same", () => {
    const [one, two, three] = ["one", "two", "three"].map((text) => new Delivery(text));
    if (!one || !two || !three) throw new Error("three are made");
    const begun = one.after(undefined);
    expect(two.after(begun).bytes.toString()).toBe("one\ntwo\n");
    expect(three.after(begun).bytes.toString()).toBe("one\nthree\n");
    expect(two.after(begun).bytes.toString()).toBe("one\ntwo\n");
  });
});

describe("bytes as a buffer", () => {
  it("are the same memory, of a view too", () => {
    const whole = Uint8Array.from([1, 2, 3, 4]);
    const buffer = asBuffer(whole.subarray(1, 3));
    expect([...buffer]).toEqual([2, 3]);
    whole[1] = 9;
    expect(buffer[0]).toBe(9);
    const own = Buffer.from("x");
    expect(asBuffer(own)).toBe(own);
  });
});
