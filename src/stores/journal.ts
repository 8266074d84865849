/** The recorder's entries on disk, if an operator asked for them. A full disk stops the journal, never the lab. */
import { messageOf } from "../errors.ts";
import { applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";
import { type JournalRun, WeekFile } from "./journal-files.ts";

/** An entry of a story, tokens hidden. */
export interface JournalRow {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `file-server-1/c17` */
  readonly connection: string;
  readonly role: string;
  readonly remote: string;
  readonly kind: string;
  /** For people who ask with `sql`. */
  readonly detail: string | undefined;
  readonly bytes: Uint8Array | undefined;
  /** Number in the story, from 0. */
  readonly entry: number;
  /** Microseconds since the story opened. */
  readonly atUs: number;
  /** Facts of the entry besides its kind, its time and its bytes: JSON. */
  readonly facts: string;
}

/** Knowledge of a peer as a whole. */
export interface StoryRow {
  readonly id: string;
  /** `c17` of it. */
  readonly short: string;
  /** Of the form of subject, summary and facts. */
  readonly version: number;
  readonly openedAt: number;
  /** Run of the daemon that recorded it. Absent from rows of before there were weeks. */
  readonly run?: number | null;
  /** Label of its instance, e.g. the student that it was for. */
  readonly label?: string | null;
  /** JSON. */
  readonly subject: string;
  /** JSON: how it stands, or ended. */
  readonly summary: string;
  /** Of an ended one, once it has been judged. */
  readonly verdict?: string | null;
  /** Ids of its cards, the root cause first, with blanks between them. */
  readonly cards?: string | null;
}

/** A story of which more is known than was written: its row is made when it is written, a moment later. */
export interface JournalStory {
  readonly story: object;
  readonly storyRow: () => StoryRow;
}

/** Entry to be written: its rows are made when they are, a moment later. */
export interface JournalEntry extends JournalStory {
  readonly row: () => JournalRow;
  /** Says more as time goes on, e.g. how much of a file has gone. */
  readonly isGrowing: boolean;
}

export interface Journal {
  write(entry: JournalEntry): void;
  /** Nothing happened in it, but its row is another. */
  keep(story: JournalStory): void;
  readonly isStopped: boolean;
  apply(command: JournalCommand): Promise<unknown>;
}

export type JournalCommand = CommandOf<ReturnType<typeof operationsOn>>;

/** Entries that may wait for the disk; more are dropped and told. */
const MAX_WAITING = 50_000;
const FLUSH_MS = 100;

export interface JournalParts {
  readonly run: JournalRun;
  /** Milliseconds since 1970: which week it is. */
  readonly now: () => number;
  readonly onTrouble: (sentence: string) => void;
  /** A week's file is written for the first time in this run. */
  readonly onWeek?: () => void;
}

export function openJournal(database: LabDatabase, parts: JournalParts): Journal {
  return new WaitingJournal(database, parts);
}

class WaitingJournal implements Journal {
  readonly apply;
  isStopped = false;
  readonly #parts: JournalParts;
  readonly #file: WeekFile;
  #waiting: JournalEntry[] = [];
  readonly #changed = new Map<object, JournalStory>();
  #dropped = 0;
  /** The last entry of a story that may yet say more. */
  readonly #growing = new WeakMap<object, JournalEntry>();

  constructor(database: LabDatabase, parts: JournalParts) {
    this.#parts = parts;
    this.#file = new WeekFile(database, parts.run);
    const apply = applyTo(database, "journal", operationsOn(database));
    this.apply = (command: JournalCommand) => {
      if (this.#file.use(parts.now())) parts.onWeek?.();
      return apply(command);
    };
    // How peers were sent away is what is read first after a stop.
    database.beforeClose(() => {
      this.#flush();
      this.isStopped = true;
    });
  }

  write(entry: JournalEntry): void {
    if (this.isStopped) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#flushSoon();
    this.#waiting.push(entry);
  }

  keep(changed: JournalStory): void {
    if (this.isStopped || this.#changed.size >= MAX_WAITING) return;
    this.#flushSoon();
    this.#changed.set(changed.story, changed);
  }

  #flushSoon(): void {
    if (this.#waiting.length + this.#changed.size === 0) setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  #flush(): void {
    const entries = this.#waiting;
    const changed = [...this.#changed.values()];
    if (entries.length + changed.length === 0) return;
    this.#waiting = [];
    this.#changed.clear();
    if (this.#dropped > 0)
      this.#parts.onTrouble(`the journal is slower than the lab: ${this.#dropped} entries were not written`);
    this.#dropped = 0;
    const stories = new Map<object, JournalStory>([...entries, ...changed].map((one) => [one.story, one]));
    const grown = [...stories.keys()].flatMap((story) => this.#growing.get(story) ?? []);
    for (const entry of entries) if (entry.isGrowing) this.#growing.set(entry.story, entry);
    const command = {
      op: "append",
      rows: entries.map(({ row }) => row()),
      stories: [...stories.values()].map(({ storyRow }) => storyRow()),
      grown: grown.map(({ row }) => row()),
    } as const;
    const stop = (error: unknown) => {
      this.isStopped = true;
      this.#parts.onTrouble(`the journal stops: ${messageOf(error)}; the lab goes on`);
    };
    try {
      this.apply(command).catch(stop);
    } catch (error) {
      stop(error);
    }
  }
}

interface Append {
  readonly rows: readonly JournalRow[];
  /** Each replaces what was known of its story. */
  readonly stories: readonly StoryRow[];
  /** Rows of earlier batches that say more now. */
  readonly grown: readonly JournalRow[];
}

function operationsOn({ sql }: LabDatabase) {
  // Prepared when there is a week to write into; after the next one was attached in its place, SQLite prepares them again by itself.
  let statements: ReturnType<typeof prepared> | undefined;
  return {
    append: ({ rows, stories, grown }: Append) => {
      statements ??= prepared(sql);
      const { insert, grow, keep } = statements;
      for (const row of rows) insert.run({ ...row, detail: row.detail ?? null, bytes: row.bytes ?? null });
      for (const { detail = null, facts, connection, entry } of grown)
        grow.run({ detail, facts, connection, entry });
      for (const story of stories) keep.run({ run: null, label: null, verdict: null, cards: null, ...story });
      return () => undefined;
    },
  };
}

const prepared = (sql: LabDatabase["sql"]) => ({
  insert: sql.prepare(`
    INSERT INTO week.journal (at, connection, role, remote, kind, detail, bytes, entry, at_us, facts)
    VALUES (@at, @connection, @role, @remote, @kind, @detail, @bytes, @entry, @atUs, @facts)`),
  grow: sql.prepare(`
    UPDATE week.journal SET detail = @detail, facts = @facts WHERE connection = @connection AND entry = @entry`),
  keep: sql.prepare(`
    INSERT INTO week.stories (id, short, run, label, version, opened_at, subject, summary, verdict, cards)
    VALUES (@id, @short, @run, @label, @version, @openedAt, @subject, @summary, @verdict, @cards)
    ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, summary = excluded.summary,
      verdict = excluded.verdict, cards = excluded.cards`),
});
