/** The journal's weeks: which file a moment belongs to, how one follows the other, and how old ones go. */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openJournal } from "../../src/stores/journal.ts";
import { dropOldWeeks, endOfWeek, journalFilesIn, weekOf } from "../../src/stores/journal-files.ts";
import { openJournalReader } from "../../src/stores/journal-reader.ts";
import { answerTo } from "../../src/stores/query-answer.ts";
import { LabFolder } from "./lab-folder.ts";

const FLUSH_MS = 100;
const DAY_MS = 86_400_000;
const THURSDAY = Date.UTC(2026, 11, 3, 12);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A journal whose clock the test has. */
function opened(lab = new LabFolder()) {
  const database = lab.open();
  const clock = { now: THURSDAY };
  const troubles: string[] = [];
  const journal = openJournal(database, {
    run: { id: 3, startedAt: 1_000, lab: "lab3", version: "1.0.0" },
    now: () => clock.now,
    onTrouble: (sentence) => void troubles.push(sentence),
  });
  const story = {};
  const write = (entry: number, verdict: string | null = null) => {
    journal.write({
      story,
      isGrowing: false,
      storyRow: () => ({
        id: "echo-1/c7",
        short: "c7",
        run: 3,
        label: "s042",
        version: 1,
        openedAt: THURSDAY,
        subject: "{}",
        summary: "{}",
        verdict,
        cards: null,
      }),
      row: () => ({
        at: clock.now,
        connection: "echo-1/c7",
        role: "echo",
        remote: "::1:5",
        kind: "in",
        detail: `entry ${entry}`,
        bytes: undefined,
        entry,
        atUs: entry,
        facts: "{}",
      }),
    });
    vi.advanceTimersByTime(FLUSH_MS + 1);
  };
  return { lab, database, clock, troubles, write };
}

describe("the week of a moment", () => {
  it.each([
    ["2026-11-30T00:00:00Z", "2026-W49"],
    ["2026-12-06T23:59:59.999Z", "2026-W49"],
    ["2026-12-07T00:00:00Z", "2026-W50"],
    ["2026-12-31T12:00:00Z", "2026-W53"],
    ["2027-01-03T12:00:00Z", "2026-W53"],
    ["2027-01-04T00:00:00Z", "2027-W01"],
    ["2024-12-30T00:00:00Z", "2025-W01"],
    ["2021-01-01T00:00:00Z", "2020-W53"],
  ])("%s is %s, and lies before that week's end and not before its beginning", (moment, week) => {
    const ms = Date.parse(moment);
    expect(weekOf(ms)).toBe(week);
    expect(endOfWeek(week)).toBeGreaterThan(ms);
    expect(endOfWeek(week) - 7 * DAY_MS).toBeLessThanOrEqual(ms);
  });
});

describe("the journal", () => {
  it("has a file a week, for its owner only, with the run, the label and the verdict of each story", () => {
    const { lab, write } = opened();
    write(0, "ok");
    expect(journalFilesIn(lab.path).map(({ week }) => week)).toEqual(["2026-W49"]);
    expect(statSync(path.join(lab.path, "journal-2026-W49.db")).mode & 0o777).toBe(0o600);
    expect(lab.rows("SELECT id, run, label, verdict FROM stories")).toEqual([
      { id: "echo-1/c7", run: 3, label: "s042", verdict: "ok" },
    ]);
    expect(lab.rows("SELECT id, started_at, lab, version FROM runs")).toEqual([
      { id: 3, started_at: 1_000, lab: "lab3", version: "1.0.0" },
    ]);
  });

  it("goes on in the next week's file, and a connection of both is read as one", () => {
    const { lab, database, clock, troubles, write } = opened();
    write(0);
    clock.now += 4 * DAY_MS;
    write(1, "note");
    expect(troubles).toEqual([]);
    expect(journalFilesIn(lab.path).map(({ week }) => week)).toEqual(["2026-W49", "2026-W50"]);
    const found = openJournalReader(database).read({ instance: "echo-1", number: "c7" } as never);
    expect(found).toMatchObject({ form: "facts", rows: [{ entry: 0 }, { entry: 1 }] });
  });

  it("answers sql as one, of all its weeks or of one of them", () => {
    const { lab, database, clock, write } = opened();
    write(0);
    clock.now += 7 * DAY_MS;
    write(1);
    const ask = (sql: string, journals = journalFilesIn(lab.path)) =>
      answerTo({ file: database.file, sql, limit: 10, secretKeys: [], journals });
    expect(ask("select week, detail from journal order by week")).toMatchObject({
      rows: [
        ["2026-W49", "entry 0"],
        ["2026-W50", "entry 1"],
      ],
    });
    expect(ask("select count(*) from stories where label = 's042' and run = 3")).toMatchObject({
      rows: [[2]],
    });
    expect(ask("select detail from journal", journalFilesIn(lab.path).slice(0, 1))).toMatchObject({
      rows: [["entry 0"]],
    });
    expect(ask("delete from journal")).toMatchObject({ ok: false, code: "read-only" });
  });

  it("goes on in its file after a restart", () => {
    const first = opened();
    first.write(0);
    const { lab, write } = opened(first.lab);
    write(1);
    expect(lab.rows("SELECT detail FROM journal")).toHaveLength(2);
  });

  it("puts a damaged week aside, and begins it anew", () => {
    const lab = new LabFolder();
    writeFileSync(
      path.join(lab.path, "journal-2026-W49.db"),
      "this is no database, and long enough to be read as one",
    );
    const { troubles, write } = opened(lab);
    write(0);
    expect(troubles).toEqual([]);
    expect(lab.rows("SELECT detail FROM journal")).toEqual([{ detail: "entry 0" }]);
    expect(readdirSync(lab.path).some((name) => name.startsWith("journal-2026-W49.db.damaged-"))).toBe(true);
  });

  it("drops weeks as whole files, once they have been over for as long as they are kept", () => {
    const { lab, clock, write } = opened();
    write(0);
    clock.now += 7 * DAY_MS;
    write(1);
    const end = endOfWeek("2026-W49");
    expect(dropOldWeeks(lab.path, 14 * DAY_MS, end + 14 * DAY_MS - 1)).toEqual([]);
    expect(dropOldWeeks(lab.path, 14 * DAY_MS, end + 14 * DAY_MS)).toEqual(["2026-W49"]);
    expect(existsSync(path.join(lab.path, "journal-2026-W49.db"))).toBe(false);
    expect(journalFilesIn(lab.path).map(({ week }) => week)).toEqual(["2026-W50"]);
  });
});
