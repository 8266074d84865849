/** Queries and answers of the address book [BOOK-1, BOOK-2, BOOK-4]. */
import { describe, expect, test } from "vitest";
import { causeText } from "../../src/stories/cause-text.ts";
import { causeOf, type Reason } from "../../src/stories/causes.ts";
import {
  type Answer,
  decodeAnswer,
  decodeQuery,
  encodeAnswer,
  encodeQuery,
  fits,
  type HeaderForm,
  headerForms,
  type Query,
} from "../../src/wire/address-record.ts";
import type { Reading } from "../../src/wire/framer.ts";
import { Hearing } from "./hearing.ts";

const queries: Reading = { reads: "record", decode: decodeQuery };
const tellApartMs = 200;

/** Hears these pieces, so far apart, and then falls silent. */
function hear(pieces: readonly Uint8Array[], gapMs = 0, reading = queries): Hearing {
  const hearing = new Hearing({ readings: [reading] });
  for (const piece of pieces) hearing.hear(Buffer.from(piece)).pass(gapMs);
  return hearing.pass(tellApartMs);
}

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const query = (header: string, text = "") => Buffer.concat([hex(header), Buffer.from(text)]);
const firstOf = (hearing: Hearing) => hearing.values[0] as Query | undefined;

const luke = "luke@gmail.com";
/** As long as a signed byte tells, as long as an unsigned one does, and in UTF-8. */
const emails = [
  luke,
  "a@b",
  "a",
  "\u00e5ngstr\u00f6m@x.se",
  " luke@gmail.com\n",
  `${"l".repeat(117)}@gmail.com`,
  `${"l".repeat(245)}@gmail.com`,
];

/** What the forms look like, written down by hand. */
const lukeIn: Record<HeaderForm, string> = {
  "8bit": "51 0e",
  "16be": "51 00 0e",
  "16le": "51 0e 00",
  "32be": "51 00 00 00 0e",
  "32le": "51 0e 00 00 00",
  struct: "51 00 00 00 0e 00 00 00",
  struct16: "51 00 0e 00",
};

const goldenQueries = headerForms.flatMap((form) =>
  emails.filter((email) => fits(form, email)).map((email) => ({ form, email })),
);

function* splits(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  yield Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  for (let first = 1; first < bytes.length; first += 1) {
    yield [bytes.subarray(0, first), bytes.subarray(first)];
    if (bytes.length > 32) continue;
    for (let second = first + 1; second < bytes.length; second += 1)
      yield [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
  }
}

describe("a query", () => {
  test.each(headerForms)("[BOOK-1] with a header of %s is encoded to the byte", (form) => {
    expect(encodeQuery(form, luke)).toEqual(query(lukeIn[form], luke));
  });

  test.each(headerForms)("[BOOK-1] with a header of %s is recognised, and told at once", (form) => {
    const hearing = new Hearing({ readings: [queries] }).hear(query(lukeIn[form], luke));
    expect(hearing.values).toEqual([{ ok: true, form, email: luke }]);
    expect(hearing.times).toEqual([0]);
  });

  test("[BOOK-2] decodes the same in every split, quick or slow", () => {
    let count = 0;
    for (const { form, email } of goldenQueries) {
      for (const pieces of splits(encodeQuery(form, email))) {
        for (const gapMs of [0, 10, tellApartMs - 1]) {
          count += 1;
          const { values } = hear(pieces, gapMs);
          const [value] = values as Query[];
          if (values.length === 1 && value?.ok && value.form === form && value.email === email) continue;
          expect(values, `${form}, ${pieces.length} pieces, ${gapMs} ms`).toEqual([
            { ok: true, form, email },
          ]);
        }
      }
    }
    expect(goldenQueries).toHaveLength(48);
    // A loop that stopped going round would leave this test green.
    expect(count).toBeGreaterThan(16_000);
  });

  test.each(headerForms)("[BOOK-2] with a header of %s is waited for once its form is known", (form) => {
    const bytes = encodeQuery(form, luke);
    const textAt = bytes.indexOf("l");
    const hearing = new Hearing({ readings: [queries] }).hear(bytes.subarray(0, textAt + 1)).pass(60_000);
    expect(hearing.values).toEqual([]);
    hearing.hear(bytes.subarray(textAt + 1));
    expect(hearing.values).toEqual([{ ok: true, form, email: luke }]);
  });

  test("[BOOK-2] of one type byte is waited for, however long", () => {
    const hearing = new Hearing({ readings: [queries] }).hear(hex("51")).pass(60_000);
    expect(hearing.values).toEqual([]);
    expect(firstOf(hearing.hear(query("0e", luke)))).toMatchObject({ form: "8bit", email: luke });
  });

  test.each([
    ["51 00", "8bit"],
    ["51 00 00", "8bit"],
    ["51 00 00 00", "8bit"],
    ["51 00 00 00 00", "8bit"],
    ["51 00 00 00 00 00 00 00", "struct"],
    ["51 00 00 00 00 00 00 00 00", "8bit"],
  ])("[BOOK-1] of zeros, %s, is empty, and read as %s after 200 ms", (bytes, form) => {
    const hearing = new Hearing({ readings: [queries] }).hear(hex(bytes)).pass(tellApartMs - 1);
    expect(hearing.values).toEqual([]);
    expect(firstOf(hearing.pass(1))).toEqual({ ok: true, form, email: "" });
  });

  test("[BOOK-1] that is empty need not be waited for when the peer has ended", () => {
    const hearing = new Hearing({ readings: [queries] }).hear(hex("51 00"));
    expect(hearing.end().values).toEqual([{ ok: true, form: "8bit", email: "" }]);
  });

  test.each([
    ["the NUL of a C string", "51 0f", `${luke}\0`],
    ["NULs to the end of a buffer", "51 00 20", `${luke}${"\0".repeat(18)}`],
  ])("[BOOK-1] that counts %s is for the text before it", (_what, header, text) => {
    expect(firstOf(hear([query(header, text)]))).toMatchObject({ ok: true, email: luke });
  });

  test.each([
    ["padding of a fixed buffer", "\0".repeat(113)],
    ["a newline", "\n"],
    ["stale bytes", "\0old@words.com"],
  ])("[BOOK-1] in front of %s is read to its length", (_what, rest) => {
    for (const form of headerForms) {
      const bytes = Buffer.concat([encodeQuery(form, luke), Buffer.from(rest)]);
      for (const cut of [1, 2, 3, 5, 8, 12, bytes.length]) {
        const value = firstOf(hear([bytes.subarray(0, cut), bytes.subarray(cut)]));
        expect(value, `${form}, cut at ${cut}`).toEqual({ ok: true, form, email: luke });
      }
    }
  });

  test("[BOOK-1] of bytes that are no text is read as its one byte of length tells", () => {
    expect(firstOf(hear([hex("51 03 01 02 03")]))).toMatchObject({
      ok: true,
      form: "8bit",
      email: "\x01\x02\x03",
    });
  });

  test("in an encoding of its own never throws", () => {
    const latin1 = Buffer.concat([hex("51 0c"), Buffer.from("m\u00fcller@x.de!", "latin1")]);
    expect(firstOf(hear([latin1]))).toMatchObject({ ok: true, email: "m\ufffdller@x.de!" });
  });
});

/** The reason as people read it. */
function inWords(value: unknown): unknown {
  const { why } = value as { why?: Reason };
  return why ? { ...(value as object), why: causeText(causeOf(why)) } : value;
}

describe("what is no query", () => {
  test.each([
    ["a type that is not Q", "52 0e", luke, "8bit", "the type is R, not Q"],
    ["a type that is no letter", "00 0e", luke, "8bit", "the type is 0x00, not Q"],
    ["a negative length", "51 f2", luke, "8bit", "the length is negative: -14"],
    ["a negative length of 16 or 32 bits", "51 ff ff ff f2", luke, "8bit", "the length is negative: -1"],
    ["a negative length in a struct", "51 00 00 00 f2 ff ff ff", luke, "struct", "the length is impossible"],
    ["a length of 300 in 32 bits", "51 00 00 01 2c", luke, "32be", "the length is impossible"],
    ["a length of 300 in a struct", "51 00 00 00 2c 01 00 00", luke, "struct", "the length is impossible"],
    ["a length of a megabyte", "51 00 10 00 00", luke, "8bit", "the length is impossible"],
  ])("[BOOK-4] is %s, at once", (_what, header, text, form, why) => {
    const bytes = query(header, text);
    const hearing = new Hearing({ readings: [queries] }).hear(bytes);
    expect(hearing.values.map(inWords)).toEqual([{ ok: false, form, why }]);
    expect(hearing.framer.unreadBytes).toBe(0);
    for (const pieces of splits(bytes))
      expect(inWords(firstOf(hear(pieces, 10)))).toEqual({ ok: false, form, why });
  });

  test("[BOOK-4] is a length of the largest 32-bit number, once nothing follows for 200 ms", () => {
    const hearing = new Hearing({ readings: [queries] }).hear(hex("51 7f ff ff ff")).pass(tellApartMs - 1);
    expect(hearing.values).toEqual([]);
    expect(inWords(firstOf(hearing.pass(1)))).toEqual({
      ok: false,
      form: "8bit",
      why: "the length is impossible: it says 127 bytes, but 3 came",
    });
  });

  test("[BOOK-4] is a negative length that nothing follows, after 200 ms: it may be the first of two bytes", () => {
    const hearing = new Hearing({ readings: [queries] }).hear(hex("51 c8")).pass(tellApartMs - 1);
    expect(hearing.values).toEqual([]);
    expect(inWords(firstOf(hearing.pass(1)))).toMatchObject({
      ok: false,
      why: "the length is negative: -56",
    });
  });

  test.each([
    ["51", "8bit"],
    ["51 0e 6c", "8bit"],
    ["51 00 0e 6c", "16be"],
    ["51 0e 00 6c", "16le"],
    ["51 00 00 00 0e 6c", "32be"],
    ["51 00 00 00 0e 00 00 00 6c", "struct"],
    ["51 00 0e 00 6c", "struct16"],
  ])("[BOOK-4] is one that ends before its text, %s, answered as %s", (bytes, form) => {
    const hearing = new Hearing({ readings: [queries] }).hear(hex(bytes)).pass(tellApartMs).end();
    expect(hearing.values.map(inWords)).toEqual([{ ok: false, form, why: "the query ends before its text" }]);
  });

  test("is silence, which is waited for and, at its end, nothing", () => {
    expect(new Hearing({ readings: [queries] }).pass(60_000).end().values).toEqual([]);
  });
});

describe("an answer", () => {
  test.each<[HeaderForm, string]>([
    ["8bit", "52 0e"],
    ["16be", "52 00 0e"],
    ["16le", "52 0e 00"],
    ["32be", "52 00 00 00 0e"],
    ["32le", "52 0e 00 00 00"],
    ["struct", "52 00 00 00 0e 00 00 00"],
    ["struct16", "52 00 0e 00"],
  ])("[BOOK-1] with a header of %s is encoded to the byte", (form, header) => {
    expect(encodeAnswer(form, "Luke Skywalker")).toEqual(query(header, "Luke Skywalker"));
  });

  test.each([
    ["127 letters", "x".repeat(127), 127],
    ["128 letters", "x".repeat(128), 127],
    ["a character of two bytes over the limit", `${"x".repeat(126)}\u00e9`, 126],
    ["a character of two bytes up to the limit", `${"x".repeat(125)}\u00e9!`, 127],
    ["a character of four bytes over the limit", `${"x".repeat(124)}\u{1f600}!`, 124],
    ["characters of three bytes", "\u4f60".repeat(60), 126],
  ])("[BOOK-1] is cut at a character where one byte cannot tell it: %s", (_what, name, bytes) => {
    const record = encodeAnswer("8bit", name);
    expect(record[1]).toBe(bytes);
    expect(record).toHaveLength(2 + bytes);
    expect(name.startsWith(record.toString("utf8", 2))).toBe(true);
    expect(encodeAnswer("16be", name)).toHaveLength(3 + Buffer.byteLength(name));
  });

  test("[BOOK-2] decodes the same in every split", () => {
    for (const form of headerForms) {
      const decode = (pending: Parameters<typeof decodeQuery>[0]) => decodeAnswer(form, pending);
      for (const name of ["Luke Skywalker", "Zo\u00eb", "", "Error 404"]) {
        for (const pieces of splits(encodeAnswer(form, name))) {
          const { values } = hear(pieces, 1_000, { reads: "record", decode });
          expect(values, form).toEqual([{ ok: true, text: name, extraBytes: 0 }]);
        }
      }
    }
  });

  const answerTo = (form: HeaderForm, bytes: Buffer, ended = false) => {
    const decode = (pending: Parameters<typeof decodeQuery>[0]) => decodeAnswer(form, pending);
    const hearing = new Hearing({ readings: [{ reads: "record", decode }] }).hear(bytes);
    return (ended ? hearing.end() : hearing.pass(tellApartMs)).values[0] as Answer | undefined;
  };

  test("of up to 255 bytes in one byte, as unsigned as other people's servers tell it", () => {
    expect(answerTo("8bit", query("52 c8", "x".repeat(200)))).toMatchObject({
      ok: true,
      text: "x".repeat(200),
    });
  });

  test("whose length counts characters instead of bytes is told with what it leaves out", () => {
    expect(answerTo("8bit", query("52 03", "Zo\u00eb!"))).toMatchObject({ ok: true, extraBytes: 2 });
  });

  test("in a padded buffer is read to its length", () => {
    expect(answerTo("8bit", query("52 04", `Luke${"\0".repeat(99)}`))).toEqual({
      ok: true,
      text: "Luke",
      extraBytes: 0,
    });
  });

  test.each([
    ["another type", "8bit", query("51 04", "Luke"), /answers "Q\u0004Luke", which is not an answer/],
    ["bare text", "8bit", Buffer.from("Luke"), /answers "Luke"/],
    [
      "a length beyond all names",
      "32be",
      query("52 7f ff ff ff", "Luke"),
      /a length of 2147483647 and sends 4/,
    ],
    [
      "padding that is none",
      "struct",
      query("52 01 00 00 04 00 00 00", "Luke"),
      /not an answer with a header of struct/,
    ],
  ] as const)("that is %s is none, and says why", (_what, form, bytes, why) => {
    expect(inWords(answerTo(form, bytes))).toEqual({ ok: false, why: expect.stringMatching(why) });
  });

  test("that the server cut short is none, and says how much came", () => {
    expect(inWords(answerTo("8bit", query("52 0e", "Luke"), true))).toEqual({
      ok: false,
      why: "the server announces a length of 14 and sends 4 bytes",
    });
    expect(answerTo("8bit", hex("52"), true)).toMatchObject({ ok: false });
  });

  test("that is not whole yet is waited for", () => {
    expect(answerTo("8bit", query("52 0e", "Luke"))).toBeUndefined();
    expect(answerTo("16be", hex("52 00"))).toBeUndefined();
  });
});
