import { describe, expect, test, vi } from "vitest";
import { PeerMessage } from "../../src/wire/message.ts";

describe("a message from a peer", () => {
  test("is the event its machine is sent", () => {
    expect(new PeerMessage(Buffer.from("a")).type).toBe("peer.message");
  });

  test.each([
    ["ASCII", Buffer.from("taco cat"), "taco cat"],
    ["UTF-8", Buffer.from("grüße 👋"), "grüße 👋"],
    ["nothing", Buffer.alloc(0), ""],
    ["an invalid byte", Buffer.from([0x61, 0xff, 0x62]), "a\ufffdb"],
    ["a character that was cut short", Buffer.from([0x61, 0xf0, 0x9f]), "a\ufffd"],
    ["a lone surrogate", Buffer.from([0xed, 0xa0, 0x80]), "\ufffd\ufffd\ufffd"],
  ])("has its text read as UTF-8 that never throws: %s [FRAME-7]", (_, bytes, expected) => {
    expect(new PeerMessage(bytes).text).toBe(expected);
  });

  test("is decoded once, when somebody looks", () => {
    const bytes = Buffer.from("a");
    const decode = vi.spyOn(bytes, "toString");
    const message = new PeerMessage(bytes);
    expect(decode).not.toHaveBeenCalled();
    expect([message.text, message.text]).toEqual(["a", "a"]);
    expect(decode).toHaveBeenCalledOnce();
  });

  test("keeps its bytes, what a decoder made of them, and who spoke", () => {
    const bytes = Buffer.from([1, 2]);
    const peer = { remote: "somebody" };
    const message = new PeerMessage(bytes, 258, peer);
    expect(message.bytes).toBe(bytes);
    expect(message.value).toBe(258);
    expect(message.peer).toBe(peer);
  });
});
