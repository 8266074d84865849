import { describe, expect, it } from "vitest";
import { LineSplitter, parseDaemonLine } from "../../src/control/daemon-message.ts";

describe("the splitter", () => {
  it("finds the same lines in every split of the bytes", () => {
    const bytes = Buffer.from('{"out":"grün 🙂"}\n\n{"exit":0}\nrest');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const splitter = new LineSplitter(100);
      const lines = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap(
        (part) => splitter.push(part) ?? [],
      );
      expect(lines.map(String)).toEqual(['{"out":"grün 🙂"}', "", '{"exit":0}']);
    }
  });

  it("refuses a line above its limit, whole or in pieces", () => {
    expect(new LineSplitter(4).push(Buffer.from("1234\n"))).toHaveLength(1);
    expect(new LineSplitter(4).push(Buffer.from("12345\n"))).toBeUndefined();
    const splitter = new LineSplitter(4);
    expect(splitter.push(Buffer.from("123"))).toEqual([]);
    expect(splitter.push(Buffer.from("45"))).toBeUndefined();
  });

  it("reads a notice without a level as information", () => {
    expect(parseDaemonLine('{"notice":"hi"}')).toEqual({
      ok: true,
      value: { kind: "notice", text: "hi", level: "info" },
    });
  });
});
