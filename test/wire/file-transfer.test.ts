import { describe, expect, test } from "vitest";
import { decodeSize, decodeWord } from "../../src/wire/file-transfer.ts";
import type { Reading } from "../../src/wire/framer.ts";
import { fixedBuffer, Hearing, slowMs } from "./hearing.ts";

const foundWords = ["found", "not found"];
const verdict = decodeWord(["valid", "Invalid"]);
const finding = decodeWord(foundWords);
const clientReadings: Reading[] = [
  { reads: "record", decode: verdict },
  { reads: "record", decode: finding },
  { reads: "record", decode: decodeSize },
];

/** 110592 bytes: the size of the wire's own example, whose first byte is a NUL. */
const size = Buffer.from([0x00, 0xb0, 0x01, 0x00]);
const sizeBytes = 110_592;
const ofSize = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

const pending = (bytes: string | Buffer, stillMs = 0, ended = false) => ({
  bytes: Buffer.from(bytes),
  stillMs,
  ended,
});

describe("decodeWord [FRAME-9]", () => {
  test.each([
    ["bare", "found", 5],
    ["with a newline", "found\n", 6],
    ["with CRLF", "found\r\n", 7],
    ["with a NUL", "found\0", 6],
    ["with a newline and a NUL", "found\n\0", 7],
    ["in a fixed buffer", fixedBuffer(1024, "found"), 1024],
    ["in a fixed buffer, with a newline", fixedBuffer(256, "found\n"), 256],
    ["in a buffer of an unusual size", fixedBuffer(100, "found"), 100],
  ])("takes a word %s, whole", (_, bytes, take) => {
    expect(finding(pending(bytes))).toEqual({ take, value: "found" });
  });

  test.each([
    ["bare", "found", 5],
    ["with a newline", "found\n", 6],
    ["with CRLF", "found\r\n", 7],
    ["with a NUL", "found\0", 6],
    ["with a newline and a NUL", "found\n\0", 7],
    ["in a fixed buffer", fixedBuffer(1024, "found"), 1024],
    ["in an odd fixed buffer", fixedBuffer(5000, "found"), 5000],
    ["in a fixed buffer, with a newline", fixedBuffer(512, "found\r\n"), 512],
  ])("leaves the size that is glued to a word %s", (_, bytes, take) => {
    for (const glued of [size, ofSize(150_706), ofSize(0), ofSize(10)]) {
      const decoded = finding(pending(Buffer.concat([Buffer.from(bytes), glued])));
      expect(decoded, glued.toString("hex")).toEqual({ take, value: "found" });
    }
  });

  test("leaves the size that is glued to a padded buffer of an unusual size", () => {
    const glued = Buffer.concat([fixedBuffer(100, "found"), ofSize(150_706)]);
    expect(finding(pending(glued))).toEqual({ take: 100, value: "found" });
  });

  test.each([8, 251, 1_000])(
    "leaves the size and %i bytes of a server that waits for no acknowledgement",
    (count) => {
      for (const first of ["%", "\0"]) {
        const file = Buffer.concat([Buffer.from(first), Buffer.alloc(count - 1, "x")]);
        const glued = Buffer.concat([Buffer.from("found"), size, file]);
        expect(finding(pending(glued))).toEqual({ take: 5, value: "found" });
      }
    },
  );

  test("takes no padding that ends neither with what came nor with a size", () => {
    const unclear = Buffer.concat([fixedBuffer(100, "found"), ofSize(150_706), Buffer.from("moov")]);
    expect(finding(pending(unclear))).toEqual({ take: 5, value: "found" });
  });

  test("takes no file that starts with NULs for padding", () => {
    const glued = Buffer.concat([Buffer.from("found\0"), size, Buffer.alloc(20), Buffer.from("moov")]);
    const decoded = finding(pending(glued));
    expect(decoded).toEqual({ take: 5, value: "found" });
  });

  test.each([
    ["valid", 5],
    ["Invalid", 7],
    ["Invalid\n", 8],
  ])("tells its words apart: %j", (bytes, take) => {
    expect(verdict(pending(bytes))).toEqual({ take, value: bytes.trim() });
  });

  test("takes not found for itself, and not for found", () => {
    expect(finding(pending("not found"))).toEqual({ take: 9, value: "not found" });
  });

  test.each(["\n", "\r\n", "\0", "\0\0\0"])(
    "drops %j in front, which came too late for the word before",
    (ending) => {
      expect(finding(pending(`${ending}found`))).toEqual({ take: ending.length + 5, value: "found" });
      expect(finding(pending(ending, 10_000))).toBeUndefined();
    },
  );

  test("waits for nothing while nothing came", () => {
    expect(finding(pending("", 10_000))).toBeUndefined();
  });

  test.each(["f", "foun", "not ", "FOUND", "Wrong token"])("waits 200 ms for more behind %j", (bytes) => {
    expect(finding(pending(bytes))).toEqual({ waitMs: 200 });
    expect(finding(pending(bytes, 150))).toEqual({ waitMs: 50 });
    expect(finding(pending(bytes, 199))).toEqual({ waitMs: 1 });
  });

  test.each([
    ["Wrong token", "Wrong token"],
    ["Wrong token\r\n", "Wrong token"],
    ["gr\xc3\xbc\xc3\x9fe", "grüße"],
    ["\xff\xfe", "\ufffd\ufffd"],
    ["Wrong\0\0\0", "Wrong"],
    ["\nWrong\n", "Wrong"],
  ])("takes %j as it is after a silence, or when the server has closed", (latin1, value) => {
    const bytes = Buffer.from(latin1, "latin1");
    expect(finding(pending(bytes, 200))).toEqual({ take: bytes.length, value });
    expect(finding(pending(bytes, 0, true))).toEqual({ take: bytes.length, value });
  });
});

describe("decodeSize [FILE-0]", () => {
  test.each([
    [size, sizeBytes],
    [ofSize(0), 0],
    [ofSize(1), 1],
    [ofSize(2 ** 31 - 1), 2 ** 31 - 1],
    [Buffer.from([0xff, 0xff, 0xff, 0xff]), -1],
    [Buffer.from([0x00, 0x01, 0xb0, 0x00]), 11_534_592],
  ])("reads %o as a signed little-endian number", (bytes, value) => {
    expect(decodeSize(pending(bytes))).toEqual({ take: 4, value });
  });

  test.each([0, 1, 2, 3])("waits for its 4 bytes where %i came", (count) => {
    expect(decodeSize(pending(size.subarray(0, count), 10_000))).toBeUndefined();
    expect(decodeSize(pending(size.subarray(0, count), 0, true))).toBeUndefined();
  });

  test("leaves the file's bytes behind it", () => {
    expect(decodeSize(pending(Buffer.concat([size, Buffer.from("%PDF")])))).toEqual({
      take: 4,
      value: sizeBytes,
    });
  });

  test.each(["\n", "\r\n", "\0"])("drops %j in front, which came too late for the word before", (ending) => {
    // println() to a raw socket writes the word and its newline apart.
    const decoded = decodeSize(pending(Buffer.concat([Buffer.from(ending), size])));
    expect(decoded).toEqual({ take: ending.length + 4, value: sizeBytes });
  });

  test("waits a moment where the size itself may start with a newline", () => {
    const ten = ofSize(10);
    expect(decodeSize(pending(ten))).toEqual({ waitMs: 200 });
    expect(decodeSize(pending(ten, 200))).toEqual({ take: 4, value: 10 });
    expect(decodeSize(pending(ten, 0, true))).toEqual({ take: 4, value: 10 });
    const withFile = Buffer.concat([ten, Buffer.from("0123456789")]);
    expect(decodeSize(pending(withFile))).toEqual({ take: 4, value: 10 });
  });
});

describe("a file client's dialogue", () => {
  test.each([
    ["bare", ["valid", "found", size]],
    ["in lines", ["valid\n", "found\n", size]],
    ["in lines whose newline comes apart", ["valid", "\r\n", "found", "\r\n", size]],
    ["in strings", ["valid\0", "found\0", size]],
    ["in fixed buffers", [fixedBuffer(1024, "valid"), fixedBuffer(1024, "found"), size]],
    ["glued", [Buffer.concat([Buffer.from("validfound"), size])]],
  ])("is read where the server speaks %s", (_, writes) => {
    const hearing = new Hearing({ readings: clientReadings });
    for (const write of writes) hearing.hear(write).pass(slowMs);
    expect(hearing.values).toEqual(["valid", "found", sizeBytes]);
    expect(hearing.framer.unreadBytes).toBe(0);
  });

  test("outlives a silence between a word and its late newline", () => {
    const hearing = new Hearing({ readings: clientReadings })
      .hear("valid")
      .pass(slowMs)
      .hear("\n")
      .pass(10_000);
    expect(hearing.values).toEqual(["valid"]);
    expect(hearing.hear("found").values).toEqual(["valid", "found"]);
  });
});
