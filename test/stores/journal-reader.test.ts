/** What the journal has of one peer: by its short name, of one instance or any, of this version or an earlier one. */
import { describe, expect, it } from "vitest";
import type { LabDatabase } from "../../src/stores/database.ts";
import { type JournaledPeer, openJournalReader } from "../../src/stores/journal-reader.ts";
import { LabFolder } from "./lab-folder.ts";

function story({ sql }: LabDatabase, id: string): void {
  sql
    .prepare(
      "INSERT INTO stories (id, short, version, opened_at, subject, summary) VALUES (?, ?, 1, 5.5, '{\"a\":1}', '{\"b\":2}')",
    )
    .run(id, id.slice(id.indexOf("/") + 1));
}

function rows({ sql }: LabDatabase, connection: string, count: number, hasFacts = true): void {
  const insert = sql.prepare(`
    INSERT INTO journal (at, connection, role, remote, kind, detail, bytes, entry, at_us, facts)
    VALUES (?, ?, 'echo', '127.0.0.1:5', 'in', 'said', x'61', ?, ?, ?)`);
  sql.transaction(() => {
    for (let entry = 0; entry < count; entry += 1)
      insert.run(
        1_000 + entry,
        connection,
        ...(hasFacts ? [entry, entry * 10, '{"size":1}'] : [null, null, null]),
      );
  })();
}

function open() {
  const database = new LabFolder().open();
  return { database, read: openJournalReader(database).read };
}

const numbersOf = (peer: JournaledPeer | undefined) =>
  peer?.form === "facts" ? peer.rows.map(({ entry }) => entry) : peer?.rows.map(({ at }) => at - 1_000);

describe("the journal", () => {
  it("has nothing of a peer that it does not know", () => {
    const { database, read } = open();
    story(database, "echo-1/c1");
    rows(database, "echo-1/c1", 1);
    expect(read({ instance: undefined, number: "c2", node: undefined } as never)).toBeUndefined();
    expect(read({ instance: "echo-2", number: "c1" } as never)).toBeUndefined();
    expect(read({ number: "c1", node: "kim" } as never)).toBeUndefined();
  });

  it("has the facts of one of this version, in their order, and how it stood", () => {
    const { database, read } = open();
    story(database, "echo-1/c1");
    rows(database, "echo-1/c1", 2);
    rows(database, "echo-1/c2", 1);
    const expected = {
      form: "facts",
      story: {
        id: "echo-1/c1",
        short: "c1",
        version: 1,
        openedAt: 5.5,
        subject: '{"a":1}',
        summary: '{"b":2}',
        run: null,
      },
      rows: [0, 1].map((entry) => ({
        id: entry + 1,
        kind: "in",
        entry,
        atUs: entry * 10,
        facts: '{"size":1}',
        bytes: Buffer.from("a"),
      })),
    };
    expect(read({ number: "c1" } as never)).toEqual(expected);
    expect(read({ instance: "echo-1", number: "c1" } as never)).toEqual(expected);
  });

  it("knows peers of another node by both names", () => {
    const { database, read } = open();
    story(database, "echo-1/c1@kim");
    rows(database, "echo-1/c1@kim", 1);
    expect(read({ number: "c1", node: "kim" } as never)).toMatchObject({ story: { id: "echo-1/c1@kim" } });
    expect(read({ number: "c1" } as never)).toBeUndefined();
  });

  it("has the words of one of an earlier version", () => {
    const { database, read } = open();
    rows(database, "echo-1/c1", 1, false);
    rows(database, "chat-1/c1", 1, false);
    const row = (id: number, connection: string) => ({
      id,
      at: 1_000,
      connection,
      role: "echo",
      remote: "127.0.0.1:5",
      kind: "in",
      detail: "said",
      bytes: Buffer.from("a"),
    });
    expect(read({ instance: "echo-1", number: "c1" } as never)).toEqual({
      form: "words",
      rows: [row(1, "echo-1/c1")],
    });
    const any = read({ number: "c1" } as never);
    expect(any?.rows).toHaveLength(2);
    expect(any?.rows).toEqual(expect.arrayContaining([row(1, "echo-1/c1"), row(2, "chat-1/c1")]));
  });

  it.each([1_999, 2_000, 2_001, 4_000])("has %i rows, each once", (count) => {
    const { database, read } = open();
    story(database, "echo-1/c1");
    rows(database, "echo-1/c1", count);
    expect(numbersOf(read({ number: "c1" } as never))).toEqual(
      Array.from({ length: count }, (_, entry) => entry),
    );
  });

  it("has the first two thousand and the last of more", () => {
    const { database, read } = open();
    story(database, "echo-1/c1");
    rows(database, "echo-1/c1", 4_003);
    const numbers = numbersOf(read({ number: "c1" } as never)) ?? [];
    expect([numbers.length, numbers[1_999], numbers[2_000], numbers.at(-1)]).toEqual([
      4_000, 1_999, 2_003, 4_002,
    ]);
  });
});
