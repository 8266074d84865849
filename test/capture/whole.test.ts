/** Live stories with bytes that no entry keeps, as they were overheard on their way. */
import { describe, expect, it } from "vitest";
import { CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { entryRecord } from "../../src/stories/story-record.ts";
import { captured, conversationsIn, octets, saidBy } from "./scene.ts";

const opened: Entry = { kind: "opened", at: 0, state: "awaitingFilename" };
const id = "calculator-1/c1";

/** Writes down what comes, in this order, and reads it again. */
function written(act: (live: Live) => void) {
  const live = new Live();
  act(live);
  const [conversation, ...others] = conversationsIn(Buffer.concat(live.blocks));
  expect(others).toEqual([]);
  if (!conversation) throw new Error("no conversation");
  return { client: saidBy(conversation, "client"), server: saidBy(conversation, "server") };
}

class Live {
  readonly #encoder = new CaptureEncoder({ isWhole: true });
  readonly blocks: Buffer[] = [captureHead("0", [])];

  constructor() {
    this.blocks.push(...this.#encoder.begin(captured([opened])));
  }

  entry(entry: Entry, bytesIn: number, bytesOut: number): this {
    this.blocks.push(...this.#encoder.entry({ id, entry: entryRecord(entry), bytesIn, bytesOut }));
    return this;
  }

  piece(kind: "in" | "out", at: number, start: number, text: string): this {
    const bytes = Buffer.from(text).toString("base64");
    this.blocks.push(...this.#encoder.piece({ id, piece: { kind, at, start, bytes, hidden: [] } }));
    return this;
  }
}

const long = "x".repeat(9_000);
const closed: Entry = { kind: "closed", at: 100, by: "us" };

describe("a whole capture", () => {
  it("has a file's bytes, which are in no entry", () => {
    const file: Entry = { kind: "file", at: 20, direction: "out", name: "a", size: 0, told: 6 };
    const { server } = written((live) =>
      live
        .entry(octets("out", 10, "size"), 0, 4)
        .entry(file, 0, 4)
        .piece("out", 30, 4, "abc")
        .piece("out", 31, 7, "def")
        .entry(octets("out", 40, "next"), 0, 14)
        .entry(closed, 0, 14),
    );
    expect(server).toBe("sizeabcdefnext");
  });

  it("has all of a write of which the entry keeps the beginning, whichever comes first", () => {
    const cut = octets("out", 10, long.slice(0, 100), long.length);
    for (const isEntryFirst of [true, false]) {
      const { server } = written((live) => {
        if (isEntryFirst) live.entry(cut, 0, long.length).piece("out", 10, 0, long);
        else live.piece("out", 10, 0, long).entry(cut, 0, long.length);
        live.entry(closed, 0, long.length);
      });
      expect(server === long).toBe(true);
    }
  });

  it("writes bytes once that are in an entry and in a piece", () => {
    const { client, server } = written((live) =>
      live
        .piece("in", 5, 0, "abcdef")
        .entry(octets("in", 5, "abcdef"), 6, 0)
        .entry(octets("out", 6, "ghi"), 6, 3)
        .piece("out", 6, 0, "ghi")
        .entry(closed, 6, 3),
    );
    expect({ client, server }).toEqual({ client: "abcdef", server: "ghi" });
  });

  it("has a place for bytes that its reader was too slow for", () => {
    const { server } = written((live) =>
      live
        .entry({ kind: "file", at: 1, direction: "out", name: "a", size: 0, told: 9 }, 0, 0)
        .piece("out", 2, 0, "abc")
        .piece("out", 3, 6, "ghi")
        .entry(closed, 0, 9),
    );
    expect(server).toBe("abc???ghi");
  });
});
