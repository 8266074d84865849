/** Records of one peer in the journal, of this run or an earlier one: in the files of the weeks, the newest first, then in `netlab.db`. */
import path from "node:path";
import Database from "better-sqlite3";
import type { PeerTerm } from "../ids.ts";
import type { LabDatabase } from "./database.ts";
import type { JournalRow, StoryRow } from "./journal.ts";
import { journalFilesIn } from "./journal-files.ts";

/** An entry of netlabd 0.1.0: words and bytes, no facts. */
export type WordsRow = Pick<JournalRow, "at" | "connection" | "role" | "remote" | "kind"> & {
  readonly detail: string | null;
  readonly bytes: Buffer | null;
};

export type FactsRow = Pick<JournalRow, "kind" | "entry" | "atUs" | "facts"> & {
  readonly bytes: Buffer | null;
};

export type JournaledPeer =
  | { readonly form: "facts"; readonly story: StoryRow; readonly rows: readonly FactsRow[] }
  | { readonly form: "words"; readonly rows: readonly WordsRow[] };

export interface JournalReader {
  /** Undefined where it has nothing of it. The instance is its id. */
  read(peer: PeerTerm): JournaledPeer | undefined;
  /** Rows of the newest peers of these labels, the newest first. */
  newestOf(labels: readonly string[], most: number): StoryRow[];
  /** Of each label the newest row of every role that has a verdict, and newer ones without: the daemon ended before they were judged. */
  standing(lab: string, labels: readonly string[]): StoryRow[];
}

/** Rows of one story that are read from each end: it is the daemon's thread that reads them. */
const MAX_ROWS = 2_000;

export function openJournalReader({ sql, file }: LabDatabase): JournalReader {
  return {
    newestOf: (labels, most) => {
      const rows = new Map<string, StoryRow>();
      for (const week of journalFilesIn(path.dirname(file)).reverse()) {
        // A connection over midnight of a Sunday is in both weeks; the later row knows how it ended.
        for (const row of newestIn(week.file, labels, most)) if (!rows.has(row.id)) rows.set(row.id, row);
        if (rows.size >= most) break;
      }
      return [...rows.values()].slice(0, most);
    },
    standing: (lab, labels) => {
      const weeks = journalFilesIn(path.dirname(file)).reverse();
      const rows = weeks.flatMap((week) => standingIn(week.file, lab, labels));
      const judged = new Map<string, StoryRow>();
      for (const row of rows) if (row.verdict && !judged.has(placeOf(row))) judged.set(placeOf(row), row);
      const open = rows.filter(
        (row) => !row.verdict && row.openedAt > (judged.get(placeOf(row))?.openedAt ?? 0),
      );
      return [...judged.values(), ...open];
    },
    read: (peer) => {
      for (const week of journalFilesIn(path.dirname(file)).reverse()) {
        const found = readIn(week.file, peer);
        if (found) return withWeeksBefore(found, peer, file, week.week);
      }
      return readerOn(sql, { hasWords: true }).read(peer);
    },
  };
}

function readIn(file: string, peer: PeerTerm): JournaledPeer | undefined {
  const sql = new Database(file, { readonly: true });
  try {
    return readerOn(sql, { hasWords: false }).read(peer);
  } finally {
    sql.close();
  }
}

/** Label and role of a row. */
const placeOf = ({ label, subject }: StoryRow) =>
  `${label} ${(JSON.parse(subject) as { role: string }).role}`;

const STORY_COLUMNS = "id, short, run, version, label, subject, summary, verdict, cards";
/** Questions of our own roles to a registry are no peer's. */
const OF_PEERS = "json_extract(subject, '$.isInternal') IS NOT 1";
/** Rows of a label without a verdict that are read: of more, the older ones stay as they are. */
const MOST_UNJUDGED = 20;

function standingIn(file: string, lab: string, labels: readonly string[]): StoryRow[] {
  const sql = new Database(file, { readonly: true });
  try {
    const own = `label = ? AND run IN (SELECT id FROM runs WHERE lab = ?) AND ${OF_PEERS}`;
    const judged = sql.prepare<[string, string], StoryRow>(`
      SELECT ${STORY_COLUMNS}, max(opened_at) AS openedAt FROM stories
      WHERE ${own} AND verdict IS NOT NULL GROUP BY json_extract(subject, '$.role')`);
    const open = sql.prepare<[string, string], StoryRow>(`
      SELECT ${STORY_COLUMNS}, opened_at AS openedAt FROM stories
      WHERE ${own} AND verdict IS NULL ORDER BY opened_at DESC LIMIT ${MOST_UNJUDGED}`);
    return labels.flatMap((label) => [...judged.all(label, lab), ...open.all(label, lab)]);
  } finally {
    sql.close();
  }
}

function newestIn(file: string, labels: readonly string[], most: number): StoryRow[] {
  const sql = new Database(file, { readonly: true });
  try {
    const newest = sql.prepare<[string, number], StoryRow>(`
      SELECT ${STORY_COLUMNS}, opened_at AS openedAt FROM stories
      WHERE label = ? AND ${OF_PEERS} ORDER BY opened_at DESC LIMIT ?`);
    return labels.flatMap((label) => newest.all(label, most)).sort((a, b) => b.openedAt - a.openedAt);
  } finally {
    sql.close();
  }
}

/** A connection may be older than the week in which it ended. */
function withWeeksBefore(found: JournaledPeer, peer: PeerTerm, file: string, since: string): JournaledPeer {
  if (found.form !== "facts" || found.rows[0]?.entry === 0) return found;
  const before = journalFilesIn(path.dirname(file))
    .filter(({ week }) => week < since)
    .flatMap((week) => readIn(week.file, peer) ?? []);
  const rows = before.flatMap((one) => (one.form === "facts" ? one.rows : []));
  return { ...found, rows: [...rows, ...found.rows] };
}

/** `hasWords`: `netlab.db` alone has rows of netlabd 0.1.0, which only a look at each row finds; a week is not looked through for them. */
function readerOn(
  sql: Database.Database,
  { hasWords }: { readonly hasWords: boolean },
): Pick<JournalReader, "read"> {
  const story = sql.prepare<Wanted, StoryRow>(`
    SELECT id, short, ${hasRuns(sql) ? "run" : "NULL AS run"}, version, opened_at AS openedAt, subject, summary FROM stories
    WHERE short = @short AND (@instance IS NULL OR id = @instance || '/' || @short)`);
  const oldIds = sql
    .prepare<Wanted, string>(`
      SELECT DISTINCT connection FROM journal
      WHERE substr(connection, instr(connection, '/') + 1) = @short
        AND (@instance IS NULL OR connection = @instance || '/' || @short)`)
    .pluck();
  const rowsOf = <Row>(columns: string, order: "ASC" | "DESC") =>
    sql.prepare<{ id: string }, Row & { readonly id: number }>(
      `SELECT id, ${columns} FROM journal WHERE connection = @id ORDER BY id ${order} LIMIT ${MAX_ROWS}`,
    );
  const bothEnds = <Row>(columns: string) => {
    const [first, last] = [rowsOf<Row>(columns, "ASC"), rowsOf<Row>(columns, "DESC")];
    return (id: string): Row[] => {
      const rows = first.all({ id });
      if (rows.length < MAX_ROWS) return rows;
      const seen = new Set(rows.map((row) => row.id));
      return [
        ...rows,
        ...last
          .all({ id })
          .filter((row) => !seen.has(row.id))
          .reverse(),
      ];
    };
  };
  const facts = bothEnds<FactsRow>("kind, entry, at_us AS atUs, facts, bytes");
  const words = bothEnds<WordsRow>("at, connection, role, remote, kind, detail, bytes");

  return {
    read({ instance, number, node }) {
      const wanted = { instance: instance ?? null, short: node === undefined ? number : `${number}@${node}` };
      const known = story.get(wanted);
      if (known) return { form: "facts", story: known, rows: facts(known.id) };
      const ids = hasWords ? oldIds.all(wanted) : [];
      return ids.length === 0 ? undefined : { form: "words", rows: ids.flatMap(words) };
    },
  };
}

/** The tables of `netlab.db` are of before there were runs. */
const hasRuns = (sql: Database.Database) =>
  sql.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'runs'").get() !== undefined;

interface Wanted {
  readonly instance: string | null;
  readonly short: string;
}
