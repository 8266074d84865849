/**
 * Every decoder is fed every split of every golden message: TCP may cut a stream anywhere, and what comes out must not
 * depend on it. Datagrams arrive whole, so the parsers of the registry have no splits; theirs are tables.
 */
import { describe, expect, test } from "vitest";
import { decodeSize, decodeWord } from "../../src/wire/file-transfer.ts";
import type { Framed, Reading } from "../../src/wire/framer.ts";
import { goldenDialogues } from "./golden-dialogues.ts";
import { fixedBuffer, Hearing, type HearingOptions, quickMs, raw, slowMs, tailMs, text } from "./hearing.ts";

let cases = 0;

/** Dialogues up to this many bytes are cut in three everywhere as well. */
const shortBytes = 64;

const quick = { betweenChunks: [0, quickMs], options: [{}, { replies: true }] };

/** Feeds the bytes in these pieces and lets the peer fall silent. */
function hear(pieces: readonly Buffer[], gapMs: number, options: HearingOptions): Hearing {
  cases += 1;
  const hearing = new Hearing(options);
  for (const piece of pieces) hearing.hear(piece).pass(gapMs);
  return hearing.pass(slowMs);
}

function* splits(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  yield Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  for (let first = 1; first < bytes.length; first += 1) {
    yield [bytes.subarray(0, first), bytes.subarray(first)];
    if (bytes.length > shortBytes) continue;
    for (let second = first + 1; second < bytes.length; second += 1) {
      yield [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
    }
  }
}

/** The first split that is not heard as these messages; undefined: none. */
function misheard(bytes: Buffer, messages: readonly string[], framing: string): string | undefined {
  for (const pieces of splits(bytes)) {
    for (const gapMs of quick.betweenChunks) {
      for (const options of quick.options) {
        const hearing = hear(pieces, gapMs, options);
        if (isEqual(hearing.messages, messages) && hearing.framing === framing) continue;
        return `${shown(pieces)}, ${gapMs} ms apart: ${JSON.stringify(hearing.messages)} from a ${hearing.framing} peer`;
      }
    }
  }
  return undefined;
}

const isEqual = (heard: readonly string[], sent: readonly string[]) =>
  heard.length === sent.length && heard.every((one, index) => one === sent[index]);
const shown = (pieces: readonly Buffer[]) =>
  pieces.map((piece) => JSON.stringify(piece.toString())).join(" | ");

const dialogues = Object.entries(goldenDialogues);

describe("a line peer is heard whatever the cuts [FRAME-2]", () => {
  for (const [name, messages] of dialogues) {
    test.each(["\n", "\r\n"])(`${name}, each line ended by %j`, (ending) => {
      const bytes = Buffer.from(messages.map((message) => message + ending).join(""));
      expect(misheard(bytes, messages, "line")).toBeUndefined();
    });

    test(`${name}, its last line ended by its FIN`, () => {
      const bytes = Buffer.from(messages.join("\n"));
      for (const pieces of splits(bytes)) {
        const hearing = hear(pieces, 0, {});
        expect(hearing.end().messages, shown(pieces)).toEqual(messages);
      }
    });

    test(`${name}, however slowly once it is known`, () => {
      const [first = "", ...others] = messages.map((message) => `${message}\n`);
      for (const pieces of splits(Buffer.from(others.join("")))) {
        const hearing = hear([Buffer.from(first), ...pieces], tailMs - 1, {});
        expect(hearing.messages, shown(pieces)).toEqual(messages);
      }
    });
  }
});

describe("a nul peer is heard whatever the cuts [FRAME-4]", () => {
  for (const [name, messages] of dialogues) {
    test.each(["\0", "\0\0", "\n\0"])(`${name}, each string ended by %j`, (ending) => {
      // A newline that ends its chunk makes a line peer, as it must: the NUL behind it is padding then.
      const bytes = Buffer.from(messages.map((message) => message + ending).join(""));
      if (ending !== "\n\0") return expect(misheard(bytes, messages, "nul")).toBeUndefined();
      for (const pieces of splits(bytes)) {
        expect(hear(pieces, 0, {}).messages, shown(pieces)).toEqual(messages);
      }
    });

    test(`${name}, each string of a dialogue cut, however slowly once it is known`, () => {
      const [first = "", ...others] = messages.map((message) => Buffer.from(`${message}\0`));
      for (const other of others) {
        for (const pieces of splits(other)) {
          const hearing = hear([Buffer.from(first), ...pieces], slowMs, { replies: true });
          expect(hearing.messages, shown(pieces)).toEqual([messages[0], other.toString().slice(0, -1)]);
        }
      }
    });
  }

  const sizes = [256, 512, 1024, 2048, 4096, 5000, 8192];

  test.each(sizes)("in a fixed buffer of %i bytes, cut in two anywhere", (size) => {
    for (const stale of ["", "old words", "old\0older\0"]) {
      const buffer = fixedBuffer(size, "taco cat", stale);
      for (let cut = 1; cut < size; cut += 1) {
        const hearing = hear([buffer.subarray(0, cut), buffer.subarray(cut)], quickMs, {});
        if (!isEqual(hearing.messages, ["taco cat"]))
          expect(hearing.messages, `${cut}`).toEqual(["taco cat"]);
      }
    }
  });

  test.each(sizes)(
    "in a fixed buffer of %i bytes, cut in two behind its text and answered between",
    (size) => {
      for (const stale of ["", "old words"]) {
        const buffer = fixedBuffer(size, "taco cat", stale);
        for (let cut = "taco cat\0".length + 1; cut < size; cut += 1) {
          const hearing = hear([buffer.subarray(0, cut), buffer.subarray(cut)], quickMs, { replies: true });
          if (!isEqual(hearing.messages, ["taco cat"]))
            expect(hearing.messages, `${cut}`).toEqual(["taco cat"]);
        }
      }
    },
  );
});

describe("a bare peer is heard where its messages are its chunks [FRAME-3]", () => {
  test.each(dialogues)("%s", (_, messages) => {
    for (const gapMs of [0, quickMs, slowMs]) {
      const hearing = hear(
        messages.map((message) => Buffer.from(message)),
        gapMs,
        { replies: true },
      );
      expect(hearing.messages).toEqual(messages);
    }
  });
});

describe("an acknowledgement is one line whatever the cuts [FILE-0]", () => {
  test("from a line peer that does not wait", () => {
    const said = Buffer.from("server1\nserver.pdf\nGot\nnext.pdf\nGot\n");
    const readings = [text, text, raw, text, raw];
    for (const pieces of splits(said)) {
      const hearing = hear(pieces, 0, { readings });
      expect(hearing.messages, shown(pieces)).toEqual([
        "server1",
        "server.pdf",
        "Got\n",
        "next.pdf",
        "Got\n",
      ]);
    }
  });
});

describe("a file server's answers are read whatever the cuts [FRAME-9]", () => {
  const verdict = decodeWord(["valid", "Invalid"]);
  const finding = decodeWord(["found", "not found"]);
  const readings: Reading[] = [verdict, finding, decodeSize].map((decode) => ({ reads: "record", decode }));
  /** A first byte that is a NUL could end the word before it, and is cut off nowhere (see `decodeWord`). */
  const sizes = [150_706, 10, 13, 2_573, 1, 2 ** 31 - 1];

  function* answers(): Generator<{ writes: string[]; size: Buffer; sizeBytes: number }> {
    for (const sizeBytes of sizes) {
      const size = Buffer.alloc(4);
      size.writeInt32LE(sizeBytes);
      for (const ending of ["", "\n", "\r\n"])
        yield { writes: [`valid${ending}`, `found${ending}`], size, sizeBytes };
    }
  }

  test("all in one stream", () => {
    for (const { writes, size, sizeBytes } of answers()) {
      // "found", bare, and a size that starts with a newline are "found", a line, and a size that has not all come yet.
      const isUnclear = writes[1] === "found" && [0x0a, 0x0d].includes(size[0] ?? 0);
      if (isUnclear) continue;
      for (const pieces of splits(Buffer.concat([Buffer.from(writes.join("")), size]))) {
        const hearing = hear(pieces, 0, { readings }).pass(slowMs);
        expect(hearing.values, `${shown(pieces)}, ${sizeBytes} bytes`).toEqual(["valid", "found", sizeBytes]);
        expect(hearing.framer.unreadBytes).toBe(0);
      }
    }
  });

  test.each([...sizes, 110_592, 0, 256])("write by write, a size of %i", (sizeBytes) => {
    const size = Buffer.alloc(4);
    size.writeInt32LE(sizeBytes);
    for (const ending of ["", "\n", "\r\n", "\0"]) {
      for (const pieces of splits(Buffer.from(`found${ending}`))) {
        // A NUL on its own may as well be the size's first byte: then only the whole size behind it tells.
        const isUnclear = pieces.length > 1 && pieces.at(-1)?.toString() === "\0";
        for (const rest of isUnclear ? [[size]] : splits(size)) {
          cases += 1;
          const hearing = new Hearing({ readings: readings.slice(1) });
          for (const piece of pieces) hearing.hear(piece).pass(quickMs);
          hearing.pass(slowMs);
          for (const piece of rest) hearing.hear(piece).pass(quickMs);
          hearing.pass(2 * slowMs);
          expect(hearing.values, `${shown(pieces)}, then ${rest.length} pieces`).toEqual([
            "found",
            sizeBytes,
          ]);
        }
      }
    }
  });

  test.each(["Invalid", "not found", "Wrong token"])("%s", (word) => {
    for (const ending of ["", "\n", "\r\n", "\0"]) {
      for (const pieces of splits(Buffer.from(word + ending))) {
        const decode = word === "Invalid" ? verdict : finding;
        const hearing = hear(pieces, quickMs, { readings: [{ reads: "record", decode }] }).pass(slowMs);
        expect(hearing.values, shown(pieces)).toEqual([word]);
      }
    }
  });
});

test("a record is whole whatever the cuts [FRAME-1]", () => {
  // A header that tells a length, as the address book's does: type, length, text.
  const decode: Reading["decode"] = ({ bytes }) => {
    const length = bytes[1];
    if (length === undefined || bytes.length < 2 + length) return undefined;
    return { take: 2 + length, value: bytes.toString("utf8", 2, 2 + length) };
  };
  const names = ["luke@gmail.com", "\n", "\0\0", "grüße"];
  const records = names.map((name) =>
    Buffer.concat([Buffer.from([0x51, Buffer.byteLength(name)]), Buffer.from(name)]),
  );
  for (const pieces of splits(Buffer.concat(records))) {
    const hearing = hear(pieces, slowMs, { readings: [{ reads: "record", decode }] });
    expect(hearing.values, shown(pieces)).toEqual(names);
    expect(hearing.framer.next({ reads: "record", decode }, hearing.now)).toEqual({
      kind: "nothing",
    } satisfies Framed);
  }
});

test("these are more than 180,000 splits", () => {
  // A loop that stopped going round would leave every test above green.
  expect(cases).toBeGreaterThan(180_000);
});
