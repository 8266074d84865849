/** The journal: written in batches beside the lab, and never at its expense. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type JournalEntry, type JournalRow, openJournal } from "../../src/stores/journal.ts";
import { LabFolder } from "./lab-folder.ts";

/** How long entries may wait for the disk. */
const FLUSH_MS = 100;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function opened() {
  const lab = new LabFolder();
  const database = lab.open();
  const troubles: string[] = [];
  let now = Date.UTC(2026, 11, 2);
  const weeks: number[] = [];
  const journal = openJournal(database, {
    run: { id: 3, startedAt: 1_000, lab: "lab3", version: "1.0.0" },
    now: () => now,
    onTrouble: (sentence) => void troubles.push(sentence),
    onWeek: () => void weeks.push(now),
  });
  const setNow = (ms: number) => {
    now = ms;
  };
  const details = () =>
    (lab.rows("SELECT detail FROM journal ORDER BY id") as { detail: string }[]).map(({ detail }) => detail);
  const pass = (ms: number) => vi.advanceTimersByTime(ms);
  return { lab, database, journal, troubles, details, pass, weeks, setNow };
}

const STORY = {};
const rowOf = (detail: string | undefined, bytes?: Uint8Array): JournalRow => ({
  at: 1_700_000_000_123,
  connection: "file-server-1/c17",
  role: "file-server",
  remote: "127.0.0.1:50001",
  kind: "in",
  detail,
  bytes,
  entry: 0,
  atUs: 1_500,
  facts: "{}",
});
const storyRow = () => ({
  id: "file-server-1/c17",
  short: "c17",
  version: 1,
  openedAt: 1_700_000_000_121.5,
  subject: "{}",
  summary: '{"state":"sending"}',
});
const entry = (detail: string | undefined, bytes?: Uint8Array): JournalEntry => ({
  story: STORY,
  storyRow,
  row: () => rowOf(detail, bytes),
  isGrowing: false,
});

describe("a story", () => {
  it("is written again where its row is another, though nothing happened in it", () => {
    const { lab, journal, pass } = opened();
    journal.write(entry("opened"));
    pass(FLUSH_MS + 1);
    const verdictOf = "SELECT id, verdict, cards FROM stories";
    expect(lab.rows(verdictOf)).toEqual([{ id: "file-server-1/c17", verdict: null, cards: null }]);
    journal.keep({ story: STORY, storyRow: () => ({ ...storyRow(), verdict: "note", cards: "D08" }) });
    pass(FLUSH_MS + 1);
    expect(lab.rows(verdictOf)).toEqual([{ id: "file-server-1/c17", verdict: "note", cards: "D08" }]);
    expect(lab.rows("SELECT count(*) AS rows FROM journal")).toEqual([{ rows: 1 }]);
  });
});

describe("an entry", () => {
  it("is on disk a moment later, with all that it says", () => {
    const { lab, journal, troubles, pass } = opened();
    journal.write(entry("→ server1", Buffer.from("server1\0\xff", "latin1")));
    pass(FLUSH_MS - 1);
    expect(lab.rows("SELECT * FROM journal")).toEqual([]);
    pass(2);
    const { atUs: at_us, ...row } = rowOf("→ server1");
    expect(lab.rows("SELECT * FROM journal")).toEqual([
      { id: 1, ...row, at_us, bytes: Buffer.from("server1\0\xff", "latin1") },
    ]);
    expect(troubles).toEqual([]);
  });

  it("may have no detail, and bytes of any typed array", () => {
    const { lab, journal, pass } = opened();
    journal.write(entry(undefined));
    journal.write(entry(undefined, new Uint8Array([1, 2])));
    pass(FLUSH_MS + 1);
    expect(lab.rows("SELECT detail, bytes FROM journal")).toEqual([
      { detail: null, bytes: null },
      { detail: null, bytes: Buffer.from([1, 2]) },
    ]);
  });

  it("keeps its place among the others, of this batch and the next", () => {
    const { journal, details, pass } = opened();
    journal.write(entry("a"));
    journal.write(entry("b"));
    pass(FLUSH_MS + 1);
    journal.write(entry("c"));
    pass(FLUSH_MS + 1);
    expect(details()).toEqual(["a", "b", "c"]);
  });

  it("that says more as time goes on is written again with the next one of its story", () => {
    const { lab, journal, pass } = opened();
    let gone = 10;
    const row = () => ({
      ...rowOf(`${gone} of 30 bytes`),
      kind: "file",
      facts: JSON.stringify({ size: gone }),
    });
    const facts = () => lab.rows("SELECT entry, detail, facts FROM journal ORDER BY id");
    journal.write({ story: STORY, storyRow, row, isGrowing: true });
    pass(FLUSH_MS + 1);
    expect(facts()).toEqual([{ entry: 0, detail: "10 of 30 bytes", facts: '{"size":10}' }]);
    gone = 30;
    journal.write({ ...entry("sent"), story: {} });
    pass(FLUSH_MS + 1);
    expect(facts()[0]).toMatchObject({ facts: '{"size":10}' });
    journal.write({ ...entry("sent"), row: () => ({ ...rowOf("sent"), entry: 1 }) });
    pass(FLUSH_MS + 1);
    expect(facts()[0]).toEqual({ entry: 0, detail: "30 of 30 bytes", facts: '{"size":30}' });
    expect(facts()[2]).toMatchObject({ entry: 1, detail: "sent" });
  });

  it("brings how its story stands along, once a batch", () => {
    const { lab, journal, pass } = opened();
    let state = "sending";
    const summed = { ...entry("a"), storyRow: () => ({ ...storyRow(), summary: JSON.stringify({ state }) }) };
    journal.write(summed);
    journal.write(summed);
    pass(FLUSH_MS + 1);
    state = "closed";
    journal.write(summed);
    pass(FLUSH_MS + 1);
    expect(lab.rows("SELECT id, short, version, opened_at, summary FROM stories")).toEqual([
      {
        id: "file-server-1/c17",
        short: "c17",
        version: 1,
        opened_at: 1_700_000_000_121.5,
        summary: '{"state":"closed"}',
      },
    ]);
  });

  it("that waits when the daemon ends is written", () => {
    const { lab, journal, details, troubles } = opened();
    journal.write(entry("closed by us"));
    lab.close();
    expect(details()).toEqual(["closed by us"]);
    expect(troubles).toEqual([]);
  });

  it("that comes after the end is nobody's trouble", () => {
    const { lab, journal, details, troubles, pass } = opened();
    lab.close();
    journal.write(entry("late"));
    pass(FLUSH_MS + 1);
    expect(details()).toEqual([]);
    expect(troubles).toEqual([]);
  });
});

describe("a journal", () => {
  it("that cannot be written stops with one sentence, throws nothing, and takes no more", async () => {
    const { lab, journal, troubles, details, pass } = opened();
    journal.write(entry("before"));
    pass(FLUSH_MS + 1);
    lab.execInWeek(
      "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE (ABORT, 'disk full'); END",
    );
    journal.write(entry("a"));
    expect(journal.isStopped).toBe(false);
    pass(FLUSH_MS + 1);
    await Promise.resolve();
    expect(journal.isStopped).toBe(true);
    expect(troubles).toEqual(["the journal stops: not stored: disk full; the lab goes on"]);
    lab.execInWeek("DROP TRIGGER full");
    journal.write(entry("b"));
    pass(FLUSH_MS + 1);
    expect(details()).toEqual(["before"]);
    expect(troubles).toHaveLength(1);
  });

  it("that cannot be written takes no other store's change along", () => {
    const { lab, database, journal, pass } = opened();
    journal.write(entry("before"));
    pass(FLUSH_MS + 1);
    lab.execInWeek(
      "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE (ABORT, 'disk full'); END",
    );
    const insert = database.sql.prepare(
      "INSERT INTO addresses (email, name, folded) VALUES ('a@b', 'A', 'a@b')",
    );
    let isDone = false;
    journal.write(entry("a"));
    pass(FLUSH_MS);
    database.change({
      apply: () => insert.run(),
      done: () => {
        isDone = true;
      },
      failed: () => undefined,
    });
    pass(1);
    expect(isDone).toBe(true);
    expect(lab.rows("SELECT email FROM addresses")).toEqual([{ email: "a@b" }]);
  });

  it("that is slower than the lab drops entries, and says how many", () => {
    const { lab, journal, troubles, pass } = opened();
    for (let number = 0; number < 50_003; number += 1) journal.write(entry("x"));
    pass(FLUSH_MS + 1);
    expect(troubles).toEqual(["the journal is slower than the lab: 3 entries were not written"]);
    expect(lab.rows("SELECT count(*) AS count FROM journal")).toEqual([{ count: 50_000 }]);
    expect(journal.isStopped).toBe(false);
    journal.write(entry("x"));
    pass(FLUSH_MS + 1);
    expect(troubles).toHaveLength(1);
  });
});
