import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loginAndMessages, parseLogin, prefixOf, saidBy, splitAtPrefix } from "../../src/wire/chat.ts";

describe("a login", () => {
  it.each([
    [":Alan Musk:alanop", "Alan Musk", "alanop"],
    ["alanop", "alanop", "alanop"],
    [":alanop", "alanop", "alanop"],
    [":alanop:", "alanop", "alanop"],
    ["::alanop", "alanop", "alanop"],
    ["Alan Musk:alanop", "Alan Musk", "alanop"],
    [" :Alan Musk : alanop ", "Alan Musk", "alanop"],
    [":Al:alop\n:Bob:fake", "Al", "alop"],
    [":Al:a:b", "Al", "a:b"],
    [`:${"n".repeat(64)}:${"l".repeat(64)}`, "n".repeat(64), "l".repeat(64)],
    [":ζωή:名前", "ζωή", "名前"],
  ])("[CHAT-0] as %j has the name %j and the login name %j", (text, name, login) => {
    expect(parseLogin(text)).toEqual({ name, login });
  });

  it.each([
    "",
    ":",
    "::",
    "  ",
    ": : ",
    "::a:b",
    "\n:Al:al",
    `:${"n".repeat(65)}:al`,
    `:al:${"l".repeat(65)}`,
  ])("as %j has no name that others could be told", (text) => expect(parseLogin(text)).toBeUndefined());
});

describe("a message", () => {
  it("[CHAT-2] stands on one line behind its speaker's name, whatever is in it", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[:\0\r\n]/.test(text));
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom(":", "a", "b", "\n", "\0", "\r") }),
    );
    fc.assert(
      fc.property(name, text, (speaker, said) => {
        const line = saidBy(speaker, said);
        expect(line.startsWith(prefixOf(speaker))).toBe(true);
        expect(line).not.toMatch(/[\0\r\n]/);
        // What is sent on is its speaker's already: nothing is put before it a second time.
        expect(saidBy(speaker, line)).toBe(line);
      }),
    );
  });
});

describe("glued messages", () => {
  it.each([
    [":Al:hi:Al:there", [":Al:hi", ":Al:there"]],
    [":Al:hi", [":Al:hi"]],
    [":Al::Al:x", [":Al:", ":Al:x"]],
    [":Al:Al:Al:x", [":Al:Al", ":Al:x"]],
    [":Al:hi:Bob:no", [":Al:hi:Bob:no"]],
    ["hi:Al:there", undefined],
    [":Bob:hi:Al:there", undefined],
  ])("[CHAT-3] as %j are told apart as %j", (text, messages) => {
    expect(splitAtPrefix(text, ":Al:")).toEqual(messages);
  });

  it("[CHAT-3] are those that were sent, where none holds the prefix itself", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "l", " ", "é") });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (texts) => {
        const messages = texts.map((one) => `:Al:${one}`);
        expect(splitAtPrefix(messages.join(""), ":Al:")).toEqual(messages);
      }),
    );
  });

  it.each([
    [":Al:alop:Al:hi", [":Al:alop", ":Al:hi"]],
    [":Al:alop:Al:hi:Al:there", [":Al:alop", ":Al:hi:Al:there"]],
    [":a.b:x:a.b:hi", [":a.b:x", ":a.b:hi"]],
    [":a.b:x:aXb:hi", undefined],
    [":Al:alop", undefined],
    ["alop:alop:hi", undefined],
    [":Al:alop:Bob:hi", undefined],
  ])("[CHAT-3] behind a login, as %j, are told apart as %j", (text, parts) => {
    expect(loginAndMessages(text)).toEqual(parts);
  });
});
