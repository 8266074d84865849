/** What the sentences of causes say where an argument is empty, or of another kind: the page of causes shows one of each only. */
import { describe, expect, it } from "vitest";
import { at, itLists, shownByte } from "../../src/stories/cause-row.ts";
import { causeText, hintText } from "../../src/stories/cause-text.ts";
import { type Cause, cause, causeOf } from "../../src/stories/causes.ts";

describe("the sentence of a cause", () => {
  it.each<[Cause, string]>([
    [cause("unreachable", { host: "::1", port: 80, errno: "EX", why: "no" }), "cannot reach [::1]:80: no"],
    [
      cause("unreachable-listed", { host: "::1", port: 80, errno: "EX", why: "no" }),
      "cannot reach [::1]:80: no; where the registry's address cannot be reached from here, name another with --connect-host",
    ],
    [
      cause("no-such-service", { service: "pdf", registry: "r:1", listed: "" }),
      'the registry at r:1 lists no server for "pdf"; it lists nothing',
    ],
    [
      cause("answer-other-header", { start: "R", form: "two bytes", other: "" }),
      "the server answers R …, which is not a name after a header of two bytes",
    ],
    [
      cause("port-seen", { transport: "udp", address: "::1", port: 7, unread: 0 }),
      "on this machine a UDP program has [::1]:7",
    ],
    [
      cause("port-seen", { transport: "tcp", address: "127.0.0.1", port: 7, unread: 1 }),
      "on this machine a TCP program has 127.0.0.1:7, and has not read what was sent to it",
    ],
    [cause("role-stuck", { ms: 2_500, place: "" }), "the role gave no sign of life for 2.5 s"],
    [cause("record-type", { byte: 0x41 }), "the type is A, not Q"],
    [{ code: "stopped" }, "stopped"],
  ])("%j", (given, said) => {
    expect(causeText(given)).toBe(said);
  });

  it("hides in the peer's words alone", () => {
    const stars = (words: string) => words.replace(/./g, "*");
    expect(causeText({ code: "failure", args: { text: 77 } }, stars)).toBe(77);
    expect(causeText({ code: "failure", args: { text: "77" } }, stars)).toBe("**");
    expect(causeText(cause("program-trouble", { error: "ab" }), stars)).toBe("ab");
  });

  it("is a hint too, as a role's own words are", () => {
    expect(hintText("look")).toBe("look");
    expect(hintText(cause("stopped", {}))).toBe("stopped");
  });
});

describe("a reason", () => {
  it("becomes a cause with the rule of its code", () => {
    expect(causeOf({ code: "unknown-address", args: { email: "a" } })).toEqual({
      code: "unknown-address",
      rule: "BOOK-3",
      args: { email: "a" },
    });
  });
});

describe("a byte in a sentence", () => {
  it.each([
    [0, "0x00"],
    [0x0a, "0x0a"],
    [0x20, "0x20"],
    [0x21, "!"],
    [0x7e, "~"],
    [0x7f, "0x7f"],
    [0xff, "0xff"],
  ])("%i is %s", (byte, shown) => {
    expect(shownByte(byte)).toBe(shown);
  });
});

describe("what is not known", () => {
  it("is not said", () => {
    expect([at(""), at("a.ts:3"), itLists(""), itLists("pdf")]).toEqual([
      "",
      ", at a.ts:3",
      "it lists nothing",
      "it lists pdf",
    ]);
  });
});
