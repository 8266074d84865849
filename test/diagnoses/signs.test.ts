/** Detectors over bytes: the smallest input of each sign, and its neighbours, which have none. */
import { describe, expect, it } from "vitest";
import { findBinary } from "../../src/diagnoses/_binary.ts";
import { findBuffer, findPointerSize } from "../../src/diagnoses/_buffers.ts";
import { findDialect } from "../../src/diagnoses/_dialects.ts";
import { findEncoding } from "../../src/diagnoses/_encodings.ts";
import { findHeader } from "../../src/diagnoses/_headers.ts";
import { findNearest } from "../../src/diagnoses/_nearest.ts";
import { findResult, findSize } from "../../src/diagnoses/_numbers.ts";
import {
  type ConnectionSummary,
  findByteByByte,
  findCarriageReturns,
  findConnectionPerMessage,
  findGlued,
  findOnlyLineEnd,
  findSplit,
  isMessageOf,
} from "../../src/diagnoses/_pieces.ts";
import { findRecord } from "../../src/diagnoses/_records.ts";
import type { Piece } from "../../src/diagnoses/_sign.ts";

/** `\x00` and its kin are bytes; one argument is one read, a third of a second after the last. */
const raw = (text: string) => Buffer.from(text, "latin1");
const reads = (...texts: string[]): Piece[] =>
  texts.map((text, index) => ({ bytes: raw(text), size: text.length, at: index * 300_000 }));
const buffer = (text: string, size: number, fill = "\0") => text.padEnd(size, fill);
const be = (width: number, text: string) => {
  const field = Buffer.alloc(8);
  field.writeBigUInt64BE(BigInt(text.length));
  return field.subarray(8 - width).toString("latin1") + text;
};
const le = (width: number, text: string) => {
  const field = Buffer.alloc(8);
  field.writeBigUInt64LE(BigInt(text.length));
  return field.subarray(0, width).toString("latin1") + text;
};

/** What right programs send, in every habit: no detector sees anything in it. */
const RIGHT: readonly (readonly string[])[] = [
  ["ann", "15 + 35", "q"],
  ["ann\n", "15 + 35\n", "q\n"],
  ["ann\r\n15 + 35\r\nq\r\n"],
  ["ann\n15 + 35\nq\n"],
  ["server3", "server.txt", "Got"],
  [":Alan Musk:alanop", ":Alan Musk:Hey Guys"],
  ["bob", "hello there|bob", "close"],
  ["Knock knock..", "Orange", "Orange you glad?"],
  ["download readme.txt", "run ls", "close"],
  ["REGISTRN,192.168.126.137,1236,pdf,server1"],
  ["DISCOVERY"],
  ["taco cat", "exit"],
  ["50.0", "-41.76", "1e-05"],
  ["100000000 + 100000000", "0.00000001 * 2"],
  ["A", "B", "C"],
  ["J\xc3\xb6rg", "gr\xc3\xbc\xc3\x9fe"],
  ["\xe4\xbd\xa0\xe5\xa5\xbd"],
  ["a very long line that somebody has typed, with 100 % of what can be told in it: 5 > 3 & 2 < 4"],
  ['it\'s "fine"', "(maybe)", "[b]", "don't", "<3"],
  ["5", "7", "12"],
];

describe("what right programs send", () => {
  it.each(RIGHT.map((one) => [one.join(" | "), one] as const))("has no sign: %s", (_, texts) => {
    const pieces = reads(...texts);
    expect(findHeader(pieces)).toBeUndefined();
    expect(findBuffer(pieces)).toBeUndefined();
    expect(pieces.filter(({ bytes }) => findBinary(bytes))).toEqual([]);
    expect(findCarriageReturns(pieces)).toBeUndefined();
    for (const { bytes } of pieces) {
      expect(findEncoding(bytes)).toBeUndefined();
      expect(findDialect(bytes)).toBeUndefined();
    }
  });
});

describe("memory where text is due", () => {
  it.each([
    ["integers", [7, 42, 1200], Buffer.from("070000002a000000b0040000", "hex")],
    ["doubles", [2.5, 100.25], Buffer.from("2d0000000000000000000000000004400000000000105940", "hex")],
    ["an address", [], Buffer.from("a0c2021bd4550000", "hex")],
    ["an address without control characters", [], Buffer.from("a062415ea4550000", "hex")],
    ["a part of an address", [], Buffer.from("b8920e1cfd7f", "hex")],
  ])("is %s", (_, numbers, bytes) => {
    expect(findBinary(bytes)?.args.numbers).toEqual(numbers);
  });

  it.each([
    "teh\x08\x08he end",
    "abc\x1b[A",
    "gr\xc3\xbc\xc3\x9fe",
    "\xcf\xf0\xe8\xe2\xe5\xf2",
    "ann\0\0\0\0",
    "STATUS\0\0",
    "NIVEAU\0\0",
    "ann\0stale\x01\x02",
    "J\xf6rg",
  ])("is none: %j", (text) => expect(findBinary(raw(text))).toBeUndefined());
});

describe("a header before the text", () => {
  it.each([
    ["16be", 2, reads(be(2, "ann"), be(2, "15 + 35"))],
    ["16be", 2, reads(be(2, "ann") + be(2, "15 + 35"))],
    ["16be", 2, reads("\0\x03", "ann", "\0\x07", "15 + 35")],
    ["16be", 2, reads(be(2, "server3"))],
    ["16le", 2, reads(le(2, "ann"), le(2, "15 + 35"))],
    ["32be", 4, reads(be(4, "ann"))],
    ["32be", 4, reads("\0\0\0\x04", "ann\n")],
    ["32le", 4, reads(le(4, "server3"))],
    ["64be", 8, reads(be(8, "ann"), be(8, "1 + 1"))],
    ["64le", 8, reads(le(8, "ann"))],
    ["byte", 1, reads("\x03ann", "\x0715 + 35")],
    ["byte", 1, reads("\x03ann\x0715 + 35")],
    ["byte", 1, reads("\x03ann")],
    ["varint", 2, reads(`\xc8\x01${"x".repeat(200)}`)],
    ["digits", 64, reads(buffer("3", 64, " "), "ann", buffer("7", 64, " "), "15 + 35")],
    ["digits", 10, reads(`${buffer("3", 10, " ")}ann`, `${buffer("7", 10, " ")}15 + 35`)],
    ["digits", 4, reads("0003ann")],
    ["digits", 4, reads("0003ann00078 / 2.5")],
    ["digits", 10, reads("5         hello7         goodbye")],
    ["byte", 1, reads("\x08:Eve:eve", "\x0a:Eve:hello")],
    ["digits", 1, reads("3", "ann", "7", "15 + 35")],
    ["netstring", 2, reads("3:ann,", "7:15 + 35,")],
  ] as const)("is told as %s of %i bytes", (form, headerBytes, pieces) => {
    expect(findHeader(pieces)?.args).toMatchObject({ form, headerBytes, hasOpCode: false });
  });

  it("is told with its operation code, and where the length counts itself", () => {
    expect(findHeader(reads("\x01\0\x03ann", "\x02\0\x0715 + 35"))?.args).toMatchObject({
      form: "16be",
      headerBytes: 3,
      hasOpCode: true,
    });
    expect(findHeader(reads("\0\0\0\x07ann"))?.args).toMatchObject({ form: "32be", countsHeader: true });
    expect(findHeader(reads("\0\x03ann"))?.args.texts.map(String)).toEqual(["ann"]);
  });

  it.each([
    ["a length that is wrong", reads("\0\x09ann")],
    ["a NUL in front of a text", reads("\0ann")],
    ["a newline that could be a length", reads("\nabcdefghij")],
    ["one text that starts with a fitting letter", reads(`!${"x".repeat(33)}`)],
    ["a number, and a line", reads("3", "ann")],
    ["an expression whose number fits", reads("7 1 + 35")],
  ])("is not seen in %s", (_, pieces) => expect(findHeader(pieces)).toBeUndefined());
});

describe("another encoding", () => {
  it.each([
    ["utf16", Buffer.from("server3", "utf16le"), { order: "LE", hasMark: false, text: "server3" }],
    ["utf16", raw("\xff\xfea\0n\0n\0"), { order: "LE", hasMark: true, text: "ann" }],
    ["utf16", raw("\xfe\xff\0a\0n\0n"), { order: "BE", hasMark: true, text: "ann" }],
    ["utf16", raw("\0a\0n\0n\n"), { order: "BE", hasMark: false }],
    ["utf16", raw("\xfe\xff\0b\0o\0b\xfe\xff\x008\0/\x002"), { order: "BE", text: "bob8/2" }],
    ["utf32", raw("\xff\xfe\0\0a\0\0\0"), { order: "LE", hasMark: true, text: "a" }],
    ["utf32", raw("a\0\0\0n\0\0\0n\0\0\0"), { order: "LE", hasMark: false, text: "ann" }],
    ["utf8Mark", raw("\xef\xbb\xbfann"), { offset: 0 }],
    ["utf8Mark", raw("15 + \xef\xbb\xbf35"), { offset: 5 }],
    ["singleByte", raw(":J\xf6rg:joerg"), { byte: 0xf6, letter: "ö", encoding: "ISO-8859-1" }],
    ["singleByte", raw("5 \x80 bitte"), { byte: 0x80, letter: "€", encoding: "Windows-1252" }],
    ["singleByte", raw("Ren\xe9"), { byte: 0xe9, letter: "é" }],
    ["encodedTwice", Buffer.from("JÃ¶rg"), { letter: "ö" }],
    ["cutCharacter", raw("gr\xe2\x82"), { offset: 2 }],
  ] as const)("is told as %s", (kind, bytes, args) => {
    expect(findEncoding(bytes)).toMatchObject({ kind, args });
  });

  it.each([
    ["one letter and its NUL", raw("q\0")],
    ["a C string of three letters", raw("ann\0")],
    ["memory that nobody has written to", raw("15 + 35\xcc\xcc\xcc\xcc")],
    ["bytes without a letter", raw("\xcc\xcd\xfe\xfd")],
  ])("is not seen in %s", (_, bytes) => expect(findEncoding(bytes)).toBeUndefined());
});

describe("another dialect", () => {
  it.each([
    ["javaObjects", raw("\xac\xed\0\x05"), undefined],
    ["javaObjects", raw("\xac\xed\0\x05t\0\x03ann"), "ann"],
    ["pickle", raw("\x80\x04\x95\x07\0\0\0\0\0\0\0\x8c\x03ann\x94."), "ann"],
    ["netBinaryFormatter", raw("\0\x01\0\0\0\xff\xff\xff\xff\x01\0\0\0"), undefined],
    ["messagePack", raw("\xa3ann"), "ann"],
    ["protobuf", raw("\x0a\x03ann\x12\x05hello"), "ann"],
    ["telnet", raw("\xff\xfb\x1f\xff\xfb\x20"), undefined],
    ["tls", raw("\x16\x03\x01\x02\0\x01"), undefined],
    ["ssh", raw("SSH-2.0-OpenSSH_9.6\r\n"), undefined],
    ["httpRequest", raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), undefined],
    ["httpResponse", raw("HTTP/1.0 501 Unsupported method ('ann')\r\n"), undefined],
    ["json", raw('{"name": "ann"}'), undefined],
    ["json", raw("{'name': 'ann'}"), undefined],
    ["xml", raw("<?xml version='1.0'?><name>ann</name>"), undefined],
    ["xml", raw("<name>ann</name>"), undefined],
    ["html", raw("<!DOCTYPE html><html>"), undefined],
    ["pythonBytes", raw("b'server3'"), "server3"],
    ["pythonBytes", raw('b"it\'s"\n'), "it's"],
    ["pythonValue", raw("('15 + 35',)"), undefined],
    ["phpSerialize", raw('s:3:"ann";'), "ann"],
    ["printedObject", raw("[B@1b6d3586"), undefined],
    ["printedObject", raw("System.Byte[]"), undefined],
    ["printedObject", raw("[object Object]"), undefined],
    ["escapes", raw("ann\\n"), "ann"],
    ["escapes", raw("ann\\n15 + 35\\n"), "ann"],
    ["escapes", raw("ann\\r\\n"), "ann"],
    ["escapes", raw("ann\\0"), "ann"],
    ["percent", raw("15%20%2B%2035"), "15 + 35"],
    ["quotes", raw('"ann"'), "ann"],
    ["quotes", raw("'15 + 35'\n"), "15 + 35"],
  ] as const)("is told as %s", (kind, bytes, text) => {
    expect(findDialect(bytes)).toMatchObject({ kind, args: text === undefined ? {} : { text } });
  });

  it.each([
    ["a path", raw("C:\\new\\notes.txt")],
    ["a smile", raw(":-}")],
    ["a newline and a short line", raw("\n\nann")],
    ["a per cent sign", raw("100% of 20%")],
    ["an apostrophe", raw("'tis")],
    ["less than", raw("3 < 4 > 2")],
    ["an empty list", raw("[]")],
    ["an empty object", raw("{}")],
    ["a number in brackets", raw("[1]\n")],
    ["a per cent sign before digits", raw("100%20.66 / -5")],
    ["UTF-16 with its mark", raw("\xff\xfe5\x000\0")],
  ])("is not seen in %s", (_, bytes) => expect(findDialect(bytes)).toBeUndefined());
});

describe("a buffer sent whole", () => {
  it.each([
    ["padded", reads(buffer("ann", 50), buffer("15 + 35", 50)), { byte: 0, sizeBytes: 50, times: 2 }],
    ["padded", reads(buffer("ann", 80)), { byte: 0, textBytes: 3, sizeBytes: 80 }],
    ["padded", reads(buffer(":Ann:ann", 60, "0")), { byte: 0x30, textBytes: 8 }],
    ["padded", reads(buffer("ann", 32, " ")), { byte: 0x20, textBytes: 3 }],
    ["padded", reads(buffer("ann", 20, "#"), buffer("1 + 1", 20, "#")), { byte: 0x23, times: 2 }],
    ["stale", reads("bob\0lice\0\0\0"), { textBytes: 3, sizeBytes: 11 }],
    ["stale", reads(`hi\0${"earlier".padEnd(97, "x")}`), { textBytes: 2, sizeBytes: 100 }],
    ["garbage", reads(`15 + 35${"\xcc".repeat(33)}`), { textBytes: 7, byte: 0xcc }],
    ["garbage", reads("ann\x98\xfe\x7f\x13\xb0\x0c"), { textBytes: 3 }],
    ["oneNul", reads("ann\0", "15 + 35\0"), { textBytes: 3, times: 2 }],
  ] as const)("is told as %s", (kind, pieces, args) => {
    expect(findBuffer(pieces)).toMatchObject({ kind, args });
  });

  it.each([
    ["two C strings in one read", reads("ann\x0015 + 35\0")],
    ["two numbers of one length", reads(".5 / 26.60", "1000000000")],
    ["a large number", reads("ann", "1 * 1000000000000")],
    ["a name in another alphabet", reads("\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd")],
    ["a person who leans on the return key", reads("ann\n\n\n\n\n\n\n\n\n\n\n")],
  ])("is not seen in %s", (_, pieces) => {
    expect(["padded", "stale", "garbage"]).not.toContain(findBuffer(pieces)?.kind);
  });

  it("is told as the size of a pointer only where the whole is known", () => {
    const known = ["lu@example.org", "server3"];
    expect(findPointerSize(raw("lu@examp"), known)).toMatchObject({
      args: { sizeBytes: 8, whole: known[0] },
    });
    expect(findPointerSize(raw("abcdefgh"), known)).toBeUndefined();
    expect(findPointerSize(raw("server3"), known)).toBeUndefined();
  });
});

describe("an address-book record", () => {
  const mail = "lu@example.org";
  const head = (hex: string) => Buffer.concat([Buffer.from(hex.replaceAll(" ", ""), "hex"), raw(mail)]);
  it.each([
    ["typeOnly", raw("Q"), {}],
    ["headerOnly", raw("Q\x0e"), { headerBytes: 2 }],
    ["lengthAsDigits", raw(`Q14${mail}`), { digits: "14" }],
    ["lengthAsDigits", raw(`Q 14 ${mail}`), { digits: "14" }],
    ["noLength", raw(`Q${mail}`), { textBytes: 14 }],
    ["noHeader", raw(mail), { textBytes: 14 }],
    ["typeInSmall", head("71 0e"), { byte: 0x71 }],
    ["fieldsSwapped", head("0e 51"), { told: 14 }],
    ["lengthUnlike", head("51 40"), { told: 64, textBytes: 14 }],
    ["layout", head("51 00 0e 00"), { lengthAt: 2, lengthBytes: 2, order: "LE", isPaddingZero: true }],
    ["layout", head("51 cc 0e 00"), { lengthAt: 2, lengthBytes: 2, order: "LE", isPaddingZero: false }],
    ["layout", head("51 0e 00"), { lengthAt: 1, lengthBytes: 2, order: "LE" }],
    ["layout", head("51 00 0e"), { lengthAt: 1, lengthBytes: 2, order: "BE" }],
    ["layout", head("51 00 00 00 0e"), { lengthAt: 1, lengthBytes: 4, order: "BE" }],
    [
      "layout",
      head("51 00 00 00 0e 00 00 00"),
      { lengthAt: 4, lengthBytes: 4, order: "LE", paddingBytes: 3 },
    ],
    ["layout", head("51 7f a1 55 0e 00 00 00"), { lengthAt: 4, lengthBytes: 4, isPaddingZero: false }],
    [
      "layout",
      head("51 00 00 00 00 00 00 00 0e 00 00 00 00 00 00 00"),
      { lengthAt: 8, lengthBytes: 8, order: "LE" },
    ],
    ["layout", head("51 0e 00 00 00 00 00 00 00"), { lengthAt: 1, lengthBytes: 8, order: "LE" }],
    ["layout", Buffer.concat([head("51 0f"), raw("\0")]), { counts: "textAndNul", tail: "nul" }],
    ["layout", Buffer.concat([head("51 0e"), raw("\0")]), { counts: "text", tail: "nul" }],
    ["layout", Buffer.concat([head("51 0e"), raw("\n")]), { counts: "text", tail: "newline" }],
    [
      "layout",
      Buffer.concat([head("51 0e"), Buffer.alloc(50)]),
      { counts: "text", tail: "zeros", tailBytes: 50 },
    ],
    ["layout", Buffer.concat([head("51 40"), Buffer.alloc(50)]), { counts: "array", told: 64 }],
    ["layout", Buffer.concat([head("51 0e"), raw("\0older\0")]), { tail: "stale" }],
    ["layout", head("51 10"), { counts: "header", told: 16 }],
    ["layout", head("51 0d"), { counts: "oneLess" }],
    ["layout", head("51 0f"), { counts: "oneMore" }],
  ] as const)("is told as %s", (kind, bytes, args) => {
    expect(findRecord(bytes, "query")).toMatchObject({ kind, args });
  });

  it.each([
    ["the protocol's own", head("51 0e"), "query"],
    ["a length that is a letter", raw(`Q.${"a".repeat(40)}@b.org`), "query"],
    ["an answer", raw("R\x0eLou S. Example"), "answer"],
    ["an error", raw("R\x09Error 404"), "answer"],
    ["a name of other letters", Buffer.from("R\x08李雷 y"), "answer"],
    ["a name with Æ", Buffer.from("R\x08Ærø Å"), "answer"],
    ["another protocol", raw("ann\n"), "query"],
  ] as const)("is nothing strange where it is %s", (_, bytes, side) => {
    expect(findRecord(bytes, side)).toBeUndefined();
  });

  it("is told of an answer too", () => {
    const answer = Buffer.concat([Buffer.from("520000000e000000", "hex"), raw("Lou S. Example")]);
    const dirty = raw("R\xcc\xcc\xcc\x0e\0\0\0Lou S. Example");
    expect(findRecord(dirty, "answer")).toMatchObject({ kind: "layout", args: { isPaddingZero: false } });
    expect(findRecord(answer, "answer")).toMatchObject({
      kind: "layout",
      args: { lengthBytes: 4, paddingBytes: 3 },
    });
  });
});

describe("a result", () => {
  const double = (order: "LE" | "BE") => {
    const bytes = Buffer.alloc(8);
    if (order === "LE") bytes.writeDoubleLE(50);
    else bytes.writeDoubleBE(50);
    return bytes;
  };
  it.each([
    ["binaryDouble", double("LE")],
    ["binaryDouble", double("BE")],
    ["binaryInt", raw("2\0\0\0")],
    ["otherForm", raw("50")],
    ["otherForm", raw("50.000000\n")],
    ["decimalComma", raw("50,0")],
    ["wordsAround", raw("Result: 50.0")],
    ["wordsAround", raw("= 50")],
    ["repeatsRequest", raw("15 + 35")],
    ["otherValue", raw("20.0")],
  ])("is told as %s", (kind, bytes) => expect(findResult(bytes, "50.0", "15 + 35")?.kind).toBe(kind));

  it.each(["50.0", "50.0\n", "50.0\r\n", "50.0\0", ""])("is right where it is %j", (text) =>
    expect(findResult(raw(text), "50.0", "15 + 35")).toBeUndefined(),
  );
});

describe("a size", () => {
  it.each([
    ["sizeOrder", raw("\0\0\x16\x44"), 5700],
    ["sizeOrder", raw("\0\0\x16\x44"), undefined],
    ["size64", raw("\x44\x16\0\0\0\0\0\0"), 5700],
    ["size64", raw("\0\0\0\0\0\0\x16\x44"), 5700],
    ["size16", raw("\x44\x16"), 5700],
    ["sizeDigits", raw("5700"), 5700],
    ["sizeDigits", raw("5,700"), 5700],
    ["sizeDigits", raw("12345\n"), 12345],
    ["sizeOfPointer", raw("\x08\0\0\0"), 5700],
    ["tooSmall", raw("\x44\x16\0\0"), 6144],
    ["tooLarge", raw("\x44\x16\0\0"), 5000],
    ["notFoundAsSize", raw("not found"), undefined],
  ] as const)("is told as %s", (kind, bytes, came) => expect(findSize(bytes, came)?.kind).toBe(kind));

  it("is right where it is four bytes, the lowest first", () => {
    expect(findSize(raw("\x44\x16\0\0"), 5700)).toBeUndefined();
    expect(findSize(raw("\x44\x16\0\0"), undefined)).toBeUndefined();
    expect(findSize(raw("1234"), 875_770_417)).toBeUndefined();
  });

  it("that is too small is a last buffer sent whole where the sum is a buffer's", () => {
    expect(findSize(raw("\x44\x16\0\0"), 6144)?.args).toMatchObject({ isFullBuffer: true });
    expect(findSize(raw("\x44\x16\0\0"), 6145)?.args).toMatchObject({ isFullBuffer: false });
  });
});

describe("the nearest name", () => {
  const files = ["server.txt", "second.txt", "big.txt"];
  it.each([
    ["Server.txt", "case"],
    ["server.txt ", "blanks"],
    ["server.txt\r", "lineEnd"],
    ["server.txt\u200b", "invisible"],
    ["'server.txt'", "quotes"],
    ["files/server.txt", "folder"],
    ["C:\\lab\\server.txt", "folder"],
    ["server.pdf", "extension"],
    ["server", "noExtension"],
    ["sever.txt", "letters"],
    ["secnod.txt", "letters"],
  ] as const)("of %j differs in %s", (asked, difference) => {
    expect(findNearest(asked, files)?.args.difference).toBe(difference);
  });

  it.each(["server.txt", "holiday.txt", "", "a.txt"])("is none for %j", (asked) =>
    expect(findNearest(asked, files)).toBeUndefined(),
  );
});

describe("pieces", () => {
  it("are one byte a read where keys are sent as they are pressed", () => {
    expect(findByteByByte(reads(..."hello\n"))).toMatchObject({ args: { text: "hello\n" } });
    expect(findByteByByte(reads("a", "n", "n", "\r\n", "1", "5", " +"))).toBeDefined();
    expect(findByteByByte(reads("a", "15 + 35", "q"))).toBeUndefined();
    expect(findByteByByte(reads("q"))).toBeUndefined();
  });

  it("are a lone line end, or lines that end in CR alone", () => {
    expect(findOnlyLineEnd(raw("\n"))?.args).toEqual({ form: "LF" });
    expect(findOnlyLineEnd(raw("\r\n"))?.args).toEqual({ form: "CRLF" });
    expect(findOnlyLineEnd(raw("\n\n"))).toBeUndefined();
    expect(findCarriageReturns(reads("ann\r", "1 + 1\r"))?.args).toEqual({ times: 2 });
    expect(findCarriageReturns(reads("ann\r\n"))).toBeUndefined();
  });

  it.each([
    ["1 + 12 + 23 + 3", "CALC-2", [], 3],
    ["15 + 35q", "CALC-2", ["q"], 2],
    ["alicehello|bob", "RELAY-0", [], 2],
    ["Knock knock..Orange", "KNOCK-1", [], 2],
    ["download server.txtclose", "ECHO-0", ["close"], 2],
    [":Ann:ann:Ann:hello", "CHAT-0", [], 2],
    ["SEND_DATESEND_TIME", "CLOCK-0", [], 2],
  ] as const)("are glued in %j", (text, rule, last, count) => {
    const found = findGlued(text, rule, last);
    expect(found?.kind === "glued" && found.args.messages.length).toBe(count);
  });

  it.each([
    ["15 + 35", "CALC-2", ["q"]],
    ["hello there|bob", "RELAY-2", ["close"]],
    ["bob", "RELAY-0", ["close"]],
    ["close", "ECHO-0", ["close"]],
    ["download server.txt", "ECHO-0", ["close"]],
    [":Alan Musk:alanop", "CHAT-0", []],
    ["15 + ", "CALC-2", ["q"]],
  ] as const)("are not glued in %j", (text, rule, last) =>
    expect(findGlued(text, rule, last)).toBeUndefined(),
  );

  it.each([
    ["CALC-2", ["15 + ", "35"]],
    ["CHAT-2", [":Ann:", "hello everybody"]],
    ["CHAT-0", [":Eve:", "eve"]],
    ["RELAY-2", ["hello", "|", "alice"]],
    ["ECHO-0", ["download ", "server.txt"]],
    ["KNOCK-1", ["Knock ", "knock.."]],
  ])("are halves of one message of %s: %j", (rule, texts) => {
    expect(findSplit(reads(...texts), isMessageOf(rule))?.args).toEqual({
      pieces: texts,
      whole: texts.join(""),
    });
  });

  it("are no halves where each is a message, where the rest is one, or where time lies between them", () => {
    expect(findSplit(reads("1 + 1", "2 + 2"), isMessageOf("CALC-2"))).toBeUndefined();
    expect(findSplit(reads("hello alice", "hello|alice"), isMessageOf("RELAY-2"))).toBeUndefined();
    expect(findSplit(reads("hello", ":Ann:there"), isMessageOf("CHAT-2"))).toBeUndefined();
    const slow = reads("15 + ", "35").map((piece, index) => ({ ...piece, at: index * 9_000_000 }));
    expect(findSplit(slow, isMessageOf("CALC-2"))).toBeUndefined();
  });

  it("are a connection for each message where each carries one and ends before the next", () => {
    const story = (id: string, openedMs: number, message: string, isFinished = false): ConnectionSummary => ({
      id,
      host: "127.0.0.1",
      openedMs,
      endedMs: openedMs + 10,
      messages: [message],
      isFinished,
    });
    const apart = [story("c1", 0, "ann"), story("c2", 300, "15 + 35"), story("c3", 600, "2 * 3")];
    expect(findConnectionPerMessage(apart)).toMatchObject({
      certain: true,
      args: { ids: ["c1", "c2", "c3"] },
    });
    expect(findConnectionPerMessage([story("c1", 0, "ann"), story("c2", 5, "1 + 1")])).toBeUndefined();
    expect(findConnectionPerMessage([story("c1", 0, "ann"), story("c2", 60_000, "1 + 1")])).toBeUndefined();
    expect(findConnectionPerMessage([story("c1", 0, "ann"), story("c2", 300, "ann")])).toBeUndefined();
  });
});
