/** Records of one peer in the journal, of this run or an earlier one. */
import type { PeerTerm } from "../ids.ts";
import type { LabDatabase } from "./database.ts";
import type { JournalRow, StoryRow } from "./journal.ts";

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
}

/** Rows of one story that are read from each end: it is the daemon's thread that reads them. */
const MAX_ROWS = 2_000;

export function openJournalReader({ sql }: LabDatabase): JournalReader {
  const story = sql.prepare<Wanted, StoryRow>(`
    SELECT id, short, version, opened_at AS openedAt, subject, summary FROM stories
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
      const ids = oldIds.all(wanted);
      return ids.length === 0 ? undefined : { form: "words", rows: ids.flatMap(words) };
    },
  };
}

interface Wanted {
  readonly instance: string | null;
  readonly short: string;
}
